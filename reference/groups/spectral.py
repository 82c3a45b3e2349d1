"""spectral.json: FusionBench's own functions, on matrices of float64, that src/method/spectral is held to."""

from pathlib import Path

import numpy as np
import torch
from fusion_bench.method.isotropic_merging.iso_utils import iso_c, iso_cts
from fusion_bench.method.task_singular_vector.utils import TSVM_utils
from fusion_bench.method.wudi import wudi_merging

from groups.common import quiet, versions, write_json
from groups.linear_algebra import noise

CASES = ((10, 16, 3), (16, 10, 3), (12, 12, 5), (3, 30, 2))
"""Rows, columns, experts."""
RIDGE = 0.1
"""Of wudi_by_a_solve."""
COMMON_SPACE_FRACTION = 0.5
STEPS = 40
"""Of Adam."""
LARGE = ((768, 768, 3, ("isotropic", "taskSingularVectors", "wudi")), (3072, 768, 2, ("isotropic",)))
"""Rows, columns, experts, methods: WUDI by its closed form, as FusionBench has no exact solver."""
SAMPLE = 256
LOW_RANK = (12, 16, 3, 2)
"""Rows, columns, experts, rank of each."""


def task_vectors(rows: int, columns: int, experts: int) -> list[torch.Tensor]:
    """Numbers of float32 whose later rows are smaller."""
    grid = noise(rows, columns * experts)
    return [
        torch.tensor([[grid[i, e * columns + j] / (1 + i) for j in range(columns)] for i in range(rows)], dtype=torch.float64).float().double()
        for e in range(experts)
    ]


def wudi_by_a_solve(vectors: list[torch.Tensor]) -> torch.Tensor:
    """Where the gradient of WUDI's objective, taken by autograd, is that of a small pull towards the sum."""
    total = sum(vectors)
    squares = [v.square().sum() for v in vectors]
    mean = sum((v.T @ v).trace() / s for v, s in zip(vectors, squares)) / total.shape[1]

    def objective(x: torch.Tensor) -> torch.Tensor:
        interference = sum(((x - v) @ v.T).square().sum() / s for v, s in zip(vectors, squares))
        return interference + RIDGE * mean * (x - total).square().sum()

    # A quadratic: one step of Newton's method with its whole Hessian.
    x = torch.zeros_like(total)
    gradient = torch.autograd.functional.jacobian(objective, x)
    hessian = torch.autograd.functional.hessian(objective, x).reshape(total.numel(), total.numel())
    return x - torch.linalg.solve(hessian, gradient.reshape(-1)).reshape(total.shape)


def case(rows: int, columns: int, experts: int) -> dict:
    vectors = task_vectors(rows, columns, experts)
    dictionaries = [{"weight": v} for v in vectors]
    with quiet():
        isotropic = iso_c(dictionaries, accelerator="cpu")["weight"]
        spaces = iso_cts(dictionaries, common_space_fraction=COMMON_SPACE_FRACTION, accelerator="cpu")["weight"]
        singular = TSVM_utils.compute_and_sum_svd_mem_reduction(dictionaries, accelerator="cpu")["weight"]
        descended = wudi_merging(dictionaries, accelerator="cpu", iter_num=STEPS)["weight"].detach()
    return {
        "rows": rows,
        "columns": columns,
        "experts": experts,
        "isotropic": isotropic.flatten().tolist(),
        "taskSpaces": spaces.flatten().tolist(),
        "taskSingularVectors": singular.flatten().tolist(),
        "wudi": wudi_by_a_solve(vectors).flatten().tolist(),
        "wudiByAdam": descended.flatten().tolist(),
    }


def low_rank_vectors(rows: int, columns: int, experts: int, rank: int) -> list[torch.Tensor]:
    """Numbers of float32 of low rank, as LoRA's: of small integers, so that nothing is rounded."""
    grid = (torch.tensor(noise(rows + columns, rank * experts), dtype=torch.float64) * 16).round()
    return [grid[:rows, e * rank : (e + 1) * rank] @ grid[rows:, e * rank : (e + 1) * rank].T for e in range(experts)]


def low_rank() -> dict:
    """Iso-C of task vectors of low rank, in the directions that they have: the others are arbitrary there."""
    rows, columns, experts, rank = LOW_RANK
    vectors = low_rank_vectors(rows, columns, experts, rank)
    with quiet():
        merged = iso_c([{"weight": v} for v in vectors], accelerator="cpu")["weight"]
    u, s, v = torch.linalg.svd(sum(vectors), full_matrices=False)
    assert int((s > 1e-9 * s[0]).sum()) == rank * experts
    u, v = u[:, : rank * experts], v[: rank * experts]
    known = u @ (u.T @ merged @ v.T) @ v
    assert (known - merged).abs().max() > 0.1 * known.abs().max()
    return {
        "rows": rows,
        "columns": columns,
        "rank": rank * experts,
        "taskVectors": [v.flatten().tolist() for v in vectors],
        "isotropic": known.flatten().tolist(),
    }


def large_vectors(rows: int, columns: int, experts: int) -> list[torch.Tensor]:
    """As `task_vectors`, falling off more slowly, as those of real models do."""
    grid = noise(rows, columns * experts) / np.sqrt(1 + np.arange(rows))[:, None]
    return [torch.from_numpy(grid[:, e * columns : (e + 1) * columns].astype(np.float32)) for e in range(experts)]


def sample(matrix: torch.Tensor) -> dict:
    """The root mean square of a matrix and some of its elements, evenly spread."""
    values = matrix.detach().double().flatten()
    return {"rms": float(values.square().mean().sqrt()), "elements": values[torch.arange(SAMPLE) * len(values) // SAMPLE].tolist()}


def wudi_in_closed_form(vectors: list[torch.Tensor]) -> torch.Tensor:
    vectors = [v.double() for v in vectors]
    squares = [v.square().sum() for v in vectors]
    a = sum(v.T @ v / s for v, s in zip(vectors, squares))
    ridge = RIDGE * a.trace() / len(a)
    b = sum(v @ v.T @ v / s for v, s in zip(vectors, squares)) + ridge * sum(vectors)
    return torch.linalg.solve(a + ridge * torch.eye(len(a), dtype=a.dtype), b, left=False)


def large() -> list[dict]:
    """Tensors of ViT-B/32's sizes, by FusionBench's functions in float32 as its classes call them."""
    methods = {
        "isotropic": lambda dictionaries: iso_c(dictionaries, accelerator="cpu")["weight"],
        "taskSingularVectors": lambda dictionaries: TSVM_utils.compute_and_sum_svd_mem_reduction(dictionaries, accelerator="cpu")["weight"],
        "wudi": lambda dictionaries: wudi_in_closed_form([d["weight"] for d in dictionaries]),
    }
    found = []
    for rows, columns, experts, names in LARGE:
        dictionaries = [{"weight": v} for v in large_vectors(rows, columns, experts)]
        with quiet():
            merged = {name: sample(methods[name](dictionaries)) for name in names}
        found.append({"rows": rows, "columns": columns, "experts": experts, "merged": merged})
    return found


def make(out: Path) -> None:
    head = {"versions": versions("torch", "fusion-bench"), "commonSpaceFraction": COMMON_SPACE_FRACTION, "steps": STEPS}
    write_json(out / "spectral.json", head | {"cases": [case(*c) for c in CASES], "large": large(), "lowRank": low_rank()}, None)
