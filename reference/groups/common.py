"""What every fixture group shares: where fixtures lie, how values are hashed and written, which seeds are used."""

import contextlib
import hashlib
import io
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import numpy as np
import torch
from transformers.utils import logging

logging.set_verbosity_error()
logging.disable_progress_bar()

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

OPEN_CLIP = Path(sys.prefix) / "open-clip"
"""OpenCLIP and torchvision, installed apart by setup.sh; never on this process's path."""

# One thread: the order of a parallel sum, and so the last bit of a float, depends on the number of threads.
torch.set_num_threads(1)

SHAPES = ("p8-32", "p16-48", "p8-24")
"""The three tiny CLIPs of merge/, by patch size and image size."""

VISION_PREFIX = "vision_model."

MERGEKIT = Path(sys.prefix) / "mergekit"
"""Where reference/setup.sh puts mergekit: apart, as its requirements are other versions of what lies beside it."""

SAFETENSORS_DTYPES = {
    torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
    torch.uint16: "U16", torch.uint32: "U32", torch.uint64: "U64", torch.complex64: "C64",
    torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2",
}  # fmt: skip


@contextlib.contextmanager
def quiet():
    """Without the tables and progress bars that FusionBench prints."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def tensor_bytes(tensor: torch.Tensor) -> bytes:
    """The tensor's data in C order, little-endian, in its own dtype."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


def tensor_sha256(tensor: torch.Tensor) -> str:
    return sha256(tensor_bytes(tensor))


def canonical(name: str) -> str:
    """A vision tensor's name without the prefix that some writers add."""
    return name.removeprefix(VISION_PREFIX)


def hashes(state_dict: dict[str, torch.Tensor]) -> dict[str, str]:
    """SHA-256 of every fp32 tensor by canonical name, names sorted."""
    for name, tensor in state_dict.items():
        assert tensor.dtype == torch.float32, f"{name} is {tensor.dtype}, not float32"
    return {canonical(name): tensor_sha256(state_dict[name]) for name in sorted(state_dict, key=canonical)}


def float32_list(values) -> list[float]:
    """Floats that parse back (as double) to exactly these fp32 values, flattened in C order."""
    return [float(v) for v in np.asarray(values, dtype=np.float32).reshape(-1)]


def write_json(path: Path, value, indent: int | None = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    separators = None if indent else (",", ":")
    path.write_text(json.dumps(value, indent=indent, separators=separators, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path):
    return json.loads(path.read_text(encoding="utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def versions(*packages: str) -> dict[str, str]:
    """Which library versions made a fixture."""
    from importlib.metadata import version

    return {package: version(package) for package in packages}
