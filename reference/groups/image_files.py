"""The awkward pictures of images/files: every kind of PNG, JPEG and WebP that people have, in awkward sizes."""

import io
import random

import numpy as np
from PIL import Image

from groups import png


def pixels(width: int, height: int, seed: int, channels: int = 3) -> np.ndarray:
    """Gradients, hard-edged blocks and a little noise, uint8 [height, width, channels]."""
    rng = random.Random(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for _ in range(channels):
        a, b, c = (rng.uniform(-1, 1) for _ in range(3))
        planes.append(127 + 110 * np.sin(a * 3 * x / max(width, 2) + b * 5 * y / max(height, 2) + 3 * c))
    image = np.stack(planes, axis=-1)
    for _ in range(5):
        left, top = rng.randrange(width), rng.randrange(height)
        image[top : top + 1 + height // 4, left : left + 1 + width // 4] = [rng.choice((0, 255, rng.randrange(256))) for _ in range(channels)]
    noise = np.random.default_rng(seed).integers(-6, 7, image.shape)
    return np.clip(np.rint(image) + noise, 0, 255).astype(np.uint8)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def rgb(width: int, height: int, seed: int) -> Image.Image:
    return Image.fromarray(pixels(width, height, seed), "RGB")


def png_files() -> dict[str, bytes]:
    colour, alpha = pixels(37, 53, 1), pixels(45, 31, 2, 4)
    wide16 = (pixels(29, 23, 3).astype(np.uint32) * 257 + np.random.default_rng(3).integers(-128, 128, (23, 29, 3))).clip(0, 65535)
    grey16 = np.random.default_rng(4).integers(0, 65536, (21, 34))
    grey16[:8] = np.random.default_rng(5).integers(0, 300, (8, 34))  # around 255, where Pillow clips
    palette16 = pixels(4, 4, 6).reshape(-1, 3)
    indices = np.random.default_rng(7).integers(0, 16, (22, 27))
    key = tuple(int(v) for v in colour[5, 5])
    return {
        "rgb.png": encoded(Image.fromarray(colour), "PNG"),
        "rgba.png": encoded(Image.fromarray(alpha), "PNG"),
        "grey.png": encoded(Image.fromarray(pixels(40, 40, 8, 1)[..., 0]), "PNG"),
        "grey-alpha.png": encoded(Image.fromarray(pixels(33, 47, 9, 2), "LA"), "PNG"),
        "palette.png": encoded(rgb(50, 41, 10).quantize(200), "PNG"),
        "palette-4-bit.png": png.encode(indices, 3, 4, palette=palette16.tobytes()),
        "palette-1-bit.png": png.encode(indices % 2, 3, 1, palette=palette16[:2].tobytes()),
        "palette-alpha.png": png.encode(indices, 3, 8, palette=palette16.tobytes(), transparency=bytes(range(0, 256, 17))),
        "palette-one-transparent.png": png.encode(indices, 3, 8, palette=palette16.tobytes(), transparency=b"\xff" * 5 + b"\x00"),
        "rgb-transparent-colour.png": png.encode(colour, 2, 8, transparency=bytes(b for v in key for b in (0, v))),
        "grey-transparent-level.png": png.encode(indices * 16, 0, 8, transparency=bytes((0, 64))),
        "grey-16-bit.png": png.encode(grey16, 0, 16),
        "grey-alpha-16-bit.png": png.encode(wide16[..., :2], 4, 16),
        "rgb-16-bit.png": png.encode(wide16, 2, 16),
        "rgba-16-bit.png": png.encode(np.concatenate([wide16, wide16[..., :1]], axis=-1), 6, 16),
        "1-bit.png": encoded(Image.fromarray(pixels(43, 29, 11, 1)[..., 0]).convert("1"), "PNG"),
        "grey-2-bit.png": png.encode(indices % 4, 0, 2),
        "grey-4-bit.png": png.encode(indices, 0, 4),
        "interlaced.png": png.encode(colour, 2, 8, interlaced=True),
        "interlaced-palette-4-bit.png": png.encode(indices, 3, 4, interlaced=True, palette=palette16.tobytes()),
        "gamma.png": with_gamma(encoded(rgb(30, 26, 12), "PNG")),
    }


def with_gamma(file: bytes) -> bytes:
    """A gAMA chunk after the header: viewers apply it, Pillow does not."""
    return file[:33] + png.chunk(b"gAMA", (22000).to_bytes(4, "big")) + file[33:]


def jpeg_files() -> dict[str, bytes]:
    cmyk = Image.fromarray(pixels(40, 30, 20, 4), "CMYK")
    return {
        "444.jpg": encoded(rgb(61, 47, 21), "JPEG", quality=88, subsampling=0),
        "422.jpg": encoded(rgb(61, 47, 22), "JPEG", quality=80, subsampling=1),
        "420.jpg": encoded(rgb(61, 47, 23), "JPEG", quality=75, subsampling=2),
        "420-odd.jpg": encoded(rgb(33, 65, 24), "JPEG", quality=90, subsampling=2),
        "progressive.jpg": encoded(rgb(57, 71, 25), "JPEG", quality=70, progressive=True),
        "grey.jpg": encoded(rgb(48, 39, 26).convert("L"), "JPEG", quality=80),
        "low-quality.jpg": encoded(rgb(64, 64, 28), "JPEG", quality=5),
        "restart-markers.jpg": encoded(rgb(70, 50, 29), "JPEG", quality=80, restart_marker_blocks=3),
        "cmyk.jpg": encoded(cmyk, "JPEG", quality=85),
    }


def webp_files() -> dict[str, bytes]:
    rgba = Image.fromarray(pixels(46, 38, 32, 4))
    return {
        "lossy.webp": encoded(rgb(63, 45, 30), "WEBP", quality=70),
        "lossless.webp": encoded(rgb(35, 51, 31), "WEBP", lossless=True),
        "lossy-alpha.webp": encoded(rgba, "WEBP", quality=75),
        "lossless-alpha.webp": encoded(rgba, "WEBP", lossless=True, exact=True),
    }


def rotated_files() -> dict[str, bytes]:
    """Pictures with an EXIF orientation: `datasets` turns them, Pillow alone and CLIP's processor do not."""

    def exif(orientation: int) -> Image.Exif:
        values = Image.Exif()
        values[0x0112] = orientation
        return values

    files = {f"exif-{n}.jpg": encoded(rgb(41, 26, 27), "JPEG", quality=60, exif=exif(n)) for n in range(1, 9)}
    files["exif-6.png"] = encoded(rgb(41, 26, 27), "PNG", exif=exif(6))
    files["exif-6.webp"] = encoded(rgb(41, 26, 27), "WEBP", quality=70, exif=exif(6))
    return files


def sized_files() -> dict[str, bytes]:
    sizes = ((1, 1), (1, 40), (40, 1), (300, 7), (5, 200), (20, 20), (31, 32), (32, 31), (32, 32), (33, 32), (33, 33), (64, 64), (65, 97))
    files = {f"{w}x{h}.png": encoded(rgb(w, h, 100 + n), "PNG") for n, (w, h) in enumerate(sizes)}
    for n, (width, height) in enumerate(((224, 224), (225, 223), (500, 375), (640, 223))):
        files[f"{width}x{height}.jpg"] = encoded(rgb(width, height, 130 + n), "JPEG", quality=60)
    return files


def bad_files() -> dict[str, bytes]:
    """Files that Pillow refuses to decode."""
    whole_png, whole_jpeg = encoded(rgb(40, 30, 40), "PNG"), encoded(rgb(61, 47, 41), "JPEG")
    crc = bytearray(whole_png)
    crc[30] ^= 1  # in the header chunk's checksum
    return {
        "truncated.png": whole_png[: len(whole_png) // 2],
        "truncated.jpg": whole_jpeg[: len(whole_jpeg) // 2],
        "truncated.webp": webp_files()["lossy.webp"][:200],
        "broken-checksum.png": bytes(crc),
        "text.png": b"This is no picture.\n",
        "empty.jpg": b"",
    }


def all_files() -> dict[str, bytes]:
    return png_files() | jpeg_files() | webp_files() | rotated_files() | sized_files() | {"a-png-called.jpg": encoded(rgb(28, 44, 50), "PNG")}
