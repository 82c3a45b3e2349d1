"""methods/matrices.json: FusionBench's methods on whole matrices on the pools of merge/.

Matrices rest on a decomposition in float32, whose bytes differ between machines: of each the root mean square of its change and
some elements of the merged weights are kept. All other tensors are given by SHA-256.
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from fusion_bench.method import ISO_C_Merge, ISO_CTS_Merge, TaskSingularVectorMerging, WUDIMerging

from groups import fusionbench
from groups.clips import base_folder, load_vision
from groups.common import SHAPES, canonical, quiet, tensor_sha256, versions, write_bytes

SAMPLE = 64
"""Elements of each matrix, evenly spread."""
CLASSES = {"TaskSingularVectorMerging": TaskSingularVectorMerging, "ISO_C_Merge": ISO_C_Merge, "ISO_CTS_Merge": ISO_CTS_Merge, "WUDIMerging": WUDIMerging}
ROWS = (
    *((shape, "TaskSingularVectorMerging", {"alpha": 1}) for shape in SHAPES),
    ("p8-24", "TaskSingularVectorMerging", {"alpha": [0.8, 1.2, 0.5, -0.3, 1.0]}),
    *((shape, "ISO_C_Merge", {"scaling_factor": 1.37}) for shape in SHAPES),
    *((shape, "ISO_CTS_Merge", {"scaling_factor": 0.7, "common_space_fraction": 0.8}) for shape in SHAPES),
    ("p16-48", "ISO_CTS_Merge", {"scaling_factor": 1.0, "common_space_fraction": 0.3}),
    *((shape, "WUDIMerging", {"iter_num": 400}) for shape in SHAPES),
)
EXCLUDED = ("p8-32", ["vision_model.embeddings.position_embedding.weight", "embeddings.position_embedding.weight"])
"""Every method once more with a matrix left to the mean, by the name that the state dict has and by the other."""


def positions(count: int) -> np.ndarray:
    sample = min(count, SAMPLE)
    return np.arange(sample) * count // sample


def facts(base: torch.Tensor, merged: torch.Tensor, is_matrix: bool) -> dict:
    if not is_matrix:
        return {"sha256": tensor_sha256(merged)}
    change = (merged.double() - base.double()).square().mean().sqrt()
    values = merged.flatten().numpy()[positions(merged.numel())].astype("<f4")
    return {"rms": float(change), "sample": base64.b64encode(values.tobytes()).decode()}


def row(shape: str, method: str, options: dict) -> dict:
    with quiet():
        state_dict = CLASSES[method](**options).run(fusionbench.pool(shape)).state_dict()
    base = {canonical(name): tensor for name, tensor in load_vision(base_folder(shape)).state_dict().items()}
    excluded = {canonical(name) for name in options.get("exclude_keys", [])}
    tensors = {canonical(name): tensor.detach() for name, tensor in state_dict.items()}
    assert tensors.keys() == base.keys()
    found = {name: facts(base[name], tensors[name], tensors[name].dim() == 2 and name not in excluded) for name in sorted(tensors)}
    return {"shape": shape, "method": method, "options": options, "tensors": found}


def make(out: Path) -> None:
    shape, keys = EXCLUDED
    first = {method: options for _, method, options in reversed(ROWS)}
    rows = [row(*given) for given in ROWS] + [row(shape, method, options | {"exclude_keys": keys}) for method, options in first.items()]
    head = {"made_with": versions("fusion-bench", "torch")}
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in rows)
    write_bytes(out / "methods" / "matrices.json", f'{json.dumps(head)[:-1]},\n"rows":[\n{lines}\n]}}\n'.encode())
