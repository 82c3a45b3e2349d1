"""Zero-shot accuracy, measured on pictures as they are shipped, through the image processor as it is shipped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from tokenizers import Tokenizer
from transformers import CLIPModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from .data import Labelled, Task
from .model import Captions, embed_images


@dataclass
class Measured:
    """A task's pictures ready for the vision tower."""

    pixel_values: torch.Tensor
    labels: torch.Tensor


def processor() -> CLIPImageProcessorPil:
    """Pillow's bicubic to 32 pixels, centre crop, values in -1..1."""
    return CLIPImageProcessorPil(
        do_resize=True, size={"shortest_edge": 32}, resample=Image.Resampling.BICUBIC,
        do_center_crop=True, crop_size={"height": 32, "width": 32},
        do_rescale=True, rescale_factor=1 / 255,
        do_normalize=True, image_mean=[0.5] * 3, image_std=[0.5] * 3, do_convert_rgb=True,
    )  # fmt: skip


def measured(pictures: Labelled, process: CLIPImageProcessorPil) -> Measured:
    """Runs the image processor over all pictures."""
    values = process(images=pictures.pictures, return_tensors="pt")["pixel_values"]
    return Measured(values, torch.tensor(pictures.labels))


def zero_shot_head(model: CLIPModel, tokenizer: Tokenizer, task: Task) -> torch.Tensor:
    """`[classes, 96]`: per class the normalised mean of the normalised embeddings of its prompts."""
    prompts = [tuple(template.format(name) for template in task.templates) for name in task.classnames]
    return Captions(tokenizer, prompts).embeddings(model)


def predictions(model: CLIPModel, head: torch.Tensor, images: Measured) -> torch.Tensor:
    """Class indices `[n]`."""
    with torch.no_grad():
        parts = [embed_images(model, values) @ head.T for values in images.pixel_values.split(128)]
    return torch.cat(parts).argmax(1).cpu()


def correct(model: CLIPModel, head: torch.Tensor, images: Measured) -> int:
    """How many pictures are named right."""
    return int((predictions(model, head, images) == images.labels).sum())


def accuracy(model: CLIPModel, head: torch.Tensor, images: Measured) -> float:
    """Top-1 accuracy, 0..1."""
    return correct(model, head, images) / len(images.labels)


def save_processor(folder: Path) -> None:
    """Writes `preprocessor_config.json` under the name that every version of transformers knows."""
    processor().save_pretrained(folder)
    file = folder / "preprocessor_config.json"
    file.write_text(file.read_text().replace("CLIPImageProcessorPil", "CLIPImageProcessor"))
