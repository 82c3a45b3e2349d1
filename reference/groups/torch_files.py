"""The files of formats/torch: what torch.save writes and has written, and what only looks like it."""

import collections
import io
import pickle
import random
import struct
import zipfile
from dataclasses import dataclass

import torch
from torch import nn

from groups.torch_legacy import repeatable


@dataclass
class TorchFile:
    """One case: the file's bytes and what it is."""

    name: str
    data: bytes
    note: str = ""


def filled(*shape: int, dtype: torch.dtype = torch.float32, seed: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator).mul(3).to(dtype)


def saved(value, **options) -> bytes:
    """`torch.save` into memory: the archive's folder is called "archive"."""
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def legacy(value) -> bytes:
    """`torch.save` in the format before torch 1.6."""
    return repeatable(saved(value, _use_new_zipfile_serialization=False))


def plain() -> dict[str, torch.Tensor]:
    return collections.OrderedDict(weight=filled(2, 3), bias=filled(3, seed=2), scale=torch.tensor(2.6592))


def every_dtype() -> dict[str, torch.Tensor]:
    floats = {str(d).removeprefix("torch."): filled(3, dtype=d) for d in (torch.float64, torch.float32, torch.float16, torch.bfloat16)}
    integers = {
        str(d).removeprefix("torch."): torch.tensor([1, 0, 100], dtype=d)
        for d in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)
    }
    return floats | integers


def views() -> dict[str, torch.Tensor]:
    """Strides and storage offsets of every kind, several tensors on one storage."""
    whole = filled(4, 6)
    return {
        "whole": whole,
        "transposed": whole.t(),
        "row": whole[2],
        "column": whole[:, 3],
        "block": whole[1:3, 2:5],
        "every second": whole[::2, ::3],
        "expanded": whole[:1].expand(3, 6),
        "permuted": filled(2, 3, 4, seed=3).permute(2, 0, 1),
        "channels last": filled(1, 3, 2, 2, seed=4).contiguous(memory_format=torch.channels_last),
        "one element": whole[3, 5],
        "empty": whole[4:],
        "size one with an odd stride": torch.as_strided(filled(8, seed=5), (1, 2), (77, 3), 1),
    }


def small_module() -> nn.Module:
    torch.manual_seed(9)
    return nn.Sequential(collections.OrderedDict(norm=nn.LayerNorm(4), linear=nn.Linear(4, 2)))


class RunsCode:
    """Unpickles to a call; the call is harmless."""

    def __reduce__(self):
        return print, ("a pickle ran code",)


def rezipped(file: bytes, change=lambda name, data: data, **options) -> bytes:
    """The archive written again with `zipfile`, each entry passed through `change` (None drops it)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as source, zipfile.ZipFile(out, "w", **options) as target:
        for info in source.infolist():
            data = change(info.filename, source.read(info))
            if data is not None:
                entry = zipfile.ZipInfo(info.filename)  # a fixed time, so that the bytes are always the same
                entry.compress_type = target.compression
                target.writestr(entry, data)
    return out.getvalue()


def big_endian(file: bytes) -> bytes:
    def change(name: str, data: bytes) -> bytes:
        if name.endswith("/byteorder"):
            return b"big"
        if "/data/" in name:
            return b"".join(data[i : i + 4][::-1] for i in range(0, len(data), 4))
        return data

    return rezipped(file, change)


def with_pickle(pickled: bytes, data: dict[str, bytes] | None = None) -> bytes:
    """A torch archive around a hand-made pickle."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in {
            "data.pkl": pickled,
            "byteorder": b"little",
            "version": b"3\n",
            **{f"data/{k}": v for k, v in (data or {}).items()},
        }.items():
            target.writestr(zipfile.ZipInfo(f"archive/{name}"), content)
    return out.getvalue()


def global_call(module: str, name: str, argument: str) -> bytes:
    """A protocol 2 pickle of a call to a global with one string."""
    return b"\x80\x02c" + f"{module}\n{name}\n".encode() + b"X" + struct.pack("<I", len(argument)) + argument.encode() + b"\x85R."


def tensor_pickle(size: int, offset: int, shape: tuple[int, ...], stride: tuple[int, ...], storage: str = "FloatStorage") -> bytes:
    """A pickle of {"x": tensor} with chosen storage size, offset, shape and stride, true or not."""

    class Storage:
        pass

    class Pickler(pickle._Pickler):
        def persistent_id(self, value):
            return ("storage", getattr(torch, storage), "0", "cpu", size) if isinstance(value, Storage) else None

    class Tensor:
        def __reduce__(self):
            return torch._utils._rebuild_tensor_v2, (Storage(), offset, shape, stride, False, collections.OrderedDict())

    buffer = io.BytesIO()
    Pickler(buffer, protocol=2).dump({"x": Tensor()})
    return buffer.getvalue()


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def seeded_bytes(count: int) -> bytes:
    return random.Random(17).randbytes(count)
