"""safetensors/cases.json: every rule of the format as one small file, with the reference parser's verdict."""

from pathlib import Path

from groups.common import versions, write_json
from groups.safetensors_bytes import case, file_of, header_of, tensor

F32 = '"dtype":"F32","shape":[1],"data_offsets":[0,4]'
FOUR, EIGHT = bytes(4), bytes(8)


def header_cases() -> dict[str, bytes]:
    return {
        "empty file": b"",
        "seven bytes": bytes(7),
        "declared length longer than the file": file_of("{}", length=3),
        "declared length 100,000,000, the largest allowed": file_of("{}", length=100_000_000),
        "declared length 100,000,001": file_of("{}", length=100_000_001),
        "declared length 2^63": file_of("{}", length=2**63),
        "declared length 2^64 - 1": file_of("{}", length=2**64 - 1),
        "declared length 0": file_of("", b"{}"),
        "header is the byte FF": file_of(b"\xff"),
        "header starts with a byte order mark": file_of(b"\xef\xbb\xbf{}"),
        "header is {": file_of("{"),
        "header is []": file_of("[]"),
        "header is null": file_of("null"),
        "two objects": file_of("{}{}"),
        "NUL padding after the object": file_of(b"{}\0\0"),
        "spaces before the object": file_of("   {}"),
        "all JSON white space around the object": file_of(" \t\r\n{} \t\r\n"),
        "a no-break space before the object": file_of("\u00a0{}"),
        "spaces after the object": file_of("{}      "),
        "no tensors": file_of("{}"),
        "no tensors, one byte of data": file_of("{}", b"x"),
        "header length not a multiple of 8": file_of(header_of({"a": tensor("F32", [1], 0, 4)}) + b" ", FOUR),
        "a comment": file_of("{/**/}"),
        "a trailing comma": file_of('{"a":{%s},}' % F32, FOUR),
        "single quotes": file_of("{'a':{%s}}" % F32, FOUR),
    }


def layout_cases() -> dict[str, bytes]:
    one, two = tensor("F32", [1], 0, 4), tensor("F32", [1], 4, 8)
    return {
        "one tensor": file_of(header_of({"a": one}), b"\x00\x00\x80?"),
        "two tensors, listed in the order of the data": file_of(header_of({"a": one, "b": two}), EIGHT),
        "two tensors, listed against the order of the data": file_of(header_of({"b": two, "a": one}), EIGHT),
        "a hole between tensors": file_of(header_of({"a": one, "b": tensor("F32", [1], 5, 9)}), bytes(9)),
        "overlapping tensors": file_of(header_of({"a": tensor("F32", [2], 0, 8), "b": two}), EIGHT),
        "two tensors on the same bytes": file_of(header_of({"a": one, "b": one}), FOUR),
        "first offset not 0": file_of(header_of({"a": two}), EIGHT),
        "end before begin": file_of(header_of({"a": tensor("F32", [1], 4, 0)}), FOUR),
        "size is not shape times dtype": file_of(header_of({"a": tensor("F32", [2], 0, 4)}), FOUR),
        "data truncated": file_of(header_of({"a": one}), bytes(3)),
        "one byte after the data": file_of(header_of({"a": one}), bytes(5)),
        "no data at all": file_of(header_of({"a": one})),
        "rank 0": file_of(header_of({"a": tensor("F32", [], 0, 4)}), FOUR),
        "rank 9": file_of(header_of({"a": tensor("F32", [1] * 9, 0, 4)}), FOUR),
        "zero-size tensor at a boundary": file_of(header_of({"a": one, "b": tensor("F32", [0, 3], 4, 4)}), FOUR),
        "zero-size tensor alone": file_of(header_of({"a": tensor("F32", [0], 0, 0)})),
        "zero-size tensor inside another's range": file_of(header_of({"a": one, "b": tensor("F32", [0], 2, 2)}), FOUR),
        "zero-size tensor beyond the data": file_of(header_of({"a": one, "b": tensor("F32", [0], 8, 8)}), FOUR),
        "misaligned tensor": file_of(header_of({"a": tensor("U8", [1], 0, 1), "b": tensor("F32", [1], 1, 5)}), bytes(5)),
        "F4 with an even number of values": file_of(header_of({"a": tensor("F4", [2], 0, 1)}), b"\x21"),
        "F4 with an odd number of values": file_of(header_of({"a": tensor("F4", [3], 0, 2)}), bytes(2)),
        "F6 filling whole bytes": file_of(header_of({"a": tensor("F6_E2M3", [4], 0, 3)}), bytes(3)),
    }


