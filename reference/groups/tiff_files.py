"""TIFF: strips and tiles, all depths, colours, byte orders and the compressions without a loss, by a writer of its own."""

import io
import random
import struct
import zlib

import numpy as np
from PIL import Image

from groups.image_files import encoded, pixels, rgb

NONE, LZW, ADOBE_DEFLATE, PACKBITS, DEFLATE = 1, 5, 8, 32773, 32946
SHORT, LONG, LONG8 = 3, 4, 16
SIZES = {SHORT: 2, LONG: 4, LONG8: 8}
CODES = {SHORT: "H", LONG: "I", LONG8: "Q"}


def lzw(data: bytes) -> bytes:
    """TIFF's LZW: high bits first, codes one bit longer one code early."""
    out, buffer, count, size = bytearray(), 0, 0, 9
    table: dict[bytes, int] = {}

    def put(code: int) -> None:
        nonlocal buffer, count
        buffer = buffer << size | code
        count += size
        while count >= 8:
            out.append(buffer >> (count - 8) & 255)
            count -= 8
        buffer &= (1 << count) - 1

    put(256)
    table, following, word = {bytes((v,)): v for v in range(256)}, 258, b""
    for value in data:
        longer = word + bytes((value,))
        if longer in table:
            word = longer
            continue
        put(table[word])
        table[longer] = following
        following += 1
        if following == 4094:
            put(256)
            table, following, size = {bytes((v,)): v for v in range(256)}, 258, 9
        elif following + 1 > 1 << size:
            size += 1
        word = bytes((value,))
    if word:
        put(table[word])
        following += 1
        if following + 1 > 1 << size and size < 12:
            size += 1
    put(257)
    if count:
        out.append(buffer << (8 - count) & 255)
    return bytes(out)


