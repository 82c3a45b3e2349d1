"""Builds safetensors files byte by byte and asks the reference parser what it makes of them."""

import base64
import json
import tempfile
from pathlib import Path

from safetensors import SafetensorError, deserialize, safe_open

from groups.common import sha256

KINDS = {
    "header too small": "HeaderTooSmall",
    "header too large": "HeaderTooLarge",
    "invalid header length": "InvalidHeaderLength",
    "invalid UTF-8 in header": "InvalidHeader",
    "invalid JSON in header": "InvalidHeaderDeserialization",
    "invalid shape, data type, or offset": "TensorInvalidInfo",
    "invalid offset for tensor": "InvalidOffset",
    "incomplete metadata, file not fully covered": "MetadataIncompleteBuffer",
    "overflow computing buffer size": "ValidationOverflow",
    "The slice is slicing for subbytes": "MisalignedSlice",
}
"""The reference's error kinds (`SafeTensorError` of its tensor.rs) by how their messages begin."""


def file_of(header: bytes | str, data: bytes = b"", length: int | None = None) -> bytes:
    """A file with this header; `length` is the declared header length where it shall differ from the real one."""
    raw = header.encode() if isinstance(header, str) else header
    return (len(raw) if length is None else length).to_bytes(8, "little") + raw + data


def tensor(dtype: str, shape: list, begin: int, end: int) -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def header_of(tensors: dict, metadata: dict | None = None) -> bytes:
    entries = ({} if metadata is None else {"__metadata__": metadata}) | tensors
    return json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode()


def kind_of(message: str) -> str:
    kinds = [kind for beginning, kind in KINDS.items() if message.startswith(beginning)]
    assert len(kinds) == 1, f"unknown error of the reference: {message}"
    return kinds[0]


def metadata_of(file: bytes) -> dict | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.safetensors"
        path.write_bytes(file)
        with safe_open(path, "numpy") as opened:
            metadata = opened.metadata()
    return metadata and dict(sorted(metadata.items()))


def verdict(file: bytes) -> dict:
    """`accepted` with the tensors ([name, dtype, shape, SHA-256 of the data], sorted by name) and metadata, or the error."""
    try:
        tensors = deserialize(file)
    except SafetensorError as error:
        message = str(error).removeprefix("Error while deserializing: ")
        return {"accepted": False, "kind": kind_of(message), "message": message}
    rows = [[name, info["dtype"], info["shape"], sha256(bytes(info["data"]))] for name, info in tensors]
    return {"accepted": True, "tensors": sorted(rows, key=lambda row: row[0].encode()), "metadata": metadata_of(file)}


def has_duplicate_tensor_name(file: bytes) -> bool:
    """Whether the header, as far as it is JSON, has a key other than `__metadata__` twice at its top level."""
    length = int.from_bytes(file[:8], "little")
    if len(file) < 8 or length > len(file) - 8:
        return False
    objects: list[list] = []

    def remember(pairs: list) -> dict:
        objects.append(pairs)
        return dict(pairs)

    try:
        header = json.loads(file[8 : 8 + length].decode("utf-8"), object_pairs_hook=remember)
    except (ValueError, RecursionError):
        return False
    names = [key for key, _ in objects[-1] if key != "__metadata__"] if isinstance(header, dict) else []
    return len(set(names)) < len(names)


def case(file: bytes) -> dict:
    """One row of a fixture: the bytes, the reference's verdict, and whether a tensor name occurs twice."""
    return {"bytes": base64.b64encode(file).decode(), "duplicateTensorName": has_duplicate_tensor_name(file)} | verdict(file)
