"""Writes a run as the folder that the page ships: float16 models in the Hugging Face layout, test pictures in zips."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import CLIPModel, PreTrainedConfig

from .dataset import DataSet
from .data import Task
from .evaluate import save_processor

_SENTENCE = (
    "Move λ: four small experts (chess, clothes, flags, digits) in one CLIP. "
    "Watch the average rise, peak near 0.8, and fall."
)
# Zip entries carry a date; a fixed one keeps the archive the same from run to run.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def export(run: Path, data: DataSet, target: Path) -> None:
    """Replaces `target` by the shipped form of `run`, without results and card."""
    if target.exists():
        shutil.rmtree(target)
    base = CLIPModel.from_pretrained(run / "base")
    _write_model(target / "base", _half(base.state_dict()), base.config, "CLIPModel")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(run / "base" / name, target / "base" / name)
    save_processor(target / "base")
    origins = {}
    for task in data.tasks:
        expert = CLIPModel.from_pretrained(run / "experts" / task.name)
        weights = {f"vision_model.{key}": value for key, value in expert.vision_model.state_dict().items()}
        _write_model(target / "experts" / task.name, _half(weights), expert.config.vision_config, "CLIPVisionModel")
        origins[task.name] = write_pictures(target / "test" / f"{task.name}.zip", task)
    tasks = {task.name: {"classnames": list(task.classnames), "templates": list(task.templates)} for task in data.tasks}
    _write_json(target / "test" / "tasks.json", tasks)
    _write_json(target / "test" / "origins.json", _grouped(origins))
    _write_json(target / "manifest.json", _manifest(data))


def _manifest(data: DataSet) -> dict:
    base_files = ("config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json")
    models = [{"name": "_pretrained_", "files": [f"base/{name}" for name in base_files]}]
    for task in data.tasks:
        files = [f"experts/{task.name}/{name}" for name in ("config.json", "model.safetensors")]
        models.append({"name": task.name, "files": files})
    tests = ["test/tasks.json", *(f"test/{task.name}.zip" for task in data.tasks)]
    return {"models": models, "tasks": {"files": tests}, "heads": "heads.json", "sentence": _SENTENCE}


def _grouped(origins: dict[str, dict[str, str]]) -> dict[str, dict[str, list[str]]]:
    """Task to set to files, so that every picture's licence can be found (see NOTICE)."""
    found: dict[str, dict[str, list[str]]] = {}
    for task, files in origins.items():
        for file, origin in files.items():
            found.setdefault(task, {}).setdefault(origin, []).append(file)
    return found


def _half(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {
        key: (value.half() if value.is_floating_point() else value).contiguous()
        for key, value in weights.items()
        if not key.endswith("position_ids")
    }


def _write_model(folder: Path, weights: dict[str, torch.Tensor], config: PreTrainedConfig, architecture: str) -> None:
    """The files say float16; the configuration asks for float32, so that arithmetic on what is loaded is float32."""
    folder.mkdir(parents=True)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    content = json.loads(config.to_json_string(use_diff=True))
    content |= {"architectures": [architecture], "dtype": "float32"}
    for part in ("text_config", "vision_config"):
        if part in content:
            content[part] |= {"dtype": "float32"}
    _write_json(folder / "config.json", content)


def write_pictures(file: Path, task: Task) -> dict[str, str]:
    """Stored, not deflated: PNG is compressed already. Entries are `<class>/<n>.png`; returns the origin of each."""
    file.parent.mkdir(parents=True, exist_ok=True)
    origins: dict[str, str] = {}
    counts: dict[int, int] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for picture, label, origin in zip(task.test.pictures, task.test.labels, task.test.origins, strict=True):
            name = f"{label:02d}/{counts.get(label, 0):03d}.png"
            counts[label] = counts.get(label, 0) + 1
            origins[name] = origin
            png = io.BytesIO()
            picture.save(png, "PNG", optimize=True)
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), png.getvalue())
    return origins


def _write_json(file: Path, content: dict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=2) + "\n")
