"""methods/mergekit.json: methods that mergekit has and FusionBench does not, by the real `mergekit-pytorch` on the pools of merge/.

What rests on torch's generator (DELLA's masks) and on torch's order of summation (what DELLA rescales by) is given, so that the rest
can be held to the bytes. Where sums decide more than one factor a row has some elements of each tensor instead of its SHA-256, as
in matrices.json.
"""

import base64
import functools
import json
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from groups.clips import base_folder, expert_folders, load_vision
from groups.common import MERGEKIT, SHAPES, canonical, quiet, tensor_sha256, versions, write_bytes
from groups.fusionbench import pool

SEED = 42
SAMPLE = 16
"""Elements of each tensor that is not exact, evenly spread."""
WEIGHTS = [0.75, -0.4, 1.3, 0.2, 0.6]
NAMES = {
    "Breadcrumbs": "breadcrumbs", "BreadcrumbsTies": "breadcrumbs_ties", "Della": "della", "DellaLinear": "della_linear",
    "NuSlerp": "nuslerp", "KarcherMean": "karcher", "SCE": "sce",
}  # fmt: skip
"""The program's names and mergekit's."""


class Draws:
    """What DELLA drew and rescaled by: of each tensor and expert. Seeded by the tensor's name, as mergekit's order is that of a set."""

    def __init__(self):
        self.chances: dict[str, list[torch.Tensor]] = {}
        self.masks: dict[str, list[torch.Tensor]] = {}
        self.factors: dict[str, list[float]] = {}
        self.name = ""

    def begin(self, name: str) -> None:
        self.name = canonical(name)
        torch.manual_seed(SEED + zlib.crc32(self.name.encode()))
        for found in (self.chances, self.masks, self.factors):
            found[self.name] = []


def watched(draws: Draws):
    """mergekit's functions with a note of what they did; returns how to undo it."""
    from mergekit import sparsify
    from mergekit.merge_methods.generalized_task_arithmetic import GeneralizedTaskArithmeticMerge

    merge_group, rescaled, bernoulli = GeneralizedTaskArithmeticMerge.merge_group, sparsify.rescaled_masked_tensor, torch.bernoulli

    def noted_group(self, group, /, **parameters):
        draws.begin(group.metadata.name)
        return merge_group(self, group, **parameters)

    def noted_rescale(tensor, mask, norm, eps=1e-7):
        before, after = tensor.abs().sum(), (tensor * mask).abs().sum()
        draws.masks[draws.name].append(mask.reshape(-1) > 0)
        draws.factors[draws.name].append(1.0 if norm is None or before < eps or after < eps else float(before / after))
        return rescaled(tensor, mask, norm, eps)

    def noted_bernoulli(chances):
        draws.chances[draws.name].append(chances)
        return bernoulli(chances)

    GeneralizedTaskArithmeticMerge.merge_group, sparsify.rescaled_masked_tensor, torch.bernoulli = noted_group, noted_rescale, noted_bernoulli

    # Of equal numbers torch's sort leaves the order open, and its choice depends on the processor: here it is from left to right.
    sort, argsort, topk = torch.sort, torch.argsort, torch.topk
    torch.sort = functools.partial(sort, stable=True)
    torch.argsort = functools.partial(argsort, stable=True)
    torch.topk = lambda values, k, largest: (None, sort(values, stable=True).indices[len(values) - k :])

    def undo():
        torch.sort, torch.argsort, torch.topk = sort, argsort, topk
        GeneralizedTaskArithmeticMerge.merge_group, sparsify.rescaled_masked_tensor, torch.bernoulli = merge_group, rescaled, bernoulli

    return undo


def run(config: dict) -> tuple[dict[str, torch.Tensor], Draws]:
    """The tensors that `mergekit-pytorch` writes, in this process."""
    from mergekit.scripts.merge_raw_pytorch import main

    draws = Draws()
    undo = watched(draws)
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "config.yml"
            # JSON is YAML.
            file.write_text(json.dumps(config))
            with quiet():
                main.main([str(file), f"{folder}/merged"], standalone_mode=False)
            return {canonical(name): tensor for name, tensor in load_file(f"{folder}/merged/model.safetensors").items()}, draws
    finally:
        undo()


