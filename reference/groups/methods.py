"""methods/: FusionBench's other merging methods on the pools of merge/, as SHA-256 per tensor."""

import contextlib
import json
from pathlib import Path

import numpy as np
import torch
from fusion_bench.method import (
    CLIPLayerWiseAdaMergingAlgorithm,
    CLIPTaskWiseAdaMergingAlgorithm,
    DareSimpleAverage,
    DareTaskArithmetic,
    DareTiesMerging,
    ExPOAlgorithm,
    MagMaxAlgorithm,
    MagnitudeDiffPruningAlgorithm,
    ModelStock,
    SimpleAverageAlgorithm,
    SlerpMergeAlgorithm,
    TiesMergingAlgorithm,
    WeightedAverageAlgorithm,
)
from fusion_bench.method.model_stock import model_stock
from fusion_bench.method.ties_merging.ties_merging_utils import ties_merging
from fusion_bench.utils.state_dict_arithmetic import state_dict_weighted_sum
from omegaconf import OmegaConf

from groups import fusionbench
from groups.clips import base_folder, expert_folders, load_vision
from groups.common import SHAPES, canonical, float32_list, quiet, tensor_sha256, versions, write_bytes

WEIGHTS = [0.3, 0.5, 0.2, 0.7, 0.1]
SEED = 42


class Results:
    """Rows of the fixture; hashes stand in the order of the shape's tensor names."""

    def __init__(self):
        self.names = {shape: sorted(canonical(name) for name in load_vision(base_folder(shape)).state_dict()) for shape in SHAPES}
        self.rows: list[dict] = []

    def add(self, shape: str, method: str, options: dict, state_dict: dict[str, torch.Tensor], **more) -> None:
        tensors = {canonical(name): tensor.detach() for name, tensor in state_dict.items()}
        assert sorted(tensors) == self.names[shape] and all(tensor.dtype == torch.float32 for tensor in tensors.values())
        self.rows.append(
            {"shape": shape, "method": method, "options": options, **more, "sha256": [tensor_sha256(tensors[name]) for name in self.names[shape]]}
        )


def run(algorithm, shape: str, **pool) -> dict[str, torch.Tensor]:
    with torch.no_grad():
        return fusionbench.merged(algorithm, shape, **pool).state_dict()


def averages(results: Results, shape: str, experts: int) -> None:
    results.add(shape, "SimpleAverageAlgorithm", {}, run(SimpleAverageAlgorithm(), shape))
    for normalize in (True, False):
        options = {"normalize": normalize, "weights": WEIGHTS[:experts]}
        results.add(shape, "WeightedAverageAlgorithm", options, run(WeightedAverageAlgorithm(**options), shape))


def selections(results: Results, shape: str) -> None:
    combinations = [("sum", 20, 0.3), ("mean", 20, 0.3), ("max", 20, 0.3)]
    if shape == "p8-24":
        combinations += [("sum", 50, 1.0), ("mean", 0.35, 0.7), ("sum", 90, -0.5)]
    for merge_func, threshold, scaling_factor in combinations:
        options = {"scaling_factor": scaling_factor, "threshold": threshold, "remove_keys": [], "merge_func": merge_func}
        results.add(shape, "TiesMergingAlgorithm", options, run(TiesMergingAlgorithm(**options), shape))
    for scaling_factor in (0.5, 1.37):
        options = {"scaling_factor": scaling_factor}
        results.add(shape, "MagMaxAlgorithm", options, run(MagMaxAlgorithm(**options), shape))


def task_wise(results: Results, shape: str, experts: int) -> None:
    """AdaMerging with weights that are given; it learns nothing then. A class of FusionBench 0.1: its configuration is its one argument."""
    for weights, clamp_weights in ((WEIGHTS[:experts], False), ([1.37, -0.3, *WEIGHTS][:experts], True)):
        options = {"weights": weights, "clamp_weights": clamp_weights}
        config = OmegaConf.create(options | {"tie_weights": True, "strict": False})
        results.add(shape, "CLIPTaskWiseAdaMergingAlgorithm", options, run(CLIPTaskWiseAdaMergingAlgorithm(config), shape))


def layer_wise_weights(shape: str, experts: int) -> torch.Tensor:
    """One weight for each expert and parameter, as AdaMerging's learning leaves them: about 0.3, some beyond [0, 1]."""
    generator = torch.Generator().manual_seed(SEED)
    return 0.3 + 0.4 * torch.randn(experts, len(list(load_vision(base_folder(shape)).parameters())), generator=generator)


def weights_file(shape: str) -> str:
    return f"merging_weights-{shape}.pt"