def number_cases() -> dict[str, bytes]:
    def shaped(shape: str, end: str = "4", begin: str = "0") -> bytes:
        return file_of('{"a":{"dtype":"F32","shape":%s,"data_offsets":[%s,%s]}}' % (shape, begin, end), FOUR)

    return {
        "shape product beyond 2^64": shaped("[4294967296,4294967296,4294967296]"),
        "shape product times item size beyond 2^64": shaped("[4611686018427387904]"),
        "shape product beyond 2^64 with a zero dimension after it": shaped("[4294967296,4294967296,4294967296,0]", "0"),
        "shape product beyond 2^64 with a zero dimension before it": shaped("[0,4294967296,4294967296,4294967296]", "0"),
        "dimension 2^64": shaped("[18446744073709551616]"),
        "dimension 2^64 - 1": shaped("[18446744073709551615]"),
        "dimension 2^53 + 1": shaped("[9007199254740993]"),
        "offset 2^53 + 1": shaped("[1]", "9007199254740993"),
        "dimension -1": shaped("[-1]"),
        "dimension -0": shaped("[-0]"),
        "dimension 1.0": shaped("[1.0]"),
        "dimension 1e0": shaped("[1e0]"),
        "dimension 01": shaped("[01]"),
        "dimension +1": shaped("[+1]"),
        "dimension true": shaped("[true]"),
        "dimension null": shaped("[null]"),
        "offset 4e0": shaped("[1]", "4e0"),
        "offset 4.0": shaped("[1]", "4.0"),
        'offset "0"': shaped("[1]", "4", '"0"'),
        "offset -0": shaped("[1]", "4", "-0"),
        "dimension NaN": shaped("[NaN]"),
        "shape is a number": shaped("1"),
        "shape is an object": shaped("{}"),
        "three offsets": file_of('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}', FOUR),
        "one offset": file_of('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', FOUR),
        "offsets as an object": file_of('{"a":{"dtype":"F32","shape":[1],"data_offsets":{"0":0,"1":4}}}', FOUR),
    }


def entry_cases() -> dict[str, bytes]:
    return {
        "missing shape": file_of('{"a":{"dtype":"F32","data_offsets":[0,4]}}', FOUR),
        "missing dtype": file_of('{"a":{"shape":[1],"data_offsets":[0,4]}}', FOUR),
        "missing data_offsets": file_of('{"a":{"dtype":"F32","shape":[1]}}', FOUR),
        "unknown dtype": file_of('{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}', FOUR),
        "dtype in lower case": file_of('{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}', FOUR),
        "dtype written with an escape": file_of('{"a":{"dtype":"\\u004632","shape":[1],"data_offsets":[0,4]}}', FOUR),
        "an unknown field in a tensor": file_of('{"a":{%s,"extra":[{"deep":[1.5,null,"x"]}]}}' % F32, FOUR),
        "a tensor as an array": file_of('{"a":["F32",[1],[0,4]]}', FOUR),
        "a tensor as an array with a fourth item": file_of('{"a":["F32",[1],[0,4],0]}', FOUR),
        "a tensor is an empty array": file_of('{"a":[]}'),
        "a tensor is null": file_of('{"a":null}'),
        "a tensor is a string": file_of('{"a":"F32"}'),
        "the same tensor twice": file_of('{"a":{%s},"a":{%s}}' % (F32, F32), FOUR),
        "one name, two different tensors": file_of('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{%s}}' % F32, FOUR),
        "one name twice, once escaped": file_of('{"a":{%s},"\\u0061":{%s}}' % (F32, F32), FOUR),
        "one name twice, the first entry invalid": file_of('{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,4]},"a":{%s}}' % F32, FOUR),
        "a field twice in a tensor": file_of('{"a":{%s,"dtype":"F32"}}' % F32, FOUR),
        "an unknown field twice in a tensor": file_of('{"a":{%s,"x":1,"x":1}}' % F32, FOUR),
        "tensor named __proto__": file_of('{"__proto__":{%s}}' % F32, FOUR),
        "tensor named constructor": file_of('{"constructor":{%s}}' % F32, FOUR),
        "tensor named with the empty string": file_of('{"":{%s}}' % F32, FOUR),
        "tensor name with every kind of escape": file_of('{"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00":{%s}}' % F32, FOUR),
        "tensor name not ASCII": file_of('{"poids_é_重み_😀":{%s}}' % F32, FOUR),
        "tensor name with a raw control character": file_of(b'{"a\x01":{%s}}' % F32.encode(), FOUR),
        "tensor name with DEL": file_of(b'{"a\x7f":{%s}}' % F32.encode(), FOUR),
        "lone high surrogate": file_of('{"\\ud800":{%s}}' % F32, FOUR),
        "lone low surrogate": file_of('{"\\udc00":{%s}}' % F32, FOUR),
        "surrogate encoded in UTF-8": file_of(b'{"\xed\xa0\x80":{%s}}' % F32.encode(), FOUR),
        "an unknown escape": file_of('{"\\x61":{%s}}' % F32, FOUR),
        **{
            f"nested {depth} deep in an unknown field": file_of('{"a":{%s,"x":%s%s}}' % (F32, "[" * depth, "]" * depth), FOUR)
            for depth in (120, 125, 126, 300)
        },
    }


