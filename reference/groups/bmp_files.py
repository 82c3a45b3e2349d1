"""BMP: all depths, headers, run lengths and bit fields, written by hand since Pillow writes few of them."""

import random
import struct

from PIL import Image

from groups.image_files import encoded, rgb

RLE8, RLE4, BITFIELDS = 1, 2, 3


def rows(width: int, height: int, bits: int, seed: int) -> bytes:
    rng = random.Random(seed)
    stride = (width * bits + 31) // 32 * 4
    return bytes(rng.randrange(256) for _ in range(stride * height))


def quads(count: int, seed: int, size: int = 4) -> bytes:
    rng = random.Random(seed)
    return b"".join(bytes(rng.randrange(256) for _ in range(3)) + b"\0" * (size - 3) for _ in range(count))


def greys(values) -> bytes:
    return b"".join(bytes((v, v, v, 0)) for v in values)


def bmp(width: int, height: int, bits: int, data: bytes, *, palette: bytes = b"", compression: int = 0, colours: int = 0, masks: bytes = b"", header: int = 40, gap: bytes = b"", offset: int | None = None) -> bytes:
    """`masks`: inside a header of more than 40 bytes, else after it."""
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(data), 2835, 2835, colours, 0)
        info = (info + masks + b"\0" * 124)[:header] if header > 40 else info + masks
    start = 14 + len(info) + len(palette) + len(gap)
    head = b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start if offset is None else offset)
    return head + info + palette + gap + data