def layer_wise(results: Results, shape: str, folder: Path, experts: int) -> None:
    """FusionBench takes layer-wise weights only from a file, saved as its own `save_merging_weights` does: a plain tensor."""
    weights = layer_wise_weights(shape, experts)
    file = folder / weights_file(shape)
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save(weights, file)
    for clamp_weights in (False, True):
        config = OmegaConf.create({"weights": str(file), "clamp_weights": clamp_weights, "tie_weights": True, "strict": False})
        algorithm = CLIPLayerWiseAdaMergingAlgorithm(config)
        # It would tell the logger of a program, and there is none.
        algorithm.log_hyperparams = lambda config: None
        options = {"weights": [float32_list(row) for row in weights], "clamp_weights": clamp_weights}
        results.add(shape, "CLIPLayerWiseAdaMergingAlgorithm", options, run(algorithm, shape), weightsFile=weights_file(shape))


def extrapolation(results: Results, shape: str, experts: list[str]) -> None:
    for factor, models in ((0.1, experts), (0.3, experts), (0.5, experts[:1]), (-0.25, experts[:2])):
        options = {"extrapolation_factor": factor}
        results.add(shape, "ExPOAlgorithm", options, run(ExPOAlgorithm(**options), shape, experts=models), models=["_pretrained_", *models])


PRUNINGS = (
    {"prune_ratio": 0.5},
    {"prune_ratio": 0.3, "rescale": True},
    {"prune_ratio": 0.5, "rescale": False},
    {"prune_ratio": 0.7, "rescale": 1.5, "prune_type": "major"},
    {"prune_ratio": 0.45, "extract_names": [".*(mlp|q_proj).*weight", "embeddings.position"]},
)


def pruning(results: Results, shape: str, experts: list[str]) -> None:
    for number, options in enumerate(PRUNINGS):
        models = [experts[number % len(experts)]]
        results.add(shape, "MagnitudeDiffPruningAlgorithm", options, run(MagnitudeDiffPruningAlgorithm(**options), shape, experts=models), models=["_pretrained_", *models])


def lines(results: Results, shape: str, experts: int) -> None:
    """LiNeS after its paper and its authors' `LiNeS_scaling`, written anew: FusionBench has no such method."""
    base, *tuned = (load_vision(folder).state_dict() for folder in (base_folder(shape), *expert_folders(shape).values()))
    blocks = 1 + max(int(name.split(".")[2]) for name in map(canonical, base) if name.startswith("encoder.layers."))
    for alpha, beta in ((None, 0.5), (0.2, 0.8), (1.0, -0.4)):
        first = 1 / experts if alpha is None else alpha
        merged = {}
        for name, theta in base.items():
            steps = canonical(name).split(".")
            depth = int(steps[2]) / max(1, blocks - 1) if steps[:2] == ["encoder", "layers"] else 0.0
            total = tuned[0][name] - theta
            for model in tuned[1:]:
                total = total + (model[name] - theta)
            merged[name] = theta + total * (first + beta * depth)
        options = {"scaling_factor": 1.0, "beta": beta} | ({} if alpha is None else {"alpha": alpha})
        results.add(shape, "LiNeS", options, merged)


OUTLIERS = 0.0001
"""PCB's share of the smallest and of the largest magnitudes that are brought to the next."""


