"""merge/<shape>/layers.json: task arithmetic with a factor for every tensor, by PyTorch, and mergekit's own with filters."""

import json
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file

from groups import mergekit
from groups.clips import base_folder, expert_folders, load_vision
from groups.common import MERGEKIT, canonical, hashes, versions, write_bytes
from groups.fusionbench import pool

SHAPES = ("p8-32", "p8-24")
LAMBDA = 0.3
# 0.3 * 0.1 is another float32 where both are rounded first.
FACTORS = (0.0, 0.1, 0.7, 1.0, 1.37, -0.5)


def task_vector(shape: str) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """theta_0 and S, added up as FusionBench does."""
    base = {canonical(name): tensor for name, tensor in load_vision(base_folder(shape)).state_dict().items()}
    total: dict[str, torch.Tensor] = {}
    for folder in expert_folders(shape).values():
        for name, tensor in load_vision(folder).state_dict().items():
            name = canonical(name)
            delta = tensor - base[name]
            total[name] = total[name] + delta if name in total else delta
    return base, total


def by_tensor(shape: str) -> dict:
    """Tensor by tensor another factor; Python multiplies it with lambda as a double, and torch rounds the product once."""
    base, total = task_vector(shape)
    factors = {name: FACTORS[place % len(FACTORS)] for place, name in enumerate(sorted(base))}
    merged = {name: base[name] + (LAMBDA * factors[name]) * total[name] for name in base}
    return {"scaling_factor": LAMBDA, "factors": factors, "tensors": hashes(merged)}


FILTERS = (
    [{"filter": "self_attn.", "value": 0.5}, {"filter": "encoder.layers.1.", "value": 0.1}, {"filter": "layernorm", "value": 0.0}, {"value": 0.3}],
    [{"filter": "layers.0.mlp.fc1", "value": 0.9}, {"filter": "embeddings", "value": [0.2, 0.4]}],
)


def by_filters(shape: str) -> list[dict]:
    """What the real mergekit makes of filters on lambda; a gradient has its first value outside the blocks."""
    experts = list(expert_folders(shape))
    found = []
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name in ("_pretrained_", *experts):
            files[name] = f"{folder}/{name}.safetensors"
            save_file({canonical(key): value.contiguous() for key, value in pool(shape).load_model(name).state_dict().items()}, files[name])
        for number, filters in enumerate(FILTERS):
            place = Path(folder) / str(number)
            place.mkdir()
            config = {
                "merge_method": "task_arithmetic",
                "base_model": files["_pretrained_"],
                "models": [{"model": files[name], "parameters": {"weight": 1.0}} for name in experts],
                "parameters": {"lambda": filters, "normalize": False},
                "dtype": "float32",
            }
            found.append({"lambda": filters, "tensors": hashes(mergekit.run(config, place))})
    return found


def make(out: Path) -> None:
    sys.path.append(str(MERGEKIT))
    for shape in SHAPES:
        content = {"made_with": versions("mergekit", "torch"), **by_tensor(shape)}
        # Two experts: the order of a sum of more is torch's in mergekit.
        if len(expert_folders(shape)) == 2:
            content["mergekit"] = by_filters(shape)
        write_bytes(out / "merge" / shape / "layers.json", f"{json.dumps(content, separators=(',', ':'))}\n".encode())
