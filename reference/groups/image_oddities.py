"""image-oddities.json: every kind of PNG in small, and every filter of Pillow's resizing, with what Pillow makes of them."""

import base64
import io
import random
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from groups import png
from groups.common import sha256, versions, write_json
from groups.images import used_rgb

FILTERS = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")
"""By Pillow's numbers, 0 to 5."""

RESIZES = (
    (40, 30, 40, 30), (40, 30, 40, 13), (40, 30, 17, 30), (40, 30, 81, 95), (61, 47, 20, 15), (9, 43, 76, 1),
    (41, 120, 38, 20), (30, 90, 20, 60), (120, 40, 32, 64), (1, 1, 7, 5), (3, 200, 32, 33), (200, 3, 33, 32),
)
"""Width and height before and after. Pillow runs the vertical pass first where the height loses over twice what the width does."""

DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Bit depths by PNG colour type."""


def noise(width: int, height: int) -> np.ndarray:
    """RGB noise that a test makes again: a linear congruential generator, started with 1, its bits 16 to 23."""
    state, values = 1, bytearray()
    for _ in range(width * height * 3):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        values.append(state >> 16 & 255)
    return np.frombuffer(bytes(values), np.uint8).reshape(height, width, 3)


def resized() -> list[dict]:
    rows = []
    for width, height, to_width, to_height in RESIZES:
        image = Image.fromarray(noise(width, height))
        for number, name in enumerate(FILTERS):
            result = image.resize((to_width, to_height), number)
            rows.append({"from": [width, height], "to": [to_width, to_height], "filter": name, "rgb": sha256(result.tobytes())})
    return rows


def predicted(rows: bytes, length: int, unit: int) -> bytes:
    """Rows of filter type 0 rewritten with types 0 to 4 in turn (PNG specification, section 9)."""
    out, above = bytearray(), bytes(length)
    for number, start in enumerate(range(0, len(rows), length + 1)):
        row, kind = rows[start + 1 : start + 1 + length], number % 5
        out.append(kind)
        for i, value in enumerate(row):
            left, up, corner = (row[i - unit] if i >= unit else 0), above[i], (above[i - unit] if i >= unit else 0)
            nearest = min((left, up, corner), key=lambda v: abs(left + up - corner - v))
            out.append((value - (0, left, up, (left + up) // 2, nearest)[kind]) & 255)
        above = row
    return bytes(out)


def encode(samples: np.ndarray, colour_type: int, depth: int, interlaced: bool, before: bytes = b"", after: bytes = b"") -> bytes:
    """A PNG with all kinds of row filters; `before` and `after` are chunks around its picture data."""
    height, width, channels = samples.shape
    passes = png.ADAM7 if interlaced else ((0, 0, 1, 1),)
    data = b""
    for x, y, dx, dy in passes:
        part = samples[y::dy, x::dx]
        if part.size:
            length = -(-part.shape[1] * channels * depth // 8)
            data += predicted(png.packed_rows(part, depth), length, max(1, channels * depth // 8))
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((depth, colour_type, 0, 0, int(interlaced)))
    parts = (png.chunk(b"IHDR", header), before, png.chunk(b"IDAT", zlib.compress(data, 9)), after, png.chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def samples(width: int, height: int, colour_type: int, below: int, seed: int) -> np.ndarray:
    rng = random.Random(seed)
    shape = (height, width, png.CHANNELS[colour_type])
    return np.array([rng.randrange(below) for _ in range(int(np.prod(shape)))]).reshape(shape)


def colours(count: int) -> bytes:
    """A palette in which entries 1 and 2 are the same."""
    values = bytearray(random.Random(count).randrange(256) for _ in range(3 * count))
    values[6:9] = values[3:6]
    return bytes(values)


def every_kind() -> dict[str, bytes]:
    files = {}
    for colour_type, depths in DEPTHS.items():
        for depth in depths:
            palette = png.chunk(b"PLTE", colours(1 << depth)) if colour_type == 3 else b""
            for interlaced in (False, True):
                for width, height in ((13, 11), (3, 5)):
                    name = f"colour type {colour_type}, {depth} bits, {'interlaced, ' if interlaced else ''}{width}x{height}"
                    files[name] = encode(samples(width, height, colour_type, 1 << depth, depth), colour_type, depth, interlaced, palette)
    return files


def transparent() -> dict[str, bytes]:
    def level(*values: int) -> bytes:
        return png.chunk(b"tRNS", b"".join(v.to_bytes(2, "big") for v in values))

    files = {}
    for depth in DEPTHS[0]:
        for value in (0, 1, 2, 85, 255, 256, 257, 511):
            below = min(1 << depth, 3 if depth < 16 and value < 3 else 600)
            files[f"grey {depth} bits, level {value}"] = encode(samples(12, 12, 0, below, value), 0, depth, False, level(value))
    for depth, key in ((8, (1, 2, 0)), (8, (257, 2, 0)), (16, (1, 2, 0)), (16, (0x101, 0x200, 0))):
        files[f"RGB {depth} bits, {key}"] = encode(samples(12, 12, 2, 3 if depth == 8 else 1024, 1), 2, depth, False, level(*key))
    palette = png.chunk(b"PLTE", colours(16))
    for alphas in (b"\x00", b"\xff\x00", b"\xff\xff\x00\xff", b"\x80\x00\xff", b"\x00\x00", b"\xff\xff", b"\xff\x00\n", b"\xff" * 20 + b"\x00"):
        files[f"palette, alphas {alphas.hex()}"] = encode(samples(12, 12, 3, 16, 2), 3, 4, False, palette + png.chunk(b"tRNS", alphas))
    files["RGBA with a transparent colour"] = encode(samples(6, 6, 6, 3, 3), 6, 8, False, level(0, 1, 2))
    files["two transparent colours"] = encode(samples(9, 9, 2, 3, 4), 2, 8, False, level(0, 1, 2) + level(1, 1, 1))
    return files


def unusual() -> dict[str, bytes]:
    plain = samples(9, 7, 2, 256, 5)
    whole = encode(plain, 2, 8, False)
    indices = samples(9, 7, 3, 256, 6)
    files = {
        "palette of 4 colours for 256": encode(indices, 3, 8, False, png.chunk(b"PLTE", colours(4))),
        "palette of 16 colours for 4": encode(indices % 4, 3, 2, False, png.chunk(b"PLTE", colours(16))),
        "no palette": encode(indices, 3, 8, False),
        "a palette for RGB": encode(plain, 2, 8, False, png.chunk(b"PLTE", colours(16))),
        "no end": whole[:-12],
        "bytes after the end": whole + b"hello" * 9,
        "unreadable colour profile": encode(plain, 2, 8, False, png.chunk(b"iCCP", b"name\0\0garbage")),
        "text without a keyword": encode(plain, 2, 8, False, png.chunk(b"tEXt", b"no zero byte")),
        "text after the data": encode(plain, 2, 8, False, b"", png.chunk(b"tEXt", b"key\0value")),
    }
    frames = [Image.fromarray(noise(12, 10)), Image.fromarray(noise(12, 10)[::-1])]
    for default in (False, True):
        buffer = io.BytesIO()
        frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:], default_image=default)
        files[f"animated{', with an image of its own' if default else ''}"] = buffer.getvalue()
    return files


def make(out: Path) -> None:
    rows = []
    for name, file in (every_kind() | transparent() | unusual()).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "Palette images with Transparency expressed in bytes should be converted"
            rgb = used_rgb(Image.open(io.BytesIO(file)).convert("RGB"))
        rows.append({"name": name, "file": base64.b64encode(file).decode(), "rgb": sha256(rgb)})
    content = {"made_with": versions("Pillow", "transformers"), "png": rows, "resize": resized()}
    write_json(out / "image-oddities.json", content, indent=None)