def ends(values: np.ndarray, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """The elements of these ranks in each row."""
    ordered = np.sort(values, axis=1)
    return ordered[:, [int(low)]], ordered[:, [int(high)]]


def balanced(vectors: np.ndarray, ratio: float) -> np.ndarray:
    """PCB-Merging after its paper and its authors' `PCB_merge`, written anew in NumPy: float32 throughout, the exponential and the
    tangent computed in float64 and rounded, sums from left to right."""
    count, length = vectors.shape
    low, high = ends(np.abs(vectors), length * OUTLIERS, length * (1 - OUTLIERS) - 1)
    magnitudes = np.clip(np.abs(vectors), low, high)
    places = (magnitudes - low) / (high - low)
    intra = np.exp((np.float32(count) * (places * places)).astype(np.float64)).astype(np.float32)
    total = np.zeros(length, np.float32)
    for vector in vectors:
        total = total + vector
    inter = np.tanh((vectors * total).astype(np.float64)).astype(np.float32)
    scores = intra * inter
    low, high = ends(scores, length * (1 - ratio), length - 1)
    weights = (np.maximum(scores, low) - low) / (high - low)
    top, bottom = np.zeros(length, np.float32), np.zeros(length, np.float32)
    for vector, magnitude, weight in zip(vectors, magnitudes, weights, strict=True):
        top, bottom = top + np.sign(vector) * magnitude * weight, bottom + weight
    merged = top / np.maximum(bottom, np.float32(1e-12))
    assert merged.dtype == np.float32
    return merged


def competition(results: Results, shape: str) -> None:
    """FusionBench has no PCB-Merging."""
    base, *tuned = (load_vision(folder).state_dict() for folder in (base_folder(shape), *expert_folders(shape).values()))
    vectors = np.stack([np.concatenate([(model[name] - theta).flatten().numpy() for name, theta in base.items()]) for model in tuned])
    for ratio, factor in ((0.1, 1.0), (0.05, 1.2), (0.6, -0.7)):
        change = torch.from_numpy(balanced(vectors, ratio))
        merged, start = {}, 0
        for name, theta in base.items():
            merged[name] = theta + change[start : start + theta.numel()].reshape(theta.shape) * torch.tensor(factor)
            start += theta.numel()
        results.add(shape, "PCBMerging", {"scaling_factor": factor, "pcb_ratio": ratio}, merged)


def stock(results: Results, shape: str, ignored: list[str]) -> None:
    """The ratios rest on sums whose order is torch's own, so they are given: with them the rest is exact. null where a key is ignored."""
    ratios: dict[str, float] = {}
    compute = model_stock.compute_ratio
    model_stock.compute_ratio = lambda *arguments, **options: ratios.update(compute(*arguments, **options)) or ratios
    try:
        state_dict = run(ModelStock(ignore_keys=ignored), shape)
    finally:
        model_stock.compute_ratio = compute
    values = {canonical(name): float(ratio) for name, ratio in ratios.items()}
    results.add(shape, "ModelStock", {"ignore_keys": ignored}, state_dict, ratios=[values.get(name) for name in results.names[shape]])


def slerp_coefficients(t: float, v0: torch.Tensor, v1: torch.Tensor) -> list[float] | None:
    """FusionBench's s0 and s1 for a tensor, null where it falls back to linear interpolation."""
    dot = torch.sum(v0 / torch.linalg.norm(v0) * (v1 / torch.linalg.norm(v1)))
    if torch.abs(dot) > 0.9995:
        return None
    angle = torch.arccos(dot)
    return [float(torch.sin(angle - angle * t) / torch.sin(angle)), float(torch.sin(angle * t) / torch.sin(angle))]


def slerp(results: Results, shape: str, t: float, experts: list[str], with_base: bool) -> None:
    state_dict = run(SlerpMergeAlgorithm(t=t), shape, experts=experts, with_base=with_base)
    folders = ([base_folder(shape)] if with_base else []) + [expert_folders(shape)[name] for name in experts]
    first, second = (load_vision(folder).state_dict() for folder in folders)
    coefficients = {canonical(name): slerp_coefficients(t, first[name], second[name]) for name in first}
    for name, tensor in state_dict.items():
        if coefficients[canonical(name)]:
            s0, s1 = torch.tensor(coefficients[canonical(name)])
            assert torch.equal(s0 * first[name] + s1 * second[name], tensor), name
    models = (["_pretrained_"] if with_base else []) + experts
    results.add(shape, "SlerpMergeAlgorithm", {"t": t}, state_dict, models=models, coefficients=[coefficients[name] for name in results.names[shape]])


def interpolation(results: Results, shape: str, t: float, models: list[str]) -> None:
    """`LinearInterpolationAlgorithm` 0.2.33 asserts that a list equals 2 and never runs: this is the line behind that assertion."""
    folders = {"_pretrained_": base_folder(shape)} | expert_folders(shape)
    first, second = (load_vision(folders[name]).state_dict() for name in models)
    results.add(shape, "LinearInterpolationAlgorithm", {"t": t}, state_dict_weighted_sum([first, second], [1 - t, t]), models=models)


@contextlib.contextmanager
def recorded_draws():
    """Every tensor of uniform numbers that DARE draws, in the order of drawing."""
    draws: list[torch.Tensor] = []
    rand_like = torch.rand_like

    def recording(*arguments, **options):
        draws.append(rand_like(*arguments, **options))
        return draws[-1]

    torch.rand_like = recording
    try:
        yield draws
    finally:
        torch.rand_like = rand_like


def mask_file(shape: str, only_linear: bool) -> str:
    return f"dare-{shape}-{'linear' if only_linear else 'all'}.bin"


def dare(results: Results, shape: str, folder: Path, only_linear: bool) -> None:
    """DARE's random numbers are torch's; the masks that they made are stored, so that the arithmetic can be held to the bytes."""
    sparsity = 0.9 if shape == "p16-48" else 0.5
    common = {"sparsity_ratio": sparsity, "only_on_linear_weights": only_linear, "rescale": True}
    ties = {"scaling_factor": 0.5, "threshold": 20, "remove_keys": [], "merge_func": "sum"}
    runs = ((DareTaskArithmetic, common | {"scaling_factor": 0.3}), (DareTiesMerging, common | ties), (DareSimpleAverage, common))
    for method, options in runs:
        torch.manual_seed(SEED)
        with recorded_draws() as draws:
            state_dict = run(method(**options), shape)
        kept = torch.cat([(draw > sparsity).reshape(-1) for draw in draws]).numpy()
        write_bytes(folder / mask_file(shape, only_linear), np.packbits(kept, bitorder="little").tobytes())
        results.add(shape, method.__name__, options, state_dict, mask=mask_file(shape, only_linear))


def dare_nothing(results: Results, shape: str) -> None:
    options = {"sparsity_ratio": 0.0, "only_on_linear_weights": False, "rescale": True, "scaling_factor": 0.3}
    results.add(shape, "DareTaskArithmetic", options, run(DareTaskArithmetic(**options), shape))


def mask_order() -> dict[str, list[str]]:
    """The tensors in the order in which DARE draws their masks, for each expert in turn."""
    order = {}
    for shape in SHAPES:
        model = load_vision(base_folder(shape))
        linear = [f"{name}.weight" for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)]
        order[mask_file(shape, False)] = [canonical(name) for name, _ in model.named_parameters()]
        order[mask_file(shape, True)] = [canonical(name) for name in linear]
    return order