def unknown_value_cases() -> dict[str, bytes]:
    """Values that are ignored still have to be JSON as the reference's parser understands it."""
    values = {
        "1e999": "1e999", "-1e999": "-1e999", "1e-999": "1e-999", "an integer of 40 digits": "1" * 40, "-0": "-0", "1.": "1.", ".5": ".5",
        "a lone surrogate": '"\\ud800"', "a surrogate pair": '"\\ud83d\\ude00"', "true": "true", "True": "True", "Infinity": "Infinity", "0x10": "0x10",
    }  # fmt: skip
    return {f"unknown field with {name}": file_of('{"a":{%s,"x":%s}}' % (F32, value), FOUR) for name, value in values.items()}


def dtype_shape_cases() -> dict[str, bytes]:
    values = ('{"F32":null}', '{"F32":[]}', '{"F32":{}}', '{"F32":0}', '{"F32":null,"F16":null}', "{}", '["F32"]', "17", "null")
    return {f"dtype is {value}": file_of('{"a":{"dtype":%s,"shape":[1],"data_offsets":[0,4]}}' % value, FOUR) for value in values}


def metadata_cases() -> dict[str, bytes]:
    def with_metadata(value: str) -> bytes:
        return file_of('{"__metadata__":%s,"a":{%s}}' % (value, F32), FOUR)

    return {
        "metadata": with_metadata('{"format":"pt","note":"é"}'),
        "metadata after the tensors": file_of('{"a":{%s},"__metadata__":{"format":"pt"}}' % F32, FOUR),
        "empty metadata": with_metadata("{}"),
        "metadata twice": file_of('{"__metadata__":{},"__metadata__":{},"a":{%s}}' % F32, FOUR),
        "a key twice in the metadata": with_metadata('{"k":"1","k":"2"}'),
        "metadata value is a number": with_metadata('{"k":1}'),
        "metadata value is an object": with_metadata('{"k":{}}'),
        "metadata value is a list": with_metadata('{"k":[]}'),
        "metadata value is null": with_metadata('{"k":null}'),
        "metadata is null": with_metadata("null"),
        "metadata is a list": with_metadata("[]"),
        "metadata is a string": with_metadata('"x"'),
        "metadata with the key __proto__": with_metadata('{"__proto__":"x"}'),
        "metadata key written with an escape": file_of('{"\\u005f_metadata__":{"k":"v"},"a":{%s}}' % F32, FOUR),
        "metadata only": file_of('{"__metadata__":{"k":"v"}}'),
    }


def dtype_cases() -> dict[str, bytes]:
    """Every dtype the reference knows, and names that others use."""
    bits = {
        "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8,
        "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
    }  # fmt: skip
    known = {f"dtype {name}": file_of(header_of({"a": tensor(name, [8], 0, size)}), bytes(size)) for name, size in bits.items()}
    other = ("F8_E4M3FN", "F128", "I4", "U4", "I128", "C128", "BF8", "float32", "FP16", "")
    return known | {f'dtype "{name}"': file_of(header_of({"a": tensor(name, [8], 0, 8)}), EIGHT) for name in other}


def make(out: Path) -> None:
    groups = (
        header_cases(),
        layout_cases(),
        number_cases(),
        entry_cases(),
        unknown_value_cases(),
        dtype_shape_cases(),
        metadata_cases(),
        dtype_cases(),
    )
    cases = [{"name": name} | case(file) for group in groups for name, file in group.items()]
    assert len({row["name"] for row in cases}) == len(cases)
    write_json(out / "safetensors" / "cases.json", {"made_with": versions("safetensors"), "cases": cases})
