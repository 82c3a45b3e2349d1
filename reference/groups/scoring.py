"""scoring/: FusionBench's evaluation of the p8-32 pool on the drawn pictures: heads, logits, accuracy, loss, reports."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from datasets import Image, load_dataset
from torch.nn import functional as F
from transformers import CLIPModel, CLIPProcessor

from groups import fusionbench
from groups.clips import base_folder, expert_folders, load_vision
from groups.common import FIXTURES, float32_list, quiet, read_json, versions, write_bytes, write_json
from groups.merge import SCALING_FACTORS

SHAPE = "p8-32"
IMAGES = FIXTURES / "scoring" / "images"
REPOSITORY = FIXTURES.parent.parent
LEAST_MARGIN = 1e-3
"""Predictions must not hang on the last bits of a logit: the generator fails where the two best are closer."""

CONFIG = """\
_target_: fusion_bench.programs.FabricModelFusionProgram
_recursive_: false
method:
  _target_: fusion_bench.method.TaskArithmeticAlgorithm
  scaling_factor: 0.7
modelpool:
  _target_: fusion_bench.modelpool.CLIPVisionModelPool
  models:
    _pretrained_: {pool}/base
    outlines: {pool}/experts/outlines
    surfaces: {pool}/experts/surfaces
taskpool:
  _target_: fusion_bench.taskpool.CLIPVisionModelTaskPool
  test_datasets:
    outlines:
      _target_: datasets.load_dataset
      path: imagefolder
      data_dir: {images}/outlines
      split: train
    surfaces:
      _target_: datasets.load_dataset
      path: imagefolder
      data_dir: {images}/surfaces
      split: train
  clip_model: {pool}/base
  processor: {pool}/base
""".format(pool="reference/fixtures/merge/p8-32", images="reference/fixtures/scoring/images")
"""FusionBench's tutorial configuration with local folders, relative to the top of the repository."""


def recording_task_pool():
    """FusionBench's task pool (batches of 128), which also keeps every task's head and logits."""
    from fusion_bench.taskpool import CLIPVisionModelTaskPool

    class Recording(CLIPVisionModelTaskPool):
        recorded: dict[str, dict] = {}

        def on_task_evaluation_begin(self, classifier, task_name):
            super().on_task_evaluation_begin(classifier, task_name)
            seen = self.recorded[task_name] = {"logits": []}

            def record(module, _inputs, outputs):
                seen["head"] = module.zeroshot_weights
                seen["logits"].append(outputs["logits"])

            self.handle = classifier.register_forward_hook(record)

        def on_task_evaluation_end(self):
            super().on_task_evaluation_end()
            self.handle.remove()

    return Recording(
        test_datasets={task: load_dataset("imagefolder", data_dir=str(IMAGES / task), split="train") for task in read_json(IMAGES / "tasks.json")},
        processor=CLIPProcessor.from_pretrained(base_folder(SHAPE)),
        clip_model=CLIPModel.from_pretrained(base_folder(SHAPE)),
        dataloader_kwargs={"batch_size": 128, "num_workers": 0, "shuffle": False},
    )


def models():
    """Name and vision tower of everything that is scored."""
    from fusion_bench.method import TaskArithmeticAlgorithm

    yield "base", load_vision(base_folder(SHAPE))
    for name, folder in expert_folders(SHAPE).items():
        yield name, load_vision(folder)
    for scaling_factor in SCALING_FACTORS:
        yield f"merged@{scaling_factor}", fusionbench.merged(TaskArithmeticAlgorithm(scaling_factor=scaling_factor), SHAPE)


def task_images(dataset) -> list[str]:
    """The task's pictures in the order in which FusionBench scores them, relative to the folder with tasks.json."""
    undecoded = dataset.cast_column("image", Image(decode=False))
    return [str(Path(row["image"]["path"]).relative_to(IMAGES)) for row in undecoded]


def scored(name: str, vision, pool, labels: dict[str, torch.Tensor], out: Path) -> dict:
    with quiet():
        report = pool.evaluate(vision)
    tasks, all_logits = {}, []
    for task, seen in pool.recorded.items():
        logits = torch.cat(seen["logits"])
        best = logits.topk(2).values
        margin = (best[:, 0] - best[:, 1]).min().item()
        assert margin > LEAST_MARGIN, f"{name} on {task}: two classes are only {margin} apart"
        loss = F.cross_entropy(logits.double(), labels[task]).item()
        tasks[task] = report[task] | {"sampleMeanLoss": loss, "predictions": logits.argmax(1).tolist(), "leastMargin": margin}
        all_logits.append(logits.numpy().astype("<f4").reshape(-1))
    write_bytes(out / "logits" / f"{name}.bin", np.concatenate(all_logits).tobytes())
    return {"model_info": report["model_info"], "tasks": tasks, "average": report["average"]}


def program_report(*overrides: str) -> bytes:
    """program_report.json as the real program writes it, run as a command from the top of the repository."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "program_report.json"
        command = [sys.executable, "reference/run_fusionbench.py", "--tasks", str(IMAGES / "tasks.json"), "--config-path", str(FIXTURES / "scoring" / "program"),
                   "--config-name", "clip_task_arithmetic", f"+report_save_path={report}", f"hydra.run.dir={folder}/run", *overrides]  # fmt: skip
        result = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr[-4000:]
        return report.read_bytes()


def make(out: Path) -> None:
    fusionbench.register_tasks(IMAGES / "tasks.json")
    pool = recording_task_pool()
    tasks, labels = {}, {}
    for task, dataset in pool._test_datasets.items():
        images = task_images(dataset)
        targets = list(dataset["label"])
        labels[task] = torch.tensor(targets)
        folders = dataset.features["label"].names
        assert [folders[label] for label in targets] == [Path(image).parent.name for image in images]
        tasks[task] = {"folders": folders, "images": images, "labels": targets}
    folder = out / "scoring"
    shutil.rmtree(folder / "logits", ignore_errors=True)
    results = {name: scored(name, vision, pool, labels, folder) for name, vision in models()}
    for task, seen in pool.recorded.items():
        tasks[task]["head"] = [float32_list(row) for row in seen["head"]]
    content = {
        "made_with": versions("fusion-bench", "transformers", "torch", "torchmetrics", "datasets"),
        "batchSize": 128,
        "tasks": tasks,
        "models": results,
    }
    write_json(folder / "expected.json", content, indent=None)
    write_bytes(folder / "program" / "clip_task_arithmetic.yaml", CONFIG.encode())
    write_bytes(folder / "program" / "program_report.json", program_report())
    write_bytes(folder / "program" / "program_report-batch-128.json", program_report("+taskpool.dataloader_kwargs.batch_size=128"))
