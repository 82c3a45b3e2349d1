"""formats/training/: what training leaves: NumPy's values beside the weights, averaged weights, TorchScript archives of OpenCLIP."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch

from groups.common import OPEN_CLIP, tensor_sha256, versions, write_bytes, write_json
from groups.formats_torch import described
from groups.torch_files import filled, legacy, plain, rezipped, saved

VALUES = {
    "epoch": np.int64(3),
    "best_acc": np.float64(61.25),
    "loss": np.float32(0.1),
    "half": np.float16(0.5),
    "done": np.bool_(True),
    "large": np.uint64(2**63),
    "small": np.int8(-3),
    "name": np.str_("run é"),
    "curve": np.array([0.5, 0.25, -1.5]),
    "table": np.arange(6, dtype=np.int16).reshape(2, 3),
    "names": np.array(["ab", "c"]),
    "big_endian": np.array([1, -2], dtype=">i4"),
    "many": np.arange(1000.0),
    "when": np.datetime64("2020-01-01"),
    "complex": np.complex64(1 + 2j),
    "objects": np.array([{"a": 1}, None], dtype=object),
    "empty": np.zeros((0, 3)),
}
READ = ("epoch", "best_acc", "loss", "half", "done", "large", "small", "name", "curve", "table", "names", "big_endian", "empty")
"""The values that are read; of the others only that they are there."""

SCRIPTED = """
import sys, torch, open_clip
from pathlib import Path
from open_clip.model import CLIP
folder = Path(sys.argv[1])
config = dict(embed_dim=8, quick_gelu=True, vision_cfg=dict(image_size=16, layers=1, width=32, head_width=16, patch_size=8, mlp_ratio=1.0),
              text_cfg=dict(context_length=8, vocab_size=40, width=16, heads=1, layers=2, mlp_ratio=1.0))
model = CLIP(**config).eval()
generator = torch.Generator().manual_seed(401)
with torch.no_grad():
    for name, parameter in model.named_parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)
torch.jit.save(torch.jit.trace(model, (torch.zeros(1, 3, 16, 16), torch.zeros(1, 8, dtype=torch.long)), check_trace=False, strict=False), folder / "traced.pt")
torch.jit.save(torch.jit.script(model), folder / "scripted.pt")
"""


def scripts() -> dict[str, bytes]:
    """TorchScript archives without the debug information, which differs from run to run."""
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, "-P", "-W", "ignore", "-c", SCRIPTED, work]
        result = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(OPEN_CLIP)}, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr[-3000:]
        files = {path.name: path.read_bytes() for path in sorted(Path(work).iterdir())}

    def change(name: str, data: bytes) -> bytes | None:
        return None if name.endswith((".debug_pkl", "serialization_id")) else data

    files = {name: rezipped(data, change) for name, data in files.items()}
    return files | {"openai.pt": as_openai(files["traced.pt"])}


def without_code(file: bytes) -> bytes:
    """The code of a scripted model differs from run to run, and nobody reads it."""
    return rezipped(file, lambda name, data: b"" if "/code/" in name else data)


class Archive(torch.nn.Module):
    """Weights in half precision with three numbers beside them, as OpenAI published them; the code does not matter."""

    def __init__(self, tensors: dict[str, torch.Tensor]):
        super().__init__()
        for name, tensor in tensors.items():
            module, parts = self, name.split(".")
            for part in parts[:-1]:
                if not hasattr(module, part):
                    module.add_module(part, torch.nn.Module())
                module = getattr(module, part)
            if tensor.is_floating_point():
                module.register_parameter(parts[-1], torch.nn.Parameter(tensor))
            else:
                module.register_buffer(parts[-1], tensor)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return values


def as_openai(traced: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tensors = dict(torch.jit.load(io.BytesIO(traced)).state_dict())
        tensors.pop("attn_mask", None)
        halves = {name: tensor.half() for name, tensor in tensors.items()}
        numbers = {name: torch.tensor(value) for name, value in {"input_resolution": 16, "context_length": 8, "vocab_size": 40}.items()}
        buffer = io.BytesIO()
        torch.jit.save(torch.jit.script(Archive(halves | numbers)), buffer)
    return rezipped(buffer.getvalue(), lambda name, data: None if name.endswith((".debug_pkl", "serialization_id")) else data)


def old_names(file: bytes) -> bytes:
    """As NumPy 1 writes them."""
    return rezipped(file, lambda name, data: data.replace(b"numpy._core.multiarray", b"numpy.core.multiarray") if name.endswith("data.pkl") else data)


def averaged() -> dict[str, torch.Tensor]:
    return {name: tensor + 1 for name, tensor in plain().items()}


def text(value) -> str:
    """A value as the reader notes it."""
    if isinstance(value, np.ndarray):
        return "[" + ", ".join(text(item) for item in value.reshape(-1)) + "]"
    if isinstance(value, np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)
    return str(value)


def make(out: Path) -> None:
    folder = out / "formats" / "training"
    shutil.rmtree(folder, ignore_errors=True)
    optimizer = {"state": {0: {"step": torch.tensor(7.0), "exp_avg": filled(2, 3)}}, "param_groups": [{"params": [0]}]}
    numpy = saved(VALUES | {"state_dict": plain()})
    files = {
        "numpy.pt": numpy,
        "numpy-1.pt": old_names(numpy),
        "numpy-legacy.pt": legacy({"best_acc": np.float64(61.25), "state_dict": plain()}),
        "numpy-protocol-4.pt": saved({"best_acc": np.float64(61.25), "curve": VALUES["curve"], "state_dict": plain()}, pickle_protocol=4),
        "ema-alone.pt": saved({"epoch": 3, "state_dict_ema": plain(), "optimizer": optimizer, "step": torch.tensor(7)}),
        "model-and-ema.pt": saved({"model": plain(), "model_ema": averaged(), "optimizer": optimizer}),
        "own-key.pt": saved({"epoch": 1, "my trainer": {"weights of it": plain()}, "optimizer_state": optimizer}),
        "student-and-teacher.pt": saved({"student": plain(), "teacher": averaged()}),
    } | scripts()
    rows = {}
    for name, data in files.items():
        write_bytes(folder / name, without_code(data) if name == "scripted.pt" else data)
        if name in ("traced.pt", "scripted.pt", "openai.pt"):
            tensors = torch.jit.load(io.BytesIO(data)).state_dict()
        else:
            saved_value = torch.load(io.BytesIO(data), weights_only=False)
            keys = ("state_dict", "state_dict_ema", "model", "my trainer", "student")
            tensors = next(saved_value[key] for key in keys if key in saved_value)
            tensors = tensors.get("weights of it", tensors)
        rows[name] = {key: described(tensor) for key, tensor in tensors.items()}
    content = {
        "made_with": versions("torch", "numpy") | {"open_clip_torch": "3.3.0"},
        "values": {name: text(VALUES[name]) for name in READ},
        "averaged": {name: tensor_sha256(tensor) for name, tensor in averaged().items()},
        "files": rows,
    }
    write_json(folder / "expected.json", content, indent=None)
