"""merge/<shape>/expected.json and merged-0.3.safetensors: FusionBench's TaskArithmeticAlgorithm on every pool."""

from pathlib import Path

from safetensors.torch import save

from groups.clips import expert_folders
from groups.common import SHAPES, canonical, hashes, tensor_sha256, versions, write_bytes, write_json
from groups.fusionbench import merged, pool

SCALING_FACTORS = (-1, 0, 0.3, 0.5, 0.7, 1, 1.37)
SAVED = 0.3


def task_arithmetic(shape: str, scaling_factor: float) -> dict:
    from fusion_bench.method import TaskArithmeticAlgorithm

    return merged(TaskArithmeticAlgorithm(scaling_factor=scaling_factor), shape).state_dict()


def make(out: Path) -> None:
    for shape in SHAPES:
        base = pool(shape).load_model("_pretrained_").state_dict()
        expected = {}
        for scaling_factor in SCALING_FACTORS:
            state_dict = task_arithmetic(shape, scaling_factor)
            expected[str(scaling_factor)] = hashes(state_dict)
            if scaling_factor == SAVED:
                file = save({canonical(name): tensor for name, tensor in state_dict.items()}, {"format": "pt"})
                write_bytes(out / "merge" / shape / f"merged-{SAVED}.safetensors", file)
        content = {
            "algorithm": "fusion_bench.method.TaskArithmeticAlgorithm",
            "made_with": versions("fusion-bench", "transformers", "torch"),
            "experts": list(expert_folders(shape)),
            "base": {canonical(name): {"shape": list(tensor.shape), "sha256": tensor_sha256(tensor)} for name, tensor in sorted(base.items())},
            "scaling_factors": expected,
        }
        write_json(out / "merge" / shape / "expected.json", content)
