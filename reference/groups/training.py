"""Trains the p8-32 CLIP and its two experts on the drawn pictures, so that scores look like those of a real run."""

import copy
import random

import torch
from torch.nn import functional as F
from transformers import CLIPImageProcessorPil, CLIPModel, CLIPTokenizer

from groups.clips import preprocessor, random_clip
from groups.pictures import TASKS, picture

TRAINING_SEEDS_FROM = 100_000
"""Training pictures use seeds from here on; test pictures count from 0."""


def prompts(task: str) -> list[list[str]]:
    spec = TASKS[task]
    return [[template.replace("{}", name) for template in spec["templates"]] for name in spec["classnames"]]


def training_set(task: str, per_class: int, processor) -> tuple[torch.Tensor, torch.Tensor]:
    pixels, labels = [], []
    for label, folder in enumerate(TASKS[task]["folders"]):
        images = [picture(task, folder, TRAINING_SEEDS_FROM + n) for n in range(per_class)]
        pixels.append(processor(images, return_tensors="pt")["pixel_values"])
        labels += [label] * per_class
    return torch.cat(pixels), torch.tensor(labels)


def head(model: CLIPModel, tokenizer: CLIPTokenizer, task: str) -> torch.Tensor:
    """The zero-shot head of a task, [classes, projection], with gradients if they are enabled."""
    rows = []
    for texts in prompts(task):
        inputs = tokenizer(texts, padding=True, return_tensors="pt")
        embeds = F.normalize(model.text_projection(model.text_model(**inputs).pooler_output), dim=-1)
        rows.append(F.normalize(embeds.mean(0), dim=-1))
    return torch.stack(rows)


def logits(model: CLIPModel, pixels: torch.Tensor, zero_shot_head: torch.Tensor) -> torch.Tensor:
    embeds = model.visual_projection(model.vision_model(pixels).pooler_output)
    return F.normalize(embeds, dim=-1) @ zero_shot_head.t() * model.logit_scale.exp()


def train(model: CLIPModel, parameters, sets: dict, tokenizer, steps: int, rate: float, seed: int, train_text: bool) -> None:
    rng = random.Random(seed)
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01)
    with torch.no_grad():
        heads = {task: head(model, tokenizer, task) for task in sets}
    for step in range(steps):
        loss = torch.zeros(())
        for task, (pixels, labels) in sets.items():
            batch = torch.tensor(rng.sample(range(len(labels)), 64))
            zero_shot_head = head(model, tokenizer, task) if train_text else heads[task]
            loss = loss + F.cross_entropy(logits(model, pixels[batch], zero_shot_head), labels[batch])
        optimizer.param_groups[0]["lr"] = rate * min(1.0, (step + 1) / 10) * (1 - step / steps)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()


def trained_pool(tokenizer: CLIPTokenizer) -> tuple[CLIPModel, dict[str, CLIPModel]]:
    """A base that has seen a few pictures of both tasks, and one expert per task with only its vision tower trained further."""
    torch.manual_seed(11)
    _, config = preprocessor("p8-32")
    processor = CLIPImageProcessorPil(**{k: v for k, v in config.items() if not k.endswith("_type")})
    base = random_clip("p8-32", seed=11)
    few = {task: training_set(task, 24, processor) for task in TASKS}
    train(base, base.parameters(), few, tokenizer, steps=120, rate=2e-3, seed=1, train_text=True)
    experts = {}
    for number, task in enumerate(TASKS):
        expert = copy.deepcopy(base)
        many = {task: training_set(task, 300, processor)}
        train(expert, expert.vision_model.parameters(), many, tokenizer, steps=250, rate=1e-3, seed=2 + number, train_text=False)
        experts[task] = expert
    return base, experts