def facts(base: torch.Tensor, merged: torch.Tensor, is_exact: bool) -> dict:
    if is_exact or torch.equal(merged, base):
        return {"sha256": tensor_sha256(merged)}
    change, size = (float(values.double().square().mean().sqrt()) for values in (merged - base, base))
    # A change that is nothing but rounding is no measure.
    change = change if change > 1e-5 * size else size
    sample = min(merged.numel(), SAMPLE)
    values = merged.flatten().numpy()[np.arange(sample) * merged.numel() // sample].astype("<f4")
    return {"rms": change, "sample": base64.b64encode(values.tobytes()).decode()}


class Rows:
    def __init__(self, folder: Path):
        self.masks: dict[str, bytes] = {}
        self.chances: set[str] = set()
        self.rows: list[dict] = []
        self.files: dict[tuple[str, str], str] = {}
        for shape in SHAPES:
            for name in ("_pretrained_", *expert_folders(shape)):
                file = f"{folder}/{shape}-{name}.safetensors"
                state_dict = pool(shape).load_model(name).state_dict()
                save_file({canonical(key): value.contiguous() for key, value in state_dict.items()}, file)
                self.files[shape, name] = file

    def add(self, shape: str, method: str, options: dict, *, told: dict | None = None, weights: list[float] | None = None,
            experts: list[str] | None = None, has_base: bool = True, is_exact: bool = True) -> None:  # fmt: skip
        """`told`: the options in mergekit's words, where they differ."""
        names = experts or list(expert_folders(shape))
        parameters = {{"scaling_factor": "lambda"}.get(key, key): value for key, value in (told or options).items()}
        merge_weights = parameters.pop("weights", weights or [1.0] * len(names))
        config = {
            "merge_method": NAMES[method],
            "models": [{"model": self.files[shape, name], "parameters": {"weight": weight}} for name, weight in zip(names, merge_weights, strict=True)],
            "parameters": parameters,
            "dtype": "float32",
        } | ({"base_model": self.files[shape, "_pretrained_"]} if has_base else {})  # fmt: skip
        if method in ("KarcherMean", "SCE"):
            config["models"] = [{"model": entry["model"]} for entry in config["models"]]
        merged, draws = run(config)
        base = {canonical(name): tensor for name, tensor in load_vision(base_folder(shape)).state_dict().items()}
        assert merged.keys() == base.keys() and all(tensor.dtype == torch.float32 for tensor in merged.values())
        row = {"shape": shape, "method": method, "options": options}
        if weights:
            row["weights"] = weights
        if experts:
            row["models"] = experts
        if method.startswith("Della"):
            row |= self.given(shape, draws, len(names), options["rescale"])
        self.rows.append(row | {"tensors": {name: facts(base[name], merged[name], is_exact) for name in sorted(merged)}})

    def given(self, shape: str, draws: Draws, experts: int, is_rescaled: bool) -> dict:
        names = sorted(draws.masks)
        kept = torch.cat([draws.masks[name][expert] for expert in range(experts) for name in names]).numpy()
        mask = np.packbits(kept, bitorder="little").tobytes()
        file = f"della-{shape}.bin"
        known = self.masks.setdefault(file, mask)
        assert known == mask, "the chances of a shape are always the same"
        given = {"mask": file}
        if is_rescaled:
            given["factors"] = {name: draws.factors[name] for name in names}
        if len(self.chances) < len(self.masks):
            self.chances.add(file)
            given["chances"] = {name: [tensor_sha256(each) for each in draws.chances[name]] for name in names}
        return given


def breadcrumbs(rows: Rows, shape: str, experts: int) -> None:
    usual = {"density": 0.9, "gamma": 0.01, "rescale": False}
    rows.add(shape, "Breadcrumbs", {"scaling_factor": 0.3} | usual)
    rows.add(shape, "Breadcrumbs", {"scaling_factor": 1.0, "density": 0.35, "gamma": 0.2, "rescale": False})
    rows.add(shape, "Breadcrumbs", {"scaling_factor": 0.7, "density": 0.6, "gamma": 0.5, "rescale": False}, weights=WEIGHTS[:experts])
    rows.add(shape, "Breadcrumbs", {"scaling_factor": 0.3, "density": 0.5, "gamma": 0.05, "rescale": True}, is_exact=False)
    rows.add(shape, "BreadcrumbsTies", {"scaling_factor": 0.3, "normalize": False} | usual)
    rows.add(shape, "BreadcrumbsTies", {"scaling_factor": 1.37, "normalize": True, "density": 0.5, "gamma": 0.02, "rescale": False})
    rows.add(shape, "BreadcrumbsTies", {"scaling_factor": 1.0, "normalize": False, "density": 0.7, "gamma": 0.1, "rescale": False}, weights=WEIGHTS[:experts])


def della(rows: Rows, shape: str, experts: int) -> None:
    # The same masks in all rows of a shape, for they depend on these two and the seed alone.
    chances = {"density": 0.4, "epsilon": 0.3} if shape == "p16-48" else {"density": 0.5, "epsilon": 0.15}
    for rescale in (True, False):
        rows.add(shape, "DellaLinear", {"scaling_factor": 0.3, "rescale": rescale} | chances)
        rows.add(shape, "Della", {"scaling_factor": 1.0, "normalize": True, "rescale": rescale} | chances)
    rows.add(shape, "Della", {"scaling_factor": 0.7, "normalize": False, "rescale": True} | chances, weights=WEIGHTS[:experts])


def whole_tensors(rows: Rows, shape: str, names: list[str]) -> None:
    pair = names[:2]
    arcs = [
        {"t": 0.5, "nuslerp_flatten": True, "nuslerp_row_wise": False},
        {"t": 0.3, "nuslerp_flatten": False, "nuslerp_row_wise": False},
        {"t": 0.8, "nuslerp_flatten": False, "nuslerp_row_wise": True},
    ]
    for arc in arcs:
        told = {"weights": [1 - arc["t"], arc["t"]]} | {key: value for key, value in arc.items() if key != "t"}
        rows.add(shape, "NuSlerp", {"scaling_factor": 1.0} | arc, told=told, experts=pair, is_exact=False)
    for experts in (names, pair) if len(names) > 2 else (names,):
        rows.add(shape, "KarcherMean", {"max_iter": 10, "tol": 1e-5}, experts=experts, has_base=False, is_exact=False)
        for share in (1.0, 0.3):
            rows.add(shape, "SCE", {"scaling_factor": 1.0, "select_topk": share}, told={"select_topk": share}, experts=experts, is_exact=False)


def make(out: Path) -> None:
    sys.path.append(str(MERGEKIT))
    folder = out / "methods"
    with tempfile.TemporaryDirectory() as files:
        rows = Rows(Path(files))
        for shape in SHAPES:
            experts = len(expert_folders(shape))
            breadcrumbs(rows, shape, experts)
            della(rows, shape, experts)
            whole_tensors(rows, shape, list(expert_folders(shape)))
    for file, mask in rows.masks.items():
        write_bytes(folder / file, mask)
    head = {"made_with": versions("mergekit", "torch")}
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows.rows)
    write_bytes(folder / "mergekit.json", f'{json.dumps(head)[:-1]},\n"rows":[\n{lines}\n]}}\n'.encode())
