"""safetensors/mutations.json.gz: seeded mutations of small valid files with the reference parser's verdicts."""

import gzip
import json
import random
import re
from collections import Counter
from pathlib import Path

from groups.common import versions, write_bytes
from groups.safetensors_bytes import case, file_of, header_of, tensor

PER_KIND = 260
SEED = 20_240_229


def valid_files() -> list[bytes]:
    rng = random.Random(SEED)
    return [
        file_of(header_of({"a": tensor("F32", [2], 0, 8)}), rng.randbytes(8)),
        file_of(header_of({"w": tensor("F16", [2, 2], 4, 12), "scale": tensor("F32", [], 0, 4)}, {"format": "pt"}) + b"   ", rng.randbytes(12)),
        file_of(header_of({"post_layernorm.weight": tensor("BF16", [3], 8, 14), "position_ids": tensor("I64", [1, 1], 0, 8)}), rng.randbytes(14)),
        file_of(
            header_of({"none": tensor("F32", [0, 4], 0, 0), "b": tensor("U8", [3], 0, 3), "c": tensor("BOOL", [1], 3, 4)}, {"k": "é", "l": ""}),
            rng.randbytes(4),
        ),
    ]


def parts(file: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(file[:8], "little")
    return file[8 : 8 + length], file[8 + length :]


def replace_number(header: bytes, rng: random.Random) -> bytes:
    """One number of the header, changed a little or written in another way."""
    found = rng.choice(list(re.finditer(rb"\d+(?=[,\]])", header)) or [None])
    if found is None:
        return header
    value = int(found.group())
    choices = (value + 1, value - 1, value * 2, value + 8, -value, 2**32, 2**53 + 1, 2**63, 2**64 - 1, 2**64,
               f"{value}.0", f"{value}e0", f'"{value}"', f"0{value}", f"+{value}", f"{value} ", "", "null", "[]", f"{value},{value}")  # fmt: skip
    return header[: found.start()] + str(rng.choice(choices)).encode() + header[found.end() :]


def header_byte(file: bytes, rng: random.Random) -> bytes:
    header, data = parts(file)
    at = rng.randrange(len(header))
    changed = rng.choice((header[at] ^ (1 << rng.randrange(8)), rng.choice(b'{}[]:,"\\ 0e-.\x00\xff\xc3')))
    edits = (header[:at] + bytes([changed]) + header[at + 1 :], header[:at] + bytes([changed]) + header[at:], header[:at] + header[at + 1 :])
    edited = rng.choice(edits)
    return file_of(edited, data, rng.choice((None, None, len(header))))


def declared_length(file: bytes, rng: random.Random) -> bytes:
    header, data = parts(file)
    near = len(header) + rng.choice((-9, -8, -2, -1, 1, 2, 8, len(data), len(data) + 1, rng.randrange(1, 64)))
    return file_of(header, data, max(0, rng.choice((near, near, rng.randrange(2**16), 100_000_000, 2**31, 2**32, 2**53, rng.getrandbits(64)))))


def offsets_and_shapes(file: bytes, rng: random.Random) -> bytes:
    header, data = parts(file)
    return file_of(replace_number(header, rng), data)


def dtypes(file: bytes, rng: random.Random) -> bytes:
    header, data = parts(file)
    names = (
        "F32",
        "F16",
        "BF16",
        "F64",
        "I64",
        "I32",
        "U8",
        "I8",
        "BOOL",
        "F8_E4M3",
        "F8_E5M2",
        "F4",
        "F6_E2M3",
        "C64",
        "U64",
        "f16",
        "F33",
        "",
        "FLOAT",
    )
    found = rng.choice(list(re.finditer(rb'"dtype":"(\w+)"', header)))
    return file_of(header[: found.start(1)] + rng.choice(names).encode() + header[found.end(1) :], data)


def duplicate_keys(file: bytes, rng: random.Random) -> bytes:
    """An entry of the header, of a tensor or of the metadata is written a second time, the copy sometimes changed."""
    header, data = parts(file)
    pairs = list(re.finditer(rb'(?=("\w[\w.]*":(?:"[^"]*"|\[[^\]]*\]|\{[^{}]*\})))', header))  # looks ahead: pairs contain pairs
    chosen = rng.choice(pairs)
    copy = chosen.group(1)
    if rng.random() < 0.4:
        copy = replace_number(copy, rng)
    at = rng.choice((chosen.start(), chosen.start(), rng.choice(pairs).start()))
    return file_of(header[:at] + copy + b"," + header[at:], data)


def nesting(file: bytes, rng: random.Random) -> bytes:
    """A value is wrapped, or a deep value is put under an unknown key."""
    header, data = parts(file)
    found = rng.choice(list(re.finditer(rb':(?=("[^"]*"|\[[^\]]*\]|\{[^{}]*\}))', header)))
    value = found.group(1)
    depth = rng.choice((1, 1, 2, 5, 60, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 200))
    deep = rng.choice((b"[" * depth + b"]" * depth, b'{"k":' * depth + b"1" + b"}" * depth))
    wrapped = rng.choice((b"[" + value + b"]", b'{"k":' + value + b"}", value[1:-1], value + b',"x":' + deep))
    return file_of(header[: found.start(1)] + wrapped + header[found.end(1) :], data)


def padding(file: bytes, rng: random.Random) -> bytes:
    header, data = parts(file)
    filler = rng.choice((b" ", b" ", b"\t", b"\n", b"\r", b"\x00", b"\x0b", b"\x0c", b"\xc2\xa0", b"\xef\xbb\xbf", b"\xe2\x80\xa8")) * rng.randrange(
        1, 9
    )
    at = rng.choice((0, 0, len(header), len(header), rng.choice([m.end() for m in re.finditer(rb"[:,{}\[\]]", header)]), rng.randrange(len(header))))
    return file_of(header[:at] + filler + header[at:], data)


def truncation(file: bytes, rng: random.Random) -> bytes:
    """Bytes are missing from the end or from the middle, or follow the end."""
    start, end = sorted(rng.sample(range(len(file) + 1), 2))
    return rng.choice((file[:end], file[:start] + file[end:], file[: -rng.randrange(1, 9)], file + rng.randbytes(rng.randrange(1, 9))))


MUTATIONS = (header_byte, declared_length, offsets_and_shapes, dtypes, duplicate_keys, nesting, padding, truncation)


def two_at_once(file: bytes, rng: random.Random) -> bytes:
    first, second = rng.sample(MUTATIONS[2:7], 2)
    once = first(file, rng)
    try:
        return second(once, rng)
    except IndexError:  # the first mutation left nothing that the second could change
        return once


def make(out: Path) -> None:
    rng = random.Random(SEED)
    files = valid_files()
    rows, seen = [], set()
    for mutate in (*MUTATIONS, two_at_once):
        made = 0
        for _ in range(PER_KIND * 20):
            mutated = mutate(rng.choice(files), rng)
            if mutated not in seen and made < PER_KIND:
                seen.add(mutated)
                rows.append({"mutation": mutate.__name__} | case(mutated))
                made += 1
    verdicts = Counter(row.get("kind", "accepted") for row in rows)
    content = {"made_with": versions("safetensors"), "seed": SEED, "verdicts": dict(sorted(verdicts.items())), "cases": rows}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    write_bytes(out / "safetensors" / "mutations.json.gz", gzip.compress(text, 9, mtime=0))
