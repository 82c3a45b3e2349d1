"""merge/<shape>/base and merge/<shape>/experts/<name>: the pools that everything else is computed from.

Training is exactly repeatable only on the same kind of processor; all other groups start from the files written here.
"""

import copy
import shutil
from pathlib import Path

import torch
from transformers import CLIPModel, CLIPVisionModel

from groups import tokenizer
from groups.clips import random_clip, save, save_base, vision_of
from groups.common import SHAPES
from groups.training import trained_pool


@torch.no_grad()
def expert_of(base: CLIPModel, seed: int, untouched: str) -> CLIPVisionModel:
    """The vision tower plus a small random task vector; the tensor `untouched` keeps the base's values."""
    vision = vision_of(base)
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in vision.named_parameters():
        delta = torch.randn(parameter.shape, generator=generator) * (parameter.std() if parameter.numel() > 1 else 1) * 0.05
        if name != untouched:
            parameter.add_(delta)
    return vision


def trained(out: Path) -> None:
    base, experts = trained_pool(tokenizer.load())
    folder = out / "merge" / "p8-32"
    save_base(base, "p8-32", folder / "base")
    save(vision_of(experts["outlines"]), folder / "experts" / "outlines")
    save(vision_of(experts["surfaces"]), folder / "experts" / "surfaces", prefixed=True)


def half_precision(out: Path) -> None:
    """Every file fp16; one expert without prefix, one with, one a whole CLIP."""
    base = random_clip("p16-48", seed=21)
    folder = out / "merge" / "p16-48"
    save(expert_of(base, 22, "pre_layrnorm.bias"), folder / "experts" / "alpha", torch.float16)
    save(expert_of(base, 23, "embeddings.class_embedding"), folder / "experts" / "beta", torch.float16, prefixed=True)
    whole = copy.deepcopy(base)
    whole.vision_model.load_state_dict(expert_of(base, 24, "post_layernorm.weight").state_dict())
    save(whole, folder / "experts" / "gamma", torch.float16)
    save_base(base, "p16-48", folder / "base", torch.float16)


def five_experts(out: Path) -> None:
    """An fp32 pool with one bf16 expert."""
    base = random_clip("p8-24", seed=31)
    folder = out / "merge" / "p8-24"
    for number, name in enumerate("abcde"):
        expert = expert_of(base, 32 + number, "encoder.layers.0.mlp.fc1.bias")
        save(expert, folder / "experts" / f"task-{name}", torch.bfloat16 if name == "c" else torch.float32, prefixed=name in "bd")
    save_base(base, "p8-24", folder / "base")


def make(out: Path) -> None:
    for shape in SHAPES:
        for part in ("base", "experts"):
            shutil.rmtree(out / "merge" / shape / part, ignore_errors=True)
    trained(out)
    half_precision(out)
    five_experts(out)
