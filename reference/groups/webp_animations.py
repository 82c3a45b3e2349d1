"""Animated WebP: frames of all kinds, put together by hand so that offsets, blending and disposal can be chosen."""

import io
import struct

from PIL import Image

from groups.image_files import encoded, pixels, rgb

ANIMATED, EXIF, ALPHA = 0x02, 0x08, 0x10


def chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def triple(value: int) -> bytes:
    return value.to_bytes(3, "little")


def riff(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunks_of(file: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 12
    while at < len(file):
        size = struct.unpack_from("<I", file, at + 4)[0]
        found.append((file[at : at + 4], file[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


def picture(image: Image.Image, **options) -> bytes:
    """The chunks of a still picture that a frame holds."""
    file = encoded(image, "WEBP", **options)
    return b"".join(chunk(kind, data) for kind, data in chunks_of(file) if kind in (b"ALPH", b"VP8 ", b"VP8L"))


def frame(image: Image.Image, left: int, top: int, *, flags: int = 0, size: tuple[int, int] | None = None, **options) -> bytes:
    width, height = size or image.size
    head = triple(left // 2) + triple(top // 2) + triple(width - 1) + triple(height - 1) + triple(100) + bytes((flags,))
    return chunk(b"ANMF", head + picture(image, **options))


def canvas(width: int, height: int, flags: int) -> bytes:
    return chunk(b"VP8X", bytes((flags, 0, 0, 0)) + triple(width - 1) + triple(height - 1))


def loop(background: bytes = b"\x10\x80\xf0\xff") -> bytes:
    return chunk(b"ANIM", background + b"\0\0")


def saved(**options) -> bytes:
    frames = [rgb(24, 18, 300 + n) for n in range(3)]
    return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], **options)


def all_files() -> dict[str, bytes]:
    small, second = rgb(12, 10, 310), rgb(20, 16, 311)
    clear = Image.fromarray(pixels(12, 10, 312, 4))
    turned = Image.Exif()
    turned[0x0112] = 6
    exif = chunk(b"EXIF", turned.tobytes())
    whole = riff(canvas(20, 16, ANIMATED), loop(), frame(second, 0, 0, quality=60), frame(small, 4, 2, quality=60))
    still = encoded(clear, "WEBP", quality=60)
    return {
        "lossless frames": saved(lossless=True),
        "lossy frames": saved(quality=60),
        "mixed frames": saved(allow_mixed=True, quality=40),
        "one frame": riff(canvas(20, 16, ANIMATED), loop(), frame(second, 0, 0, quality=60)),
        "two frames": whole,
        "a first frame in the middle": riff(canvas(20, 16, ANIMATED), loop(), frame(small, 4, 2, quality=60), frame(second, 0, 0, quality=60)),
        "a first frame in the middle, lossless, alpha": riff(canvas(20, 16, ANIMATED | ALPHA), loop(), frame(clear, 6, 4, lossless=True, exact=True), frame(second, 0, 0, lossless=True)),
        "a first frame with alpha, blended, disposed of": riff(canvas(12, 10, ANIMATED | ALPHA), loop(), frame(clear, 0, 0, flags=1, quality=50), frame(small, 0, 0, quality=50)),
        "a first frame with alpha, not blended": riff(canvas(12, 10, ANIMATED | ALPHA), loop(), frame(clear, 0, 0, flags=2, quality=50), frame(small, 0, 0, quality=50)),
        "turned": riff(canvas(20, 16, ANIMATED | EXIF), loop(), frame(small, 4, 2, quality=60), frame(second, 0, 0, quality=60), exif),
        "chunks that nobody knows": riff(canvas(20, 16, ANIMATED), chunk(b"abcd", b"x" * 5), loop(), chunk(b"efgh", b"y"), frame(second, 0, 0, quality=60)),
        "bytes after the end": whole + b"hello",
        "bad: the frame reaches beyond the canvas": riff(canvas(14, 11, ANIMATED), loop(), frame(small, 4, 2, quality=60)),
        "bad: the frame says another size": riff(canvas(20, 16, ANIMATED), loop(), frame(small, 0, 0, size=(14, 10), quality=60)),
        "bad: the frame reaches below the canvas": riff(canvas(30, 11, ANIMATED), loop(), frame(small, 4, 2, quality=60)),
        "bad: ANIM after its frame": riff(canvas(20, 16, ANIMATED), frame(second, 0, 0, quality=60), loop(), frame(small, 0, 0, quality=60)),
        "bad: no ANIM": riff(canvas(20, 16, ANIMATED), frame(second, 0, 0, quality=60)),
        "bad: no frames": riff(canvas(20, 16, ANIMATED), loop()),
        "bad: a frame of nothing": riff(canvas(20, 16, ANIMATED), loop(), chunk(b"ANMF", b"\0" * 16)),
        "bad: no animation in the header": riff(canvas(20, 16, 0), loop(), frame(second, 0, 0, quality=60)),
        "bad: the second frame reaches beyond the canvas": riff(canvas(14, 11, ANIMATED), loop(), frame(small, 0, 0, quality=60), frame(small, 4, 2, quality=60)),
        "bad: a canvas of another size than its picture": riff(canvas(20, 16, ALPHA), *[chunk(*part) for part in chunks_of(still) if part[0] != b"VP8X"]),
    }