def packbits(data: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(data):
        run = 1
        while run < 128 and data[at : at + run + 1] == bytes((data[at],)) * (run + 1):
            run += 1
        if run > 2:
            out += bytes((257 - run, data[at]))
        else:
            run = min(7, len(data) - at)
            out += bytes((run - 1,)) + data[at : at + run]
        at += run
    return bytes(out) + b"\x80"


COMPRESS = {NONE: bytes, LZW: lzw, ADOBE_DEFLATE: zlib.compress, DEFLATE: zlib.compress, PACKBITS: packbits}
REVERSED = bytes(int(f"{v:08b}"[::-1], 2) for v in range(256))


def packed(samples: np.ndarray, bits: int, order: str) -> bytes:
    """Rows of samples [height, width, channels], each padded to a whole byte."""
    if samples.dtype.kind == "f":
        return samples.astype(f"{order}f4").tobytes()
    if bits >= 8:
        return samples.astype(f"{order}i{bits // 8}" if samples.dtype.kind == "i" and samples.min() < 0 else f"{order}u{bits // 8}").tobytes()
    flat = samples.reshape(samples.shape[0], -1).astype(np.uint8)
    spread = (flat[:, :, None] >> np.arange(bits - 1, -1, -1, dtype=np.uint8)) & 1
    return np.packbits(spread.reshape(flat.shape[0], -1), axis=1).tobytes()


def predicted(samples: np.ndarray, bits: int) -> np.ndarray:
    out = samples.astype(np.int64)
    out[:, 1:] -= samples[:, :-1].astype(np.int64)
    return out % (1 << bits)


def tiff(samples: np.ndarray, photometric: int, bits: int, *, order: str = "<", compression: int = NONE, predictor: int = 1, planar: int = 1, strip: int | None = None, tile: tuple[int, int] | None = None, extra: tuple[int, ...] = (), fill: int = 1, orientation: int | None = None, palette: list[int] | None = None, sample_format: int | None = None, big: bool = False, leave_out: tuple[int, ...] = (), change: dict | None = None) -> bytes:
    """One directory after its data."""
    height, width = samples.shape[:2]
    samples = samples.reshape(height, width, -1)
    channels = samples.shape[2]
    planes = [samples[:, :, n : n + 1] for n in range(channels)] if planar == 2 else [samples]
    parts = []
    for plane in planes:
        if tile:
            tall, wide = tile
            for top in range(0, height, tall):
                for left in range(0, width, wide):
                    block = plane[top : top + tall, left : left + wide]
                    parts.append(np.pad(block, ((0, tall - block.shape[0]), (0, wide - block.shape[1]), (0, 0)), mode="edge"))
        else:
            rows = strip or height
            parts += [plane[top : top + rows] for top in range(0, height, rows)]
    chunks = []
    for part in parts:
        data = packed(predicted(part, bits) if predictor == 2 else part, bits, order)
        data = COMPRESS[compression](data)
        chunks.append(data.translate(REVERSED) if fill == 2 else data)
    tags: dict[int, tuple[int, list[int]]] = {
        256: (SHORT, [width]), 257: (SHORT, [height]), 258: (SHORT, [bits] * channels), 259: (SHORT, [compression]),
        262: (SHORT, [photometric]), 277: (SHORT, [channels]), 284: (SHORT, [planar]),
    }  # fmt: skip
    if predictor != 1:
        tags[317] = (SHORT, [predictor])
    if fill != 1:
        tags[266] = (SHORT, [fill])
    if orientation:
        tags[274] = (SHORT, [orientation])
    if extra:
        tags[338] = (SHORT, list(extra))
    if palette:
        tags[320] = (SHORT, palette)
    if sample_format:
        tags[339] = (SHORT, [sample_format] * channels)
    if tile:
        tags[322], tags[323] = (SHORT, [tile[1]]), (SHORT, [tile[0]])
    else:
        tags[278] = (LONG, [strip or height])
    at = 16 if big else 8
    offsets = []
    for data in chunks:
        offsets.append(at)
        at += len(data) + len(data) % 2
    tags[324 if tile else 273] = (LONG, offsets)
    tags[325 if tile else 279] = (LONG, [len(data) for data in chunks])
    tags |= change or {}
    body = b"".join(data + b"\0" * (len(data) % 2) for data in chunks)
    entries, outside = b"", b""
    kept = {tag: value for tag, value in sorted(tags.items()) if tag not in leave_out}
    inline = 8 if big else 4
    after = at + (8 + 20 * len(kept) + 8 if big else 2 + 12 * len(kept) + 4)
    for tag, (kind, values) in kept.items():
        value = struct.pack(f"{order}{len(values)}{CODES[kind]}", *values)
        if len(value) > inline:
            place = struct.pack(f"{order}{'Q' if big else 'I'}", after + len(outside))
            outside += value + b"\0" * (len(value) % 2)
        else:
            place = value + b"\0" * (inline - len(value))
        entries += struct.pack(f"{order}HH{'Q' if big else 'I'}", tag, kind, len(values)) + place
    mark = b"II" if order == "<" else b"MM"
    if big:
        head = mark + struct.pack(f"{order}HHHQ", 43, 8, 0, at)
        return head + body + struct.pack(f"{order}Q", len(kept)) + entries + struct.pack(f"{order}Q", 0) + outside
    return mark + struct.pack(f"{order}HI", 42, at) + body + struct.pack(f"{order}H", len(kept)) + entries + struct.pack(f"{order}I", 0) + outside


def wide(samples: np.ndarray, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(-128, 128, samples.shape)
    return (samples.astype(np.int64) * 257 + noise).clip(0, 65535)


def palette(bits: int, seed: int) -> list[int]:
    rng = random.Random(seed)
    return [rng.randrange(65536) for _ in range(3 << bits)]


def saved(image: Image.Image, **options) -> bytes:
    return encoded(image, "TIFF", **options)


def saved_by_pillow() -> dict[str, bytes]:
    colour = rgb(31, 23, 800)
    grey = colour.convert("L")
    files = {}
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits"):
        files[f"RGB, saved by Pillow, {compression}"] = saved(colour, compression=compression)
        files[f"grey, saved by Pillow, {compression}"] = saved(grey, compression=compression)
        files[f"bilevel, saved by Pillow, {compression}"] = saved(grey.convert("1"), compression=compression)
        files[f"palette, saved by Pillow, {compression}"] = saved(colour.quantize(30), compression=compression)
        files[f"CMYK, saved by Pillow, {compression}"] = saved(Image.fromarray(pixels(9, 8, 801, 4), "CMYK"), compression=compression)
    files["RGB, saved by Pillow, several pages"] = saved(colour, save_all=True, append_images=[grey])
    files["RGB, saved by Pillow, predictor"] = saved(colour, compression="tiff_lzw", tiffinfo={317: 2})
    return files


def kinds() -> dict[str, bytes]:
    """Every kind of sample, without and with a compression, in both byte orders."""
    colour, ink, alpha = pixels(13, 9, 810), pixels(13, 9, 811, 4), pixels(13, 9, 812, 4)
    grey, two = pixels(13, 9, 813, 1), pixels(13, 9, 814, 2)
    alpha[0, :5, 3], alpha[1, :5, 3] = 0, 255
    low = np.random.default_rng(815).integers(0, 600, (9, 13, 1))
    signed = np.random.default_rng(816).integers(-300, 600, (9, 13, 1))
    real = (np.random.default_rng(817).random((9, 13, 1)) * 400 - 50).astype(np.float32)
    files = {}
    for order, name in (("<", "II"), (">", "MM")):
        for compression in (NONE, LZW):
            both = {"order": order, "compression": compression}
            kind = f"{name}, {'LZW' if compression == LZW else 'raw'}"
            for bits in (1, 2, 4, 8):
                values = grey >> (8 - bits)
                for photometric in (0, 1):
                    for fill in (1, 2):
                        files[f"grey {photometric}, {bits} bits, fill order {fill}, {kind}"] = tiff(values, photometric, bits, fill=fill, **both)
                files[f"palette, {bits} bits, {kind}"] = tiff(values, 3, bits, palette=palette(bits, bits), **both)
            files |= {
                f"grey 16 bits, {kind}": tiff(low, 1, 16, **both),
                f"grey 16 bits, white is zero, {kind}": tiff(low, 0, 16, **both),
                f"grey 16 bits signed, {kind}": tiff(signed, 1, 16, sample_format=2, **both),
                f"grey 32 bits, {kind}": tiff(low, 1, 32, **both),
                f"grey 32 bits signed, {kind}": tiff(signed, 1, 32, sample_format=2, **both),
                f"grey 32 bits float, {kind}": tiff(real, 1, 32, sample_format=3, **both),
                f"grey 8 bits signed, {kind}": tiff(grey, 1, 8, sample_format=2, **both),
                f"grey and something, {kind}": tiff(two, 1, 8, extra=(0,), **both),
                f"grey and alpha, multiplied, {kind}": tiff(two, 1, 8, extra=(1,), **both),
                f"grey and alpha, {kind}": tiff(two, 1, 8, extra=(2,), **both),
                f"palette and something, {kind}": tiff(two, 3, 8, extra=(0,), palette=palette(8, 1), **both),
                f"palette and alpha, {kind}": tiff(two, 3, 8, extra=(2,), palette=palette(8, 1), **both),
                f"RGB, {kind}": tiff(colour, 2, 8, **both),
                f"RGB, fill order 2, {kind}": tiff(colour, 2, 8, fill=2, **both),
                f"RGB, 16 bits, {kind}": tiff(wide(colour, 1), 2, 16, **both),
                f"RGB and alpha unsaid, {kind}": tiff(alpha, 2, 8, **both),
                f"RGB and something, {kind}": tiff(alpha, 2, 8, extra=(0,), **both),
                f"RGB and alpha, multiplied, {kind}": tiff(alpha, 2, 8, extra=(1,), **both),
                f"RGB and alpha, {kind}": tiff(alpha, 2, 8, extra=(2,), **both),
                f"RGB and alpha, 16 bits, {kind}": tiff(wide(alpha, 2), 2, 16, extra=(2,), **both),
                f"RGB and alpha, 16 bits, multiplied, {kind}": tiff(wide(alpha, 3), 2, 16, extra=(1,), **both),
                f"RGB and something, 16 bits, {kind}": tiff(wide(alpha, 4), 2, 16, extra=(0,), **both),
                f"RGB and two, {kind}": tiff(np.concatenate([alpha, grey], 2), 2, 8, extra=(0, 0), **both),
                f"RGB, alpha multiplied and one, {kind}": tiff(np.concatenate([alpha, grey], 2), 2, 8, extra=(1, 0), **both),
                f"CMYK, {kind}": tiff(ink, 5, 8, **both),
                f"CMYK and one, {kind}": tiff(np.concatenate([ink, grey], 2), 5, 8, extra=(0,), **both),
                f"CMYK, 16 bits, {kind}": tiff(wide(ink, 5), 5, 16, **both),
                f"YCbCr, {kind}": tiff(colour, 6, 8, **both),
                f"Lab, {kind}": tiff(colour, 8, 8, **both),
            }  # fmt: skip
    return files


def layouts() -> dict[str, bytes]:
    colour, alpha, grey = pixels(37, 29, 820), pixels(37, 29, 821, 4), pixels(37, 29, 822, 1)
    files = {}
    for compression, name in ((NONE, "raw"), (LZW, "LZW"), (ADOBE_DEFLATE, "Deflate"), (DEFLATE, "old Deflate"), (PACKBITS, "PackBits")):
        both = {"compression": compression}
        files |= {
            f"strips of 8, {name}": tiff(colour, 2, 8, strip=8, **both),
            f"tiles of 16, {name}": tiff(colour, 2, 8, tile=(16, 16), **both),
            f"planes, {name}": tiff(colour, 2, 8, planar=2, strip=10, **both),
        }  # fmt: skip
    for compression, name in ((NONE, "raw"), (LZW, "LZW")):
        both = {"compression": compression}
        files |= {
            f"tiles of 32 x 16, bilevel, {name}": tiff(grey >> 7, 1, 1, tile=(16, 32), **both),
            f"tiles of 16, 4 bits, {name}": tiff(grey >> 4, 1, 4, tile=(16, 16), **both),
            f"a tile larger than the picture, {name}": tiff(colour, 2, 8, tile=(32, 48), **both),
            f"planes in tiles, {name}": tiff(colour, 2, 8, planar=2, tile=(16, 16), **both),
            f"planes, alpha, {name}": tiff(alpha, 2, 8, planar=2, extra=(2,), **both),
            f"planes, alpha multiplied, {name}": tiff(alpha, 2, 8, planar=2, extra=(1,), **both),
            f"planes, something, {name}": tiff(alpha, 2, 8, planar=2, extra=(0,), **both),
            f"planes, alpha unsaid, {name}": tiff(alpha, 2, 8, planar=2, **both),
            f"planes, CMYK, {name}": tiff(alpha, 5, 8, planar=2, **both),
            f"planes, 16 bits, {name}": tiff(wide(colour, 6), 2, 16, planar=2, **both),
            f"planes, grey, {name}": tiff(grey, 1, 8, planar=2, **both),
            f"planes, grey and alpha, {name}": tiff(alpha[:, :, :2], 1, 8, planar=2, extra=(2,), **both),
            f"no rows per strip, {name}": tiff(colour, 2, 8, leave_out=(278,), **both),
            f"no byte counts, {name}": tiff(colour, 2, 8, leave_out=(279,), **both),
            f"one number of bits, {name}": tiff(colour, 2, 8, change={258: (SHORT, [8])}, **both),
            f"BigTIFF, {name}": tiff(colour, 2, 8, big=True, **both),
            f"BigTIFF, MM, {name}": tiff(colour, 2, 8, big=True, order=">", strip=5, **both),
        }  # fmt: skip
        for orientation in range(1, 9):
            files[f"orientation {orientation}, {name}"] = tiff(colour, 2, 8, orientation=orientation, **both)
    for compression, name in ((LZW, "LZW"), (DEFLATE, "Deflate")):
        both = {"compression": compression, "predictor": 2}
        for order in "<>":
            kind = f"{'II' if order == '<' else 'MM'}, {name}"
            files |= {
                f"predictor, RGB, {kind}": tiff(colour, 2, 8, order=order, **both),
                f"predictor, RGB 16 bits, {kind}": tiff(wide(colour, 7), 2, 16, order=order, **both),
                f"predictor, grey 16 bits, {kind}": tiff(wide(grey, 8) >> 7, 1, 16, order=order, **both),
                f"predictor, grey 32 bits, {kind}": tiff(wide(grey, 8) >> 7, 1, 32, order=order, **both),
            }  # fmt: skip
        files |= {
            f"predictor, planes, {name}": tiff(colour, 2, 8, planar=2, **both),
            f"predictor, tiles, {name}": tiff(alpha, 2, 8, extra=(2,), tile=(16, 16), **both),
            f"predictor, strips, {name}": tiff(grey, 1, 8, strip=7, **both),
        }
    return files


def twice(file: bytes) -> bytes:
    """Little-endian, its first tag's entry repeated with another value (the width, one less) in the place of the last."""
    start = struct.unpack_from("<I", file, 4)[0]
    count = struct.unpack_from("<H", file, start)[0]
    first = file[start + 2 : start + 14]
    width = struct.unpack_from("<H", first, 8)[0]
    again = first[:8] + struct.pack("<HH", width - 1, 0)
    return file[: start + 2] + first + again + file[start + 14 : start + 2 + 12 * (count - 1)] + file[start + 2 + 12 * count :]


def odd() -> dict[str, bytes]:
    colour, grey = pixels(13, 9, 830), pixels(13, 9, 831, 1)
    whole = tiff(colour, 2, 8, compression=LZW)
    return {
        "a tag twice": twice(tiff(grey >> 7, 0, 1, fill=2)),
        "predictor without a compression": tiff(colour, 2, 8, change={317: (SHORT, [2])}),
        "predictor with PackBits": tiff(colour, 2, 8, compression=PACKBITS, change={317: (SHORT, [2])}),
        "a full LZW table": tiff(np.random.default_rng(1).integers(0, 256, (60, 90)).astype(np.uint8), 1, 8, compression=LZW),
        "strips out of order": tiff(colour, 2, 8, strip=3, change={273: (LONG, [8 + 2 * 118, 8 + 118, 8])}),
        "sides in long words": tiff(colour, 2, 8, change={256: (LONG, [13]), 257: (LONG, [9])}),
        "bits of many samples": tiff(colour, 2, 8, change={258: (SHORT, [8, 8, 8, 8])}),
        "bytes after the end": whole + b"hello",
        "rows per strip without an end": tiff(colour, 2, 8, compression=LZW, change={278: (LONG, [0xFFFFFFFF])}),
        "more rows per strip than rows": tiff(colour, 2, 8, compression=LZW, change={278: (LONG, [1000])}),
        "bad: predictor 3": tiff(colour, 2, 8, compression=LZW, predictor=1, change={317: (SHORT, [3])}),
        "bad: 12 bits of RGB": tiff(colour, 2, 8, change={258: (SHORT, [12, 12, 12])}),
        "bad: no width": tiff(colour, 2, 8, leave_out=(256,)),
        "bad: no strips": tiff(colour, 2, 8, leave_out=(273,)),
        "bad: width 0": tiff(colour, 2, 8, change={256: (SHORT, [0])}),
        "bad: photometric 9": tiff(colour, 9, 8),
        "bad: compression 4242": tiff(colour, 2, 8, change={259: (SHORT, [4242])}),
        "bad: JPEG compression": tiff(colour, 2, 8, change={259: (SHORT, [7])}),
        "bad: CCITT compression": tiff(pixels(13, 9, 832, 1) >> 7, 1, 1, change={259: (SHORT, [4])}),
        "bad: data that is no LZW": tiff(colour, 2, 8, change={259: (SHORT, [LZW])}),
        "bad: data that is no Deflate": tiff(colour, 2, 8, change={259: (SHORT, [DEFLATE])}),
        "bad: a wrong checksum": tiff(colour, 2, 8, compression=DEFLATE).replace(zlib.compress(colour.tobytes()), zlib.compress(colour.tobytes())[:-1] + b"\x55"),
        "bad: too little LZW": tiff(colour[:5], 2, 8, compression=LZW, change={257: (SHORT, [9]), 278: (LONG, [9])}),
        "bad: too little Deflate": tiff(colour[:5], 2, 8, compression=DEFLATE, change={257: (SHORT, [9]), 278: (LONG, [9])}),
        "bad: too little PackBits": tiff(colour[:5], 2, 8, compression=PACKBITS, change={257: (SHORT, [9]), 278: (LONG, [9])}),
        "bad: seven samples": tiff(np.repeat(grey, 7, 2), 2, 8, extra=(0, 0, 0, 0)),
        "bad: no palette": tiff(grey, 3, 8),
        "bad: a short palette": tiff(grey, 3, 8, palette=palette(4, 1)),
        "a long palette for 4 bits": tiff(grey >> 4, 3, 4, palette=palette(8, 1)),
    }


def all_files() -> dict[str, bytes]:
    return saved_by_pillow() | kinds() | layouts() | odd()
