"""A small PNG encoder for what Pillow reads but does not write: every bit depth, 16-bit colour, Adam7 interlacing, tRNS."""

import struct
import zlib

import numpy as np

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples per pixel by PNG colour type: grey, RGB, palette, grey + alpha, RGBA."""

ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""First column, first row, column step and row step of the seven passes (PNG specification, section 8)."""


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_rows(samples: np.ndarray, depth: int) -> bytes:
    """Rows of samples [height, width, channels], each with filter type 0 before it, `depth` bits per sample."""
    out = bytearray()
    for row in samples.reshape(samples.shape[0], -1):
        out.append(0)
        if depth == 16:
            out += row.astype(">u2").tobytes()
        elif depth == 8:
            out += row.astype(np.uint8).tobytes()
        else:
            bits = ((row[:, None].astype(np.uint8) >> np.arange(depth - 1, -1, -1, dtype=np.uint8)) & 1).reshape(-1)
            out += np.packbits(bits).tobytes()
    return bytes(out)


def encode(samples: np.ndarray, colour_type: int, depth: int, *, interlaced: bool = False, palette: bytes = b"", transparency: bytes = b"") -> bytes:
    """A PNG file of samples [height, width] or [height, width, channels]."""
    pixels = samples.reshape(samples.shape[0], samples.shape[1], -1)
    assert pixels.shape[2] == CHANNELS[colour_type]
    height, width = pixels.shape[:2]
    if interlaced:
        passes = (pixels[y::dy, x::dx] for x, y, dx, dy in ADAM7)
        data = b"".join(packed_rows(part, depth) for part in passes if part.shape[0] and part.shape[1])
    else:
        data = packed_rows(pixels, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, int(interlaced))
    optional = (chunk(b"PLTE", palette) if palette else b"") + (chunk(b"tRNS", transparency) if transparency else b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + optional + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