def many_experts() -> dict:
    """TIES on 40 task vectors: from 18 on torch does not add them up from left to right."""
    generator = torch.Generator().manual_seed(SEED)
    vectors = 0.01 * torch.randn(40, 64, generator=generator)
    with quiet():
        merged = {
            str(count): {func: float32_list(ties_merging(vectors[:count], reset_thresh=50, merge_func=func)) for func in ("sum", "mean", "max")}
            for count in (5, 17, 18, 32, 40)
        }
    return {"threshold": 50, "taskVectors": [float32_list(vector) for vector in vectors], "merged": merged}


def normalised_weights() -> list[dict]:
    """NumPy's own sum, which is not from left to right from eight values on."""
    random = np.random.default_rng(SEED)
    lists = [np.round(random.uniform(0, 1, length), 3) for length in (1, 2, 3, 7, 8, 9, 15, 16, 20, 128, 129, 300)]
    return [{"weights": weights.tolist(), "normalised": (weights / np.sum(weights)).tolist()} for weights in lists]


def make(out: Path) -> None:
    folder = out / "methods"
    results = Results()
    with quiet():
        for shape in SHAPES:
            experts = len(expert_folders(shape))
            averages(results, shape, experts)
            selections(results, shape)
            task_wise(results, shape, experts)
            layer_wise(results, shape, folder, experts)
            lines(results, shape, experts)
            competition(results, shape)
            extrapolation(results, shape, list(expert_folders(shape)))
            pruning(results, shape, list(expert_folders(shape)))
            stock(results, shape, [])
            for only_linear in (False, True):
                dare(results, shape, folder, only_linear)
            dare_nothing(results, shape)
        stock(results, "p8-24", results.names["p8-24"][::3])
        slerp(results, "p8-32", 0.5, ["outlines"], with_base=True)
        slerp(results, "p16-48", 0.8, ["beta"], with_base=True)
        slerp(results, "p8-24", 0.3, ["task-a", "task-c"], with_base=False)
        interpolation(results, "p8-32", 0.3, ["_pretrained_", "outlines"])
        interpolation(results, "p16-48", 0.7, ["_pretrained_", "gamma"])
        interpolation(results, "p8-24", 0.1, ["task-b", "task-c"])
        for t in (0.0, 1.0):
            interpolation(results, "p8-24", t, ["_pretrained_", "task-d"])
    head = {"made_with": versions("fusion-bench", "torch"), "names": results.names, "maskOrder": mask_order()}
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in results.rows)
    write_bytes(folder / "expected.json", f'{json.dumps(head)[:-1]},\n"results":[\n{rows}\n]}}\n'.encode())
    numbers = {"manyExperts": many_experts(), "normalisedWeights": normalised_weights()}
    write_bytes(folder / "numbers.json", f"{json.dumps(numbers, separators=(',', ':'))}\n".encode())
