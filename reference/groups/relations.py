"""relations/: what FusionBench's `TaskVectorCosSimilarity` writes for the pools of merge/, and by NumPy what else tells how their
experts relate: norms and sign conflicts by layer, and of every matrix singular values and how far the largest directions coincide.

docs/methods.md has the definitions.
"""

import re
from pathlib import Path

import numpy as np
from fusion_bench.method.analysis.task_vector_cos_similarity import TaskVectorCosSimilarity

from groups import fusionbench
from groups.clips import base_folder, expert_folders, load_vision
from groups.common import SHAPES, canonical, float32_list, quiet, versions, write_json
from groups.spectral import low_rank_vectors

HELD_SHARE = 0.95
"""Of the sum of squares, which the directions that count hold."""
SMALLEST = 2.0**-22
"""Of the largest singular value: what is below is not told from rounding."""
LOW_RANK = (12, 16, 3, 2)
"""Rows, columns, experts, rank of each; one more expert changes nothing."""

BLOCK = re.compile(r"encoder\.layers\.(\d+)\.(self_attn|mlp|layer_norm)")
KINDS = {"self_attn": "attention", "mlp": "mlp", "layer_norm": "norms"}


def layer_of(name: str) -> str:
    found = BLOCK.match(name)
    if found:
        return f"layers.{found[1]}.{KINDS[found[2]]}"
    return "post" if name.startswith("post_") else "embeddings"


def weights(folder: Path) -> dict[str, np.ndarray]:
    return {canonical(name): tensor.numpy() for name, tensor in load_vision(folder).state_dict().items() if tensor.is_floating_point()}


def layer_facts(base: list[np.ndarray], vectors: list[list[np.ndarray]]) -> dict:
    """Of the tensors of one layer, given by expert."""
    theta = np.concatenate([t.ravel() for t in base]).astype(np.float64)
    taus = np.stack([np.concatenate([t.ravel() for t in tensors]) for tensors in vectors]).astype(np.float64)
    changed = np.count_nonzero(taus, axis=0)
    return {
        "elements": theta.size,
        "pretrainedNorm": float(np.linalg.norm(theta)),
        "norms": np.linalg.norm(taus, axis=1).tolist(),
        "products": (taus @ taus.T).tolist(),
        "conflicts": int(np.count_nonzero((taus > 0).any(axis=0) & (taus < 0).any(axis=0))),
        "conflictsByChance": float(np.where(changed > 0, 1 - 2.0 ** (1 - np.maximum(changed, 1)), 0).sum()),
    }


def told(values: np.ndarray) -> np.ndarray:
    return values[values > SMALLEST * values[0]]


def directions(values: np.ndarray) -> int:
    """How many of the largest hold HELD_SHARE of the squares of those that are told from rounding."""
    squares = np.cumsum(told(values) ** 2)
    return int(np.searchsorted(squares, HELD_SHARE * squares[-1]) + 1) if squares.size else 0


def matrix_facts(vectors: list[np.ndarray]) -> dict:
    """Singular vectors are those of the shorter side."""
    rows, columns = vectors[0].shape
    wide = [v.astype(np.float64) if rows <= columns else v.astype(np.float64).T for v in vectors]
    found = [np.linalg.svd(matrix, full_matrices=False) for matrix in wide]
    values = [s for _, s, _ in found] + [np.linalg.svd(sum(wide), compute_uv=False)]
    limit = max(1, min(rows, columns) // len(vectors))
    compared = [min(limit, directions(s)) for _, s, _ in found]

    def overlap(i: int, j: int) -> float | None:
        count = min(compared[i], compared[j])
        if count == 0:
            return None
        return float(np.sum((found[i][0][:, :count].T @ found[j][0][:, :count]) ** 2) / count)

    everyone = range(len(vectors))
    return {
        "rows": rows,
        "columns": columns,
        "values": [s.tolist() for s in values],
        "ranks": [len(told(s)) for s in values],
        "directions": [directions(s) for s in values],
        "compared": compared,
        "overlaps": [[overlap(i, j) for j in everyone] for i in everyone],
    }


def numbers(shape: str) -> dict:
    base = weights(base_folder(shape))
    experts = {name: weights(folder) for name, folder in expert_folders(shape).items()}
    # Rounded to float32, as FusionBench's are.
    taus = {name: [expert[name] - base[name] for expert in experts.values()] for name in base}
    layers: dict[str, list[str]] = {}
    for name in base:
        layers.setdefault(layer_of(name), []).append(name)
    return {
        "experts": list(experts),
        "layers": {
            layer: layer_facts([base[name] for name in names], [[taus[name][e] for name in names] for e in range(len(experts))])
            for layer, names in layers.items()
        },
        "matrices": {name: matrix_facts(tensors) for name, tensors in taus.items() if base[name].ndim == 2},
    }


def low_rank() -> dict:
    rows, columns, experts, rank = LOW_RANK
    vectors = [v.numpy() for v in low_rank_vectors(rows, columns, experts, rank)] + [np.zeros((rows, columns))]
    return {"taskVectors": [float32_list(v) for v in vectors], **matrix_facts(vectors)}


def make(out: Path) -> None:
    for shape in SHAPES:
        folder = out / "relations" / shape
        with quiet():
            TaskVectorCosSimilarity(plot_heatmap=False, output_path=str(folder)).run(fusionbench.pool(shape))
        write_json(folder / "numbers.json", {"versions": versions("numpy"), **numbers(shape)}, None)
    write_json(out / "relations" / "low-rank.json", {"versions": versions("numpy"), **low_rank()}, None)
