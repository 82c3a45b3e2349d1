"""Checks the shipped demo against transformers and FusionBench: `python -m demo.check --demo ../public/demo`.

Every folder must load without a missing or unexpected key; FusionBench's own merge must give the bytes that
`merge.py` gives and its own zero-shot classifier the counts and predictions in `results.json`. Any difference ends with 1.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from pathlib import Path

import torch
from transformers import CLIPModel
from transformers.models.clip import modeling_clip

from .evaluate import Measured
from .merge import apply, simple_average, task_vector, vision_state
from .shipped import Shipped, read

# FusionBench 0.2.33 imports a class that transformers 5 merged into CLIPVisionModel.
if not hasattr(modeling_clip, "CLIPVisionTransformer"):
    modeling_clip.CLIPVisionTransformer = modeling_clip.CLIPVisionModel

from fusion_bench.method import SimpleAverageAlgorithm, TaskArithmeticAlgorithm  # noqa: E402
from fusion_bench.modelpool import CLIPVisionModelPool  # noqa: E402
from fusion_bench.models.hf_clip import HFCLIPClassifier  # noqa: E402
from omegaconf import OmegaConf  # noqa: E402
from transformers import CLIPProcessor, CLIPTokenizer  # noqa: E402
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil  # noqa: E402

_BATCH = 128


class Check:
    """Counts what was compared and remembers what differed."""

    def __init__(self) -> None:
        self.compared, self.differences = 0, []

    def equal(self, what: str, ours, theirs) -> None:
        self.compared += 1
        if ours != theirs:
            self.differences.append(f"{what}: results.json {ours}, FusionBench {theirs}")

    def same_bytes(self, what: str, ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> None:
        self.equal(f"{what}, names", sorted(ours), sorted(theirs))
        for key in sorted(set(ours) & set(theirs)):
            self.compared += 1
            if ours[key].dtype != theirs[key].dtype or not torch.equal(ours[key].view(torch.int32), theirs[key].view(torch.int32)):
                self.differences.append(f"{what}, {key}: bytes differ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    check = run(arguments.demo)
    print(f"{check.compared} comparisons, {len(check.differences)} differences")
    for line in check.differences:
        print(line)
    sys.exit(1 if check.differences else 0)


def run(demo: Path) -> Check:
    """Recomputes every figure of `demo/results.json`."""
    results = json.loads((demo / "results.json").read_text())
    shipped, check = read(demo), Check()
    start, experts = vision_state(shipped.base), list(shipped.experts.values())
    total = task_vector(start, experts)
    classifier = Classifier(demo, shipped)
    check.equal("experts", results["experts"], list(shipped.experts))
    for name, expected in results["models"].items():
        vision = _average(demo, shipped) if name == "simple_average" else _pool(demo, shipped).load_model(name)
        if name == "simple_average":
            check.same_bytes(name, simple_average(experts), _floats(vision))
        _compare(check, name, expected, classifier.predictions(vision), shipped)
    for text, expected in results["task_arithmetic"].items():
        vision = _merge(_pool(demo, shipped), float(text))
        check.same_bytes(f"scaling factor {text}", apply(start, total, float(text)), _floats(vision))
        found = classifier.predictions(vision)
        _compare(check, f"scaling factor {text}", expected, found, shipped)
        for task, classes in results["predictions"].get(text, {}).items():
            check.equal(f"scaling factor {text}, {task}, predictions", classes, found[task])
    for name, expected in results["negation"].items():
        vision = _merge(_pool(demo, shipped, [name]), -1.0)
        _compare(check, f"negated {name}", expected, classifier.predictions(vision), shipped)
    return check


class Classifier:
    """FusionBench's zero-shot classifier over the shipped tasks."""

    def __init__(self, demo: Path, shipped: Shipped):
        base = CLIPModel.from_pretrained(demo / "base", dtype=torch.float32).eval()
        tokenizer = CLIPTokenizer.from_pretrained(demo / "base")
        processor = CLIPProcessor(CLIPImageProcessorPil.from_pretrained(demo / "base"), tokenizer)
        self._classifier = HFCLIPClassifier(base, processor).eval()
        self._tasks = shipped.tasks

    def predictions(self, vision: torch.nn.Module) -> dict[str, list[int]]:
        """Class indices of every picture of every task."""
        self._classifier.clip_model.vision_model = vision.eval()
        found = {}
        for name, task in self._tasks.items():
            templates = [lambda of, template=template: template.replace("{}", of) for template in task.templates]
            self._classifier.set_classification_task(task.classnames, templates)
            with torch.no_grad():
                parts = [self._classifier(values).argmax(1) for values in task.images.pixel_values.split(_BATCH)]
            found[name] = torch.cat(parts).tolist()
        return found


def _compare(check: Check, what: str, expected: dict, found: dict[str, list[int]], shipped: Shipped) -> None:
    for task, classes in found.items():
        images: Measured = shipped.tasks[task].images
        right = int((torch.tensor(classes) == images.labels).sum())
        check.equal(f"{what}, {task}, images", expected["tasks"][task]["n"], len(classes))
        check.equal(f"{what}, {task}, correct", expected["tasks"][task]["correct"], right)


def _pool(demo: Path, shipped: Shipped, names: list[str] | None = None) -> CLIPVisionModelPool:
    folders = {"_pretrained_": demo / "base"} | {name: demo / "experts" / name for name in names or shipped.experts}
    entry = {"_target_": "transformers.CLIPVisionModel.from_pretrained", "dtype": "float32"}
    models = {name: entry | {"pretrained_model_name_or_path": str(folder)} for name, folder in folders.items()}
    return CLIPVisionModelPool(OmegaConf.create(models))


def _merge(pool: CLIPVisionModelPool, scaling_factor: float) -> torch.nn.Module:
    with _quiet():
        return TaskArithmeticAlgorithm(scaling_factor=scaling_factor).run(pool)


def _average(demo: Path, shipped: Shipped) -> torch.nn.Module:
    with _quiet():
        return SimpleAverageAlgorithm().run(_pool(demo, shipped))


def _quiet() -> contextlib.redirect_stdout:
    """FusionBench prints a profile of every merge."""
    return contextlib.redirect_stdout(open(os.devnull, "w"))


def _floats(vision: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {key: value for key, value in vision.state_dict().items() if value.is_floating_point()}


if __name__ == "__main__":
    main()
