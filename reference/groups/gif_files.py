"""GIF: palettes, frames, transparency and codes of every kind, by an encoder of its own where Pillow's writes none."""

import random
import struct

from PIL import Image

from groups.image_files import encoded, rgb


def lzw(values: list[int], bits: int, *, clear_often: int = 0, end: bool = True) -> bytes:
    """The codes of GIF's LZW, low bits first."""
    clear, stop = 1 << bits, (1 << bits) + 1
    out, buffer, count = bytearray(), 0, 0
    table, size = {}, bits + 1

    def put(code: int) -> None:
        nonlocal buffer, count
        buffer |= code << count
        count += size
        while count >= 8:
            out.append(buffer & 255)
            buffer >>= 8
            count -= 8

    def reset() -> None:
        nonlocal table, size
        table, size = {(v,): v for v in range(clear)}, bits + 1

    reset()
    put(clear)
    word: tuple[int, ...] = ()
    following = stop + 1
    for n, value in enumerate(values):
        if word + (value,) in table:
            word += (value,)
            continue
        put(table[word])
        if following < 4096:
            table[word + (value,)] = following
            following += 1
            if following > (1 << size) and size < 12:
                size += 1
        word = (value,)
        if clear_often and n % clear_often == 0:
            put(table[word])
            if following < 4096:
                following += 1
                if following > (1 << size) and size < 12:
                    size += 1
            put(clear)
            reset()
            following, word = stop + 1, ()
    if word:
        put(table[word])
        following += 1
        if following > (1 << size) and size < 12:
            size += 1
    if end:
        put(stop)
    if count:
        out.append(buffer & 255)
    return bytes(out)


