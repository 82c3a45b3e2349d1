"""formats/torch/: PyTorch files of every kind, with the verdict and the tensors of torch.load(weights_only=True)."""

import argparse
import collections
import io
import pickle
import re
import shutil
import warnings
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import nn

from groups import torch_files as files
from groups.common import tensor_sha256, versions, write_bytes, write_json
from groups.torch_files import TorchFile, filled, legacy, saved


def zip_files() -> list[TorchFile]:
    module = files.small_module()
    nested = {"epoch": 3, "lr": 0.5, "name": "run é", "done": True, "none": None, "list": [1, 2.5, "x"], "tuple": (1, (2,)), "big": 2**40, "huge": 2**70, "negative": -5,
              "state_dict": files.plain(), "optimizer": {"state": {0: {"step": torch.tensor(7.0)}}, "param_groups": [{"params": [0]}]}}  # fmt: skip
    return [
        TorchFile("ordered-dict.pt", saved(files.plain())),
        TorchFile("state-dict-of-module.pt", saved(module.state_dict()), "carries _metadata on the OrderedDict"),
        TorchFile("dtypes.pt", saved(files.every_dtype())),
        TorchFile("views.pt", saved(files.views()), "strides, offsets, shared storages"),
        TorchFile("parameters.pt", saved({"weight": nn.Parameter(filled(2, 2)), "frozen": nn.Parameter(filled(2), requires_grad=False)})),
        TorchFile("buffers.pt", saved({"buffer": nn.Buffer(filled(2))})),
        TorchFile("nested-state-dict.pt", saved(nested)),
        TorchFile("nested-model.pth", saved({"model": files.plain(), "iteration": 10})),
        TorchFile(
            "prefixed.ckpt",
            saved({"state_dict": {f"module.{name}": tensor for name, tensor in files.plain().items()}, "pytorch-lightning_version": "2.5.0"}),
        ),
        TorchFile("one-tensor.pt", saved(filled(2, 2)), "the top object is a tensor"),
        TorchFile("list-of-tensors.pt", saved([filled(2), filled(3)])),
        TorchFile("integer-keys.pt", saved({0: filled(2), 1: filled(3)})),
        TorchFile("empty-dict.pt", saved({})),
        TorchFile(
            "set-and-size.pt",
            saved({"shape": torch.Size([2, 3]), "dtype": torch.float16, "device": torch.device("cpu"), "set": {1, 2}, "x": filled(1)}),
        ),
        TorchFile("names.pt", saved({"__proto__": filled(1), "": filled(2), "é": filled(3), "constructor": filled(4)})),
        TorchFile("protocol-3.pt", saved(files.plain(), pickle_protocol=3)),
        TorchFile("protocol-4.pt", saved(files.plain(), pickle_protocol=4)),
        TorchFile("protocol-5.pt", saved(files.plain(), pickle_protocol=5)),
        TorchFile("float8.pt", saved({"x": filled(4).to(torch.float8_e4m3fn)})),
        TorchFile("complex.pt", saved({"x": torch.complex(filled(2), filled(2, seed=2))})),
        TorchFile("sparse.pt", saved({"x": torch.eye(2).to_sparse()})),
        TorchFile("conjugate.pt", saved({"x": torch.complex(filled(2), filled(2, seed=2)).conj()})),
        TorchFile("meta.pt", saved({"x": torch.empty(2, device="meta")}), "shape without data"),
    ]


