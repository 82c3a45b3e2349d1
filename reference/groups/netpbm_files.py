"""PBM, PGM and PPM, plain and binary, with every kind of largest value."""

import random

ASCII = {"P1": 1, "P2": 1, "P3": 3}


def binary(kind: str, width: int, height: int, largest: int, seed: int, comment: str = "") -> bytes:
    rng = random.Random(seed)
    channels = 3 if kind == "P6" else 1
    values = [rng.randrange(largest + 1) if rng.random() < 0.7 else min(largest, rng.randrange(300)) for _ in range(width * height * channels)]
    values[:4] = [0, largest, largest // 2, min(1, largest)]
    size = 1 if largest < 256 else 2
    return f"{kind}\n{comment}{width} {height}\n{largest}\n".encode() + b"".join(v.to_bytes(size, "big") for v in values)


def plain(kind: str, width: int, height: int, largest: int, seed: int) -> bytes:
    rng = random.Random(seed)
    lines = []
    for _ in range(height):
        lines.append(" ".join(str(rng.randrange(largest + 1)) for _ in range(width * ASCII[kind])))
    head = f"{kind}\n{width} {height}\n" + ("" if kind == "P1" else f"{largest}\n")
    return (head + "\n".join(lines) + "\n").encode()


def all_files() -> dict[str, bytes]:
    rng = random.Random(600)
    bits = bytes(rng.randrange(256) for _ in range(2 * 9))
    three = b"1 2 3 4 5 6 7 8 9 10 11 12"
    files = {
        "P4": b"P4\n13 9\n" + bits,
        "P4, 16 across": b"P4 16 9 " + bits,
        "P1": plain("P1", 13, 7, 1, 1),
        "P1 without blanks": b"P1\n5 3\n101010110011001",
        "P1 with comments": b"P1 # one\n# two\r5 3\n10101#three\n01100 1\n1001\n",
    }
    for largest in (1, 7, 100, 255):
        files[f"P2 up to {largest}"] = plain("P2", 7, 5, largest, largest)
        files[f"P3 up to {largest}"] = plain("P3", 7, 5, largest, largest)
    for largest in (256, 1000, 65535):
        files[f"P2 up to {largest}"] = plain("P2", 7, 5, largest, largest)
        files[f"P3 up to {largest}"] = plain("P3", 7, 5, largest, largest)
    for largest in (1, 2, 15, 127, 200, 254, 255, 256, 511, 1023, 4095, 32767, 65534, 65535):
        files[f"P5 up to {largest}"] = binary("P5", 11, 6, largest, largest)
        files[f"P6 up to {largest}"] = binary("P6", 11, 6, largest, largest)
    return files | {
        "P6, a comment in the header": binary("P6", 6, 4, 255, 9, "# made by hand\n# 7 7\n"),
        "P6, a comment in a number": b"P6 2# x\n 2 255 " + bytes(range(12)),
        "P6, a long comment": b"P6\n#" + b"x" * 900 + b"\n2 2 255\n" + bytes(range(12)),
        "P6, tabs": b"P6\t2\x0b2\x0c255\r" + bytes(range(12)),
        "P6, bytes after the end": b"P6\n2 2\n255\n" + bytes(range(12)) + b"more",
        "P6, values above the largest": b"P6\n2 2\n100\n" + bytes(range(250, 262 - 6)) + bytes(range(90, 96)),
        "P5, values above the largest": b"P5\n2 2\n300\n" + bytes((1, 44, 2, 0, 255, 255, 0, 1)),
        "P3, too many numbers": b"P3 2 2 15 " + three + b" 13 99 x",
        "P3, a comment that joins numbers": b"P3 2 2 15 1#\n2 3 4 5 6 7 8 9 10 11 12 13 14",
        "P3, signs and underlines": b"P3 2 2 15 +1 1_0 3 4 5 6 7 8 9 10 11 12",
        "P3, no blank at the end": b"P3 2 2 15 " + three,
        "bad: P3, a number too large": b"P3 2 2 11 " + three,
        "bad: P3, a negative number": b"P3 2 2 15 -1 2 3 4 5 6 7 8 9 10 11 12",
        "bad: P3, no number": b"P3 2 2 15 a 2 3 4 5 6 7 8 9 10 11 12",
        "bad: P3, a number of eleven digits": b"P3 2 2 15 00000000001 2 3 4 5 6 7 8 9 10 11 12",
        "bad: P1, no bit": b"P1 2 2 1 0 2 1",
        "bad: P1, junk after the end": b"P1 2 2 1 0 1 1 x",
        "bad: largest value 0": b"P6 2 2 0 " + bytes(12),
        "bad: largest value 65536": b"P6 2 2 65536 " + bytes(24),
        "bad: no width": b"P6 0 2 255 " + bytes(12),
        "bad: a negative width": b"P6 -2 2 255 " + bytes(12),
        "bad: no numbers": b"P6 two two 255 " + bytes(12),
        "bad: a header without an end": b"P6 2 2",
        "bad: a token of eleven characters": b"P6 00000000002 2 255 " + bytes(12),
        "bad: nothing after the comment": b"P6 2 2 255 #" + b"x" * 30,
    }