def packed(codes: list[int], size: int) -> bytes:
    """Codes of one size, low bits first."""
    value = sum(code << (size * n) for n, code in enumerate(codes))
    return value.to_bytes(-(-size * len(codes) // 8), "little")


def blocks(data: bytes, size: int = 255) -> bytes:
    return b"".join(bytes((len(data[i : i + size]),)) + data[i : i + size] for i in range(0, len(data), size)) + b"\0"


def colours(count: int, seed: int) -> bytes:
    rng = random.Random(seed)
    return bytes(rng.randrange(256) for _ in range(3 * count))


def ramp(count: int) -> bytes:
    return bytes(v for v in range(count) for _ in range(3))


def depth_flag(palette: bytes) -> int:
    return 0x80 | ((len(palette) // 3).bit_length() - 2)


def screen(width: int, height: int, palette: bytes = b"", background: int = 0, version: bytes = b"GIF89a") -> bytes:
    return version + struct.pack("<HHBBB", width, height, depth_flag(palette) if palette else 0, background, 0) + palette


def control(transparent: int | None = None, disposal: int = 0) -> bytes:
    return b"!\xf9\x04" + bytes(((disposal << 2) | (transparent is not None), 10, 0, transparent or 0)) + b"\0"


def image(width: int, height: int, bits: int, data: bytes, *, left: int = 0, top: int = 0, palette: bytes = b"", interlaced: bool = False, size: int = 255) -> bytes:
    flags = (depth_flag(palette) if palette else 0) | (0x40 if interlaced else 0)
    return b"," + struct.pack("<HHHHB", left, top, width, height, flags) + palette + bytes((bits,)) + blocks(data, size)


def noise(count: int, below: int, seed: int) -> list[int]:
    rng = random.Random(seed)
    return [rng.randrange(below) if rng.random() < 0.4 else below // 2 for _ in range(count)]


def all_files() -> dict[str, bytes]:
    sixteen = colours(16, 1)
    small = noise(13 * 11, 16, 2)
    plain = image(13, 11, 4, lzw(small, 4))
    inner = image(6, 5, 4, lzw(noise(30, 16, 3), 4), left=4, top=3)
    files = {
        "saved by Pillow": encoded(rgb(40, 30, 500).quantize(120), "GIF"),
        "saved by Pillow, animated": encoded(rgb(30, 20, 501).quantize(60), "GIF", save_all=True, append_images=[rgb(30, 20, 502).quantize(60)]),
        "a full table": screen(90, 110, colours(256, 3)) + image(90, 110, 8, lzw(noise(9900, 256, 4), 8)) + b";",
        "cleared often": screen(30, 20, sixteen) + image(30, 20, 4, lzw(noise(600, 16, 5), 4, clear_often=37)) + b";",
        "version 87a": screen(13, 11, sixteen, version=b"GIF87a") + plain + b";",
        "no end": screen(13, 11, sixteen) + plain,
        "no end code": screen(13, 11, sixteen) + image(13, 11, 4, lzw(small, 4, end=False)) + b";",
        "small blocks": screen(13, 11, sixteen) + image(13, 11, 4, lzw(small, 4), size=7) + b";",
        "two colours": screen(13, 11, colours(2, 6)) + image(13, 11, 2, lzw([v % 2 for v in small], 2)) + b";",
        "more bits than colours": screen(13, 11, colours(4, 7)) + image(13, 11, 8, lzw([v * 3 for v in small], 8)) + b";",
        "grey ramp": screen(13, 11, ramp(16)) + plain + b";",
        "grey ramp, transparent": screen(13, 11, ramp(16)) + control(8) + plain + b";",
        "no palette": screen(13, 11) + plain + b";",
        "local palette": screen(13, 11) + image(13, 11, 4, lzw(small, 4), palette=sixteen) + b";",
        "both palettes": screen(13, 11, colours(4, 8)) + image(13, 11, 4, lzw(small, 4), palette=sixteen) + b";",
        "local grey ramp": screen(13, 11, sixteen) + image(13, 11, 4, lzw(small, 4), palette=ramp(16)) + b";",
        "local grey ramp, transparent": screen(13, 11, sixteen) + control(8) + image(13, 11, 4, lzw(small, 4), palette=ramp(16)) + b";",
        "local grey ramp, frame in the middle": screen(13, 11, sixteen) + control(3) + image(6, 5, 4, lzw(noise(30, 16, 3), 4), left=4, top=3, palette=ramp(16)) + b";",
        "transparent": screen(13, 11, sixteen) + control(8) + plain + b";",
        "transparent beyond the palette": screen(13, 11, colours(4, 9)) + control(200) + plain + b";",
        "two control blocks": screen(13, 11, sixteen) + control(8) + control() + plain + b";",
        "disposal": screen(13, 11, sixteen, 5) + control(3, 2) + plain + control(2, 3) + inner + b";",
        "disposal to the previous": screen(13, 11, sixteen, 5) + control(3, 3) + inner + plain + b";",
        "frame in the middle": screen(13, 11, sixteen, 5) + inner + b";",
        "frame in the middle, transparent": screen(13, 11, sixteen, 5) + control(7) + inner + b";",
        "frame in the middle, grey": screen(13, 11, ramp(16), 5) + control(7) + inner + b";",
        "frame beyond the canvas": screen(7, 20, sixteen) + plain + b";",
        "frame beyond the canvas, transparent": screen(7, 20, sixteen) + control(1) + plain + b";",
        "comments": screen(13, 11, sixteen) + b"!\xfe" + blocks(b"hello" * 80) + b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0" + b"!\xfe\0" + plain + b";",
        "a comment that looks like a picture": screen(13, 11, sixteen) + b"!\xfe" + blocks(plain * 4, 60) + plain + b";",
        "junk between the blocks": screen(13, 11, sixteen) + b"\0\0junk" + plain + b";",
        "an empty extension": screen(13, 11, sixteen) + b"!\x01\0\0" + plain + b";",
        "bad: end code too early": screen(13, 11, sixteen) + image(13, 11, 4, lzw(small[:70], 4)) + b";",
        "bad: 13 bits": screen(13, 11, sixteen) + image(13, 11, 13, lzw(small, 4)) + b";",
        "bad: a code that is not there": screen(13, 11, sixteen) + image(13, 11, 4, b"\x10\xff\xff\xff") + b";",
        "bad: a code beyond the table": screen(4, 1, sixteen) + image(4, 1, 4, packed([16, 0, 25, 1, 2, 3, 4, 5], 5)) + b";",
        "bad: an empty frame": screen(13, 11, sixteen) + image(0, 11, 4, lzw(small, 4)) + b";",
        "bad: no frame": screen(13, 11, sixteen) + b";",
        "bad: a control block too short": screen(13, 11, sixteen) + b"!\xf9\x02\x01\0\0" + plain + b";",
    }
    for height in (1, 2, 3, 5, 8, 9, 17):
        values = noise(5 * height, 16, height)
        files[f"interlaced, {height} rows"] = screen(5, height, sixteen) + image(5, height, 4, lzw(values, 4), interlaced=True) + b";"
    for bits in (1, 3, 5, 9, 11, 12):
        values = noise(120, min(1 << bits, 256), bits)
        files[f"codes of {bits} bits"] = screen(12, 10, colours(256, bits)) + image(12, 10, bits, lzw(values, bits)) + b";"
    return files