def archive_files() -> list[TorchFile]:
    plain = saved(files.plain())
    first = next(info for info in zipfile.ZipFile(io.BytesIO(plain)).infolist() if "/data/" in info.filename)

    def shorter(name: str, data: bytes) -> bytes:
        return data[:-4] if name == first.filename else data

    def longer(name: str, data: bytes) -> bytes:
        return data + bytes(8) if name == first.filename else data

    def without(suffix: str):
        return lambda name, data: None if name.endswith(suffix) else data

    return [
        TorchFile("deflated.pt", files.rezipped(plain, compression=zipfile.ZIP_DEFLATED), "entries compressed, which torch.save never does"),
        TorchFile("unaligned.pt", files.rezipped(plain), "entries not aligned to 64 bytes"),
        TorchFile("big-endian.pt", files.big_endian(saved(files.plain())), "byteorder big, data swapped"),
        TorchFile("no-byteorder.pt", files.rezipped(plain, without("/byteorder")), "as files of torch before 2.1"),
        TorchFile("no-version.pt", files.rezipped(plain, without("/version"))),
        TorchFile("missing-data.pt", files.rezipped(plain, without("/data/0"))),
        TorchFile("missing-pickle.pt", files.rezipped(plain, without("/data.pkl"))),
        TorchFile("data-too-short.pt", files.rezipped(plain, shorter)),
        TorchFile("data-too-long.pt", files.rezipped(plain, longer)),
        TorchFile("wrong-checksum.pt", flipped_data(plain, first), "one byte of data changed, checksum not"),
        TorchFile("truncated.pt", plain[: len(plain) * 2 // 3]),
        TorchFile("bytes-before.pt", b"garbage!" * 8 + plain),
        TorchFile("zip-of-something-else.pt", files.with_pickle(b"").replace(b"data.pkl", b"data.txt")),
        TorchFile("torchscript.pt", torchscript(), "an archive of torch.jit.save, as OpenAI published CLIP"),
    ]


def flipped_data(file: bytes, info: zipfile.ZipInfo) -> bytes:
    """One byte of the entry's content changed in place."""
    header = file[info.header_offset : info.header_offset + 30]
    start = info.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return files.flipped(file, start + 2)


class Scale(nn.Module):
    """A module without constants, whose compiled form is the same at every run."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(filled(3))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return values * self.weight


def torchscript() -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(Scale()), buffer)
    # without the debug information, which differs from run to run
    return files.rezipped(buffer.getvalue(), lambda name, data: None if name.endswith((".debug_pkl", "serialization_id")) else data)


def pickle_files() -> list[TorchFile]:
    data = {"0": filled(6).numpy().tobytes()}
    tensor = files.tensor_pickle
    return [
        TorchFile("by-hand.pt", files.with_pickle(tensor(6, 0, (2, 3), (3, 1)), data)),
        TorchFile("beyond-the-storage.pt", files.with_pickle(tensor(6, 1, (2, 3), (3, 1)), data), "offset 1 of a storage of 6 for 6 values"),
        TorchFile("stride-beyond-the-storage.pt", files.with_pickle(tensor(6, 0, (2, 3), (4, 1)), data)),
        TorchFile("negative-offset.pt", files.with_pickle(tensor(6, -1, (2,), (1,)), data)),
        TorchFile("negative-stride.pt", files.with_pickle(tensor(6, 5, (2,), (-1,)), data)),
        TorchFile("negative-size.pt", files.with_pickle(tensor(6, 0, (-2,), (1,)), data)),
        TorchFile("huge-size.pt", files.with_pickle(tensor(6, 0, (2**40, 2**40), (0, 0)), data), "2^80 values on stride 0"),
        TorchFile("zero-stride-large.pt", files.with_pickle(tensor(1, 0, (1000, 10), (0, 0)), {"0": filled(1).numpy().tobytes()})),
        TorchFile("storage-larger-than-its-entry.pt", files.with_pickle(tensor(60, 0, (2, 3), (3, 1)), data)),
        TorchFile("storage-smaller-than-its-entry.pt", files.with_pickle(tensor(4, 0, (2, 2), (2, 1)), data)),
        TorchFile("shape-and-stride-of-different-rank.pt", files.with_pickle(tensor(6, 0, (2, 3), (1,)), data)),
        TorchFile("global-os-system.pt", files.with_pickle(files.global_call("posix", "system", "true"))),
        TorchFile("global-eval.pt", files.with_pickle(files.global_call("builtins", "eval", "1+1"))),
        TorchFile("global-getattr.pt", files.with_pickle(files.global_call("builtins", "getattr", "x"))),
        TorchFile("global-unknown.pt", files.with_pickle(files.global_call("some.package", "Thing", "x"))),
        TorchFile("global-torch-load.pt", files.with_pickle(files.global_call("torch.serialization", "load", "x"))),
        TorchFile("reduce-runs-code.pt", saved({"weight": filled(2), "extra": files.RunsCode()})),
        TorchFile("module.pt", saved(files.small_module()), "a pickled nn.Module"),
        TorchFile("numpy-array.pt", saved({"x": np.arange(3, dtype=np.float32)})),
        TorchFile("numpy-scalar.pt", saved({"x": filled(2), "best": np.float64(0.5)})),
        TorchFile("namespace.pt", saved({"x": filled(2), "args": argparse.Namespace(lr=1)})),
        TorchFile("pickle-ends-early.pt", files.with_pickle(tensor(6, 0, (2, 3), (3, 1))[:-8], data)),
        TorchFile("pickle-is-noise.pt", files.with_pickle(files.seeded_bytes(64))),
        TorchFile("pickle-stack-underflow.pt", files.with_pickle(b"\x80\x020.")),
        TorchFile("pickle-memo-unknown.pt", files.with_pickle(b"\x80\x02h\x09.")),
        TorchFile("pickle-recursive.pt", files.with_pickle(b"\x80\x02]q\x00h\x00a."), "a list that contains itself"),
        TorchFile("pickle-deep.pt", files.with_pickle(b"\x80\x02" + b"]" * 5000 + b"a" * 4999 + b"."), "5,000 nested lists"),
        TorchFile("pickle-unicode-length.pt", files.with_pickle(b"\x80\x02X\xff\xff\xff\x7fabc.")),
    ]


def legacy_files() -> list[TorchFile]:
    plain = legacy(files.plain())
    return [
        TorchFile("legacy.pt", plain, "the format before torch 1.6"),
        TorchFile("legacy-state-dict-of-module.pt", legacy(files.small_module().state_dict())),
        TorchFile("legacy-dtypes.pt", legacy(files.every_dtype())),
        TorchFile("legacy-views.pt", legacy(files.views())),
        TorchFile("legacy-parameters.pt", legacy({"weight": nn.Parameter(filled(2, 2))})),
        TorchFile("legacy-nested.pt", legacy({"state_dict": files.plain(), "epoch": 3})),
        TorchFile("legacy-truncated.pt", plain[:-10]),
        TorchFile("legacy-truncated-in-the-pickle.pt", plain[:120]),
        TorchFile("legacy-wrong-magic.pt", files.flipped(plain, 8)),
        TorchFile("legacy-extra-bytes.pt", plain + b"tail"),
        TorchFile(
            "legacy-reduce-runs-code.pt", legacy({"extra": collections.OrderedDict}).replace(b"ccollections\nOrderedDict\n", b"cbuiltins\neval\n")
        ),
        TorchFile("plain-pickle.pt", pickle.dumps({"a": 1}, protocol=2), "a pickle that torch did not write"),
        TorchFile("text.pt", b"<!DOCTYPE html><html>not a checkpoint</html>\n"),
        TorchFile("empty.pt", b""),
    ]


DEEPEST = 6
"""How far tensors are looked for: two of the files nest for ever."""


def tensors_in(value, path: tuple = ()) -> dict[str, torch.Tensor]:
    """Every tensor of a nested value by its path, parts joined with " / "."""
    if len(path) > DEEPEST:
        return {}
    if isinstance(value, torch.Tensor):
        return {" / ".join(map(str, path)): value}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    return {name: tensor for key, item in items for name, tensor in tensors_in(item, (*path, key)).items()}


def described(tensor: torch.Tensor) -> dict:
    row = {"dtype": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape)}
    if tensor.is_sparse or tensor.device.type == "meta":
        return row | {"layout": "sparse" if tensor.is_sparse else "meta"}
    return row | {"sha256": tensor_sha256(tensor.resolve_conj())}


def refusal(error: Exception) -> dict:
    """The gist of torch's message, without its advice, and the global's name where that is what it refuses."""
    text = re.sub(r"\x1b\[\d+m", "", str(error))
    cause = text.split("WeightsUnpickler error:")[-1].strip() if "WeightsUnpickler error:" in text else text
    row = {"accepted": False, "error": f"{type(error).__name__}: {cause}".split("\n")[0].split(". In PyTorch 2.6")[0].strip()[:200]}
    found = re.search(r"GLOBAL (\S+)", text)
    return row | ({"global": found.group(1)} if found else {})


def verdict(file: bytes) -> dict:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = torch.load(io.BytesIO(file), weights_only=True)
    except Exception as error:  # torch's refusals are of many kinds
        return refusal(error)
    return {"accepted": True, "top": type(value).__name__, "tensors": {name: described(tensor) for name, tensor in tensors_in(value).items()}}


def make(out: Path) -> None:
    folder = out / "formats" / "torch"
    shutil.rmtree(folder, ignore_errors=True)
    rows = []
    for case in (*zip_files(), *archive_files(), *pickle_files(), *legacy_files()):
        write_bytes(folder / "files" / case.name, case.data)
        rows.append({"file": case.name, "note": case.note} | verdict(case.data))
    write_json(folder / "expected.json", {"made_with": versions("torch"), "files": rows})