def masks(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


def run_lengths() -> dict[str, bytes]:
    palette = quads(256, 1)
    small = palette[:64]
    eight = b"\x05\x07\x04\x09\0\0" + b"\0\x05abcde\0\x04\x02\0\0" + b"\x09\x03\0\0" + b"\x02\x01\0\x03xyz\0\x04\x04\0\0" + b"\0\x01"
    four = b"\x05\x37\x04\x19\0\0" + b"\0\x05\x12\x34\x50\0\x04\xab\0\0" + b"\x09\xcd\0\0" + b"\x02\x01\0\x03\x98\x70\x04\x04\0\0" + b"\0\x01"
    moved = b"\x03\x07\0\x02\x02\x01\x04\x05\0\0" + b"\x09\x06\0\0\x09\x08\0\0\0\x01"
    return {
        "RLE8": bmp(9, 4, 8, eight, palette=palette, compression=RLE8),
        "RLE8, runs longer than the row": bmp(7, 3, 8, b"\xff\x03\0\0\x09\x04\0\0\x07\x05\0\1", palette=palette, compression=RLE8),
        "RLE8, moved": bmp(9, 4, 8, moved, palette=palette, compression=RLE8),
        "RLE8, moved, then a long run": bmp(9, 4, 8, b"\x03\x07\0\x02\x02\x01\xff\x05\0\0\x09\x08\0\0\x09\x06\0\1", palette=palette, compression=RLE8),
        "RLE8, black and white": bmp(9, 4, 8, eight, palette=greys((0, 255)), compression=RLE8, colours=2),
        "RLE8, grey": bmp(9, 4, 8, eight, palette=greys(range(256)), compression=RLE8),
        "RLE4": bmp(9, 4, 4, four, palette=small, compression=RLE4),
        "RLE4, moved": bmp(9, 4, 4, moved, palette=small, compression=RLE4),
        "RLE8, lines cut short": bmp(9, 3, 8, b"\x04\x07\0\0\x03\x08\0\0\x09\x01\0\1", palette=palette, compression=RLE8),
        "RLE8, no end": bmp(5, 2, 8, b"\x05\x01\0\0\x05\x02", palette=palette, compression=RLE8),
        "RLE8 of 24 bits": bmp(5, 2, 24, b"\x05\x01\0\0\x05\x02\0\0\0\1", compression=RLE8),
        "bad: RLE8, end too early": bmp(9, 4, 8, b"\x05\x07\0\1", palette=palette, compression=RLE8),
    }


def bit_fields() -> dict[str, bytes]:
    four = {
        "BGRX": (0xFF0000, 0xFF00, 0xFF, 0),
        "XBGR": (0xFF000000, 0xFF0000, 0xFF00, 0),
        "BGXR": (0xFF000000, 0xFF00, 0xFF, 0),
        "ABGR": (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
        "RGBA": (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
        "BGRA": (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
        "BGAR": (0xFF000000, 0xFF00, 0xFF, 0xFF0000),
        "none": (0, 0, 0, 0),
        "bad: others": (0xFF, 0xFF00, 0xFF0000, 0),
    }
    files = {f"bit fields, {name}": bmp(7, 5, 32, rows(7, 5, 32, 9), compression=BITFIELDS, masks=masks(*values), header=56) for name, values in four.items()}
    return files | {
        "bit fields after the header": bmp(7, 5, 32, rows(7, 5, 32, 9), compression=BITFIELDS, masks=masks(0xFF0000, 0xFF00, 0xFF)),
        "bit fields, 565": bmp(7, 5, 16, rows(7, 5, 16, 10), compression=BITFIELDS, masks=masks(0xF800, 0x7E0, 0x1F)),
        "bit fields, 555": bmp(7, 5, 16, rows(7, 5, 16, 10), compression=BITFIELDS, masks=masks(0x7C00, 0x3E0, 0x1F)),
        "bit fields, 565 in a header of 108": bmp(7, 5, 16, rows(7, 5, 16, 10), compression=BITFIELDS, masks=masks(0xF800, 0x7E0, 0x1F, 0), header=108),
        "bit fields of 52 bytes": bmp(7, 5, 32, rows(7, 5, 32, 9), compression=BITFIELDS, masks=masks(0xFF0000, 0xFF00, 0xFF), header=52),
        "bit fields of 24 bits": bmp(7, 5, 24, rows(7, 5, 24, 10), compression=BITFIELDS, masks=masks(0xFF0000, 0xFF00, 0xFF)),
        "bad: bit fields, 444": bmp(7, 5, 16, rows(7, 5, 16, 10), compression=BITFIELDS, masks=masks(0xF00, 0xF0, 0xF)),
        "bad: bit fields of 8 bits": bmp(7, 5, 8, rows(7, 5, 8, 10), compression=BITFIELDS, masks=masks(0xF00, 0xF0, 0xF), palette=quads(256, 1)),
    }


def all_files() -> dict[str, bytes]:
    files = {
        "saved by Pillow": encoded(rgb(23, 17, 700), "BMP"),
        "saved by Pillow, grey": encoded(rgb(23, 17, 701).convert("L"), "BMP"),
        "saved by Pillow, bilevel": encoded(rgb(23, 17, 702).convert("1"), "BMP"),
        "saved by Pillow, palette": encoded(rgb(23, 17, 703).quantize(40), "BMP"),
        "saved by Pillow, alpha": encoded(Image.merge("RGBA", (*rgb(23, 17, 704).split(), rgb(23, 17, 705).convert("L"))), "BMP"),
    }
    for bits in (1, 4, 8):
        palette = quads(1 << bits, bits)
        data = rows(13, 7, bits, bits)
        files[f"{bits} bits"] = bmp(13, 7, bits, data, palette=palette)
        files[f"{bits} bits, top down"] = bmp(13, -7, bits, data, palette=palette)
        files[f"{bits} bits, OS/2"] = bmp(13, 7, bits, data, palette=quads(1 << bits, bits, 3), header=12)
        files[f"{bits} bits, header of 64"] = bmp(13, 7, bits, data, palette=palette, header=64)
        files[f"{bits} bits, header of 124"] = bmp(13, 7, bits, data, palette=palette, header=124)
        files[f"{bits} bits, few colours"] = bmp(13, 7, bits, data, palette=quads(2, bits + 9), colours=2)
        files[f"{bits} bits, a gap"] = bmp(13, 7, bits, data, palette=palette, gap=b"\x55" * 10)
        files[f"{bits} bits, offset after the header"] = bmp(13, 7, bits, data, palette=palette, offset=54)
        files[f"{bits} bits, no offset"] = bmp(13, 7, bits, data, palette=palette, offset=0)
        files[f"{bits} bits, black and white"] = bmp(13, 7, bits, data, palette=greys((0, 255)), colours=2)
        files[f"{bits} bits, white and black"] = bmp(13, 7, bits, data, palette=greys((255, 0)), colours=2)
        files[f"{bits} bits, grey"] = bmp(13, 7, bits, data, palette=greys(range(1 << bits)))
    for bits in (16, 24, 32):
        data = rows(13, 7, bits, bits)
        files[f"{bits} bits"] = bmp(13, 7, bits, data)
        files[f"{bits} bits, top down"] = bmp(13, -7, bits, data)
        files[f"{bits} bits, OS/2"] = bmp(13, 7, bits, data, header=12)
        files[f"{bits} bits, a palette"] = bmp(13, 7, bits, data, palette=quads(8, 5), colours=8)
    return files | run_lengths() | bit_fields() | {
        "8 bits, one colour": bmp(13, 7, 8, rows(13, 7, 8, 3), palette=quads(1, 4), colours=1),
        "8 bits, 300 colours": bmp(13, 7, 8, rows(13, 7, 8, 3), palette=quads(300, 4), colours=300),
        "8 bits, 300 greys": bmp(13, 7, 8, rows(13, 7, 8, 3), palette=greys([v & 255 for v in range(300)]), colours=300),
        "bad: 2 bits": bmp(13, 7, 2, rows(13, 7, 2, 3), palette=quads(4, 4)),
        "bad: 70000 colours": bmp(13, 7, 8, rows(13, 7, 8, 3), palette=quads(256, 4), colours=70000),
        "bad: JPEG inside": bmp(13, 7, 24, rows(13, 7, 24, 3), compression=4),
        "bad: a header of 41": bmp(13, 7, 24, rows(13, 7, 24, 3), header=41),
        "bad: no width": bmp(0, 7, 24, rows(13, 7, 24, 3)),
        "bad: a negative width": bmp(-13, 7, 24, rows(13, 7, 24, 3)),
    }
