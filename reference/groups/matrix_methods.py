"""methods/matrices.json: FusionBench's methods on whole matrices on the pools of merge/.

Matrices rest on a decomposition in float32, whose bytes differ between machines: of each the root mean square of its change and
some elements of the merged weights are kept. All other tensors are given by SHA-256.
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from fusion_bench.method import (
    DareTaskArithmetic,
    ISO_C_Merge,
    ISO_CTS_Merge,
    SimpleAverageAlgorithm,
    TaskSingularVectorMerging,
    TiesMergingAlgorithm,
    WUDIMerging,
)
from fusion_bench.method.singular_value_calibration import SingularValueCalibrationArithmeticTask, SingularValueCalibrationWithBaseMethod

from groups import fusionbench
from groups.clips import base_folder, load_vision
from groups.common import SHAPES, canonical, quiet, tensor_sha256, versions, write_bytes

SAMPLE = 64
"""Elements of each matrix, evenly spread."""
SEED = 0
"""With it torch draws no exact 0, which DARE drops even at a sparsity of 0."""
CLASSES = {
    "TaskSingularVectorMerging": TaskSingularVectorMerging,
    "ISO_C_Merge": ISO_C_Merge,
    "ISO_CTS_Merge": ISO_CTS_Merge,
    "WUDIMerging": WUDIMerging,
    "SingularValueCalibrationArithmeticTask": SingularValueCalibrationArithmeticTask,
    "TiesMergingAlgorithm": TiesMergingAlgorithm,
    "SimpleAverageAlgorithm": SimpleAverageAlgorithm,
    "DareTaskArithmetic": DareTaskArithmetic,
}
TIES = {"scaling_factor": 0.3, "threshold": 20, "remove_keys": [], "merge_func": "sum"}
CALIBRATED = "SingularValueCalibrationWithBaseMethod"
BASES = (
    *((shape, 0.1, "TiesMergingAlgorithm", TIES) for shape in SHAPES),
    ("p8-32", 0.1, "SimpleAverageAlgorithm", {}),
    ("p8-32", 0.1, "DareTaskArithmetic", {"scaling_factor": 0.5, "sparsity_ratio": 0.0, "only_on_linear_weights": False, "rescale": True}),
    ("p8-32", 1.0, "TaskSingularVectorMerging", {"alpha": 1}),
    ("p8-32", 0.1, "ISO_C_Merge", {"scaling_factor": 1.5}),
    ("p8-32", 0.2, "ISO_CTS_Merge", {"scaling_factor": 1.5, "common_space_fraction": 0.8}),
    ("p8-32", 1.0, "WUDIMerging", {"iter_num": 400}),
)
"""What is calibrated, with FusionBench's own options; DARE at a sparsity of 0, as nobody reproduces torch's draws. All singular values of
what Iso-C and Iso-CTS merge are equal, so that its directions are arbitrary: rounding decides, and threads."""
ROWS = (
    *((shape, "TaskSingularVectorMerging", {"alpha": 1}) for shape in SHAPES),
    ("p8-24", "TaskSingularVectorMerging", {"alpha": [0.8, 1.2, 0.5, -0.3, 1.0]}),
    *((shape, "ISO_C_Merge", {"scaling_factor": 1.37}) for shape in SHAPES),
    *((shape, "ISO_CTS_Merge", {"scaling_factor": 0.7, "common_space_fraction": 0.8}) for shape in SHAPES),
    ("p16-48", "ISO_CTS_Merge", {"scaling_factor": 1.0, "common_space_fraction": 0.3}),
    *((shape, "WUDIMerging", {"iter_num": 400}) for shape in SHAPES),
    *((shape, "SingularValueCalibrationArithmeticTask", {"scaling_factor": 0.3, "alpha": 0.1}) for shape in SHAPES),
    ("p8-24", "SingularValueCalibrationArithmeticTask", {"scaling_factor": 1.0, "alpha": 1.0}),
    *((shape, CALIBRATED, {"alpha": alpha, "base_method": {"method": method, "options": options}}) for shape, alpha, method, options in BASES),
)
EXCLUDED = ("p8-32", ["vision_model.embeddings.position_embedding.weight", "embeddings.position_embedding.weight"])
"""Every method that has such an option once more with a matrix left to the mean, by the name that the state dict has and by the other."""


def positions(count: int) -> np.ndarray:
    sample = min(count, SAMPLE)
    return np.arange(sample) * count // sample


def facts(base: torch.Tensor, merged: torch.Tensor, is_matrix: bool) -> dict:
    if not is_matrix:
        return {"sha256": tensor_sha256(merged)}
    change = (merged.double() - base.double()).square().mean().sqrt()
    values = merged.flatten().numpy()[positions(merged.numel())].astype("<f4")
    return {"rms": float(change), "sample": base64.b64encode(values.tobytes()).decode()}


def algorithm(method: str, options: dict):
    if method != CALIBRATED:
        return CLASSES[method](**options)
    base = options["base_method"]
    return SingularValueCalibrationWithBaseMethod(**options | {"base_method": algorithm(base["method"], base["options"])})


def row(shape: str, method: str, options: dict) -> dict:
    torch.manual_seed(SEED)
    with quiet():
        state_dict = algorithm(method, options).run(fusionbench.pool(shape)).state_dict()
    base = {canonical(name): tensor for name, tensor in load_vision(base_folder(shape)).state_dict().items()}
    excluded = {canonical(name) for name in options.get("exclude_keys", [])}
    tensors = {canonical(name): tensor.detach() for name, tensor in state_dict.items()}
    assert tensors.keys() == base.keys()
    found = {name: facts(base[name], tensors[name], tensors[name].dim() == 2 and name not in excluded) for name in sorted(tensors)}
    arbitrary = {"arbitrary": True} if options.get("base_method", {}).get("method", "").startswith("ISO_") else {}
    return {"shape": shape, "method": method, "options": options, **arbitrary, "tensors": found}


def make(out: Path) -> None:
    shape, keys = EXCLUDED
    first = {method: options for _, method, options in reversed(ROWS) if not method.startswith("SingularValueCalibration")}
    rows = [row(*given) for given in ROWS] + [row(shape, method, options | {"exclude_keys": keys}) for method, options in first.items()]
    head = {"made_with": versions("fusion-bench", "torch")}
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in rows)
    write_bytes(out / "methods" / "matrices.json", f'{json.dumps(head)[:-1]},\n"rows":[\n{lines}\n]}}\n'.encode())
