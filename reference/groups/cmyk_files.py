"""JPEGs of four inks, as print programs write them and ImageNet has some."""

from PIL import Image

from groups.image_files import encoded, pixels


def cmyk(width: int, height: int, seed: int) -> Image.Image:
    return Image.fromarray(pixels(width, height, seed, 4), "CMYK")


def segment(file: bytes, marker: bytes) -> tuple[int, int]:
    """Begin and end of the first segment with this marker."""
    at = file.index(b"\xff" + marker)
    return at, at + 2 + int.from_bytes(file[at + 2 : at + 4], "big")


def as_ycck(file: bytes) -> bytes:
    """The same coefficients said to be YCCK: the last byte of Adobe's segment."""
    _, end = segment(file, b"\xee")
    return file[: end - 1] + b"\x02" + file[end:]


def without_adobe(file: bytes) -> bytes:
    begin, end = segment(file, b"\xee")
    return file[:begin] + file[end:]


def with_sampling(file: bytes, factors: tuple[int, ...], frame: bytes = b"\xc0") -> bytes:
    """Other sampling factors in the frame header: the data means other blocks then, and still enough of them."""
    begin, _ = segment(file, frame)
    out = bytearray(file)
    for n, factor in enumerate(factors):
        out[begin + 11 + 3 * n] = factor
    return bytes(out)


def all_files() -> dict[str, bytes]:
    plain = encoded(cmyk(40, 30, 400), "JPEG", quality=85)
    odd = encoded(cmyk(37, 29, 401), "JPEG", quality=70, subsampling=2)
    wide = encoded(cmyk(37, 29, 402), "JPEG", quality=70, subsampling=1)
    progressive = encoded(cmyk(33, 41, 403), "JPEG", quality=60, progressive=True)
    turned = Image.Exif()
    turned[0x0112] = 6
    return {
        "CMYK": plain,
        "CMYK without Adobe's segment": without_adobe(plain),
        "YCCK": as_ycck(plain),
        "CMYK, subsampled": odd,
        "YCCK, subsampled": as_ycck(odd),
        "YCCK, subsampled across": as_ycck(wide),
        "CMYK, progressive": progressive,
        "YCCK, progressive": as_ycck(progressive),
        "YCCK, progressive, subsampled": as_ycck(encoded(cmyk(50, 35, 404), "JPEG", quality=50, progressive=True, subsampling=2)),
        "CMYK, restart markers": encoded(cmyk(50, 35, 405), "JPEG", quality=75, restart_marker_blocks=3),
        "CMYK, progressive, restart markers": encoded(cmyk(50, 35, 411), "JPEG", quality=70, progressive=True, restart_marker_blocks=4),
        "CMYK, coarse": encoded(cmyk(50, 35, 406), "JPEG", quality=3),
        "CMYK, best": encoded(cmyk(24, 17, 407), "JPEG", quality=100),
        "CMYK, turned": encoded(cmyk(24, 17, 408), "JPEG", quality=75, exif=turned),
        "CMYK, one pixel": encoded(cmyk(1, 1, 409), "JPEG", quality=90),
    }
