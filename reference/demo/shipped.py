"""Reads a shipped demo folder as any user of transformers would."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from tokenizers import Tokenizer
from transformers import CLIPModel, CLIPVisionModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from .data import Labelled
from .evaluate import Measured, measured
from .merge import State
from .model import Captions


@dataclass
class ShippedTask:
    """A task as it stands in the folder."""

    classnames: list[str]
    templates: list[str]
    images: Measured


@dataclass
class Shipped:
    """Base and experts in float32, and the tasks; experts in code-point order, which is the order of the sum."""

    base: CLIPModel
    experts: dict[str, State]
    tasks: dict[str, ShippedTask]
    tokenizer: Tokenizer

    def heads(self) -> dict[str, torch.Tensor]:
        """The zero-shot head of every task."""
        found = {}
        for name, task in self.tasks.items():
            prompts = [tuple(template.replace("{}", of) for template in task.templates) for of in task.classnames]
            found[name] = Captions(self.tokenizer, prompts).embeddings(self.base)
        return found


def read(folder: Path) -> Shipped:
    """Loads everything; the configurations ask for float32."""
    base, loading = CLIPModel.from_pretrained(folder / "base", output_loading_info=True)
    _refuse_gaps("base", loading)
    experts = {}
    for expert in sorted((folder / "experts").iterdir()):
        model, loading = CLIPVisionModel.from_pretrained(expert, output_loading_info=True)
        _refuse_gaps(expert.name, loading)
        experts[expert.name] = {k: v.detach() for k, v in model.state_dict().items() if v.is_floating_point()}
    process = CLIPImageProcessorPil.from_pretrained(folder / "base")
    described = json.loads((folder / "test" / "tasks.json").read_text())
    tasks = {
        name: ShippedTask(
            entry["classnames"], entry["templates"], measured(_pictures(folder / "test" / f"{name}.zip"), process)
        )
        for name, entry in sorted(described.items())
    }
    return Shipped(base.eval(), experts, tasks, Tokenizer.from_file(str(folder / "base" / "tokenizer.json")))


def _pictures(file: Path) -> Labelled:
    found = Labelled()
    with zipfile.ZipFile(file) as archive:
        for name in sorted(archive.namelist()):
            found.add(Image.open(io.BytesIO(archive.read(name))).convert("RGB"), int(name.split("/")[0]), name)
    return found


def _refuse_gaps(name: str, loading: dict) -> None:
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if loading.get(kind):
            raise ValueError(f"{name}: {kind} {sorted(loading[kind])[:5]}")
