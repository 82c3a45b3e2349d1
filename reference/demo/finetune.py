"""Fine-tunes one expert: the vision tower alone, on the frozen zero-shot head, with replay of the pretraining mixture."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from transformers import CLIPModel

from .augment import augment
from .model import embed_images
from .pretrain import rate
from .sampling import Mixture, PoolSampler


@dataclass(frozen=True)
class ExpertOptions:
    steps: int = 200
    batch: int = 128
    learning_rate: float = 2e-4
    weight_decay: float = 0.05
    warm_up: int = 10
    last_learning_rate: float = 0.02
    largest_gradient: float = 1.0
    replay_batch: int = 64
    replay_weight: float = 1.0


# Chosen on validation figures. Chess has to generalise from few hands to others and goes farthest; a higher rate than these
# raises every expert and lowers their sum, because task vectors get long enough to disturb one another.
EXPERTS = {
    "chess": ExpertOptions(steps=400, batch=96, replay_batch=48, learning_rate=4e-4),
    "fashion": ExpertOptions(steps=350, batch=96, replay_batch=48),
    "flags": ExpertOptions(),
    "mnist": ExpertOptions(steps=300, batch=96, replay_batch=48, learning_rate=2.5e-4),
}


def finetune(
    base: CLIPModel,
    train: PoolSampler,
    head: torch.Tensor,
    class_of_concept: torch.Tensor,
    mixture: Mixture,
    concept_texts: torch.Tensor,
    seed: int,
    options: ExpertOptions,
) -> CLIPModel:
    """A copy of `base` whose vision tower has learned one task; text tower, projections and scale stay the base's.

    `head` is `[classes, 96]`, `class_of_concept` maps concept indices to classes, `concept_texts` is `[concepts, 96]`.
    Replay keeps the other abilities in place: without it experts leave the region in which weights can be added.
    """
    model = copy.deepcopy(base)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    parameters = list(model.vision_model.parameters())
    for parameter in parameters:
        parameter.requires_grad_(True)
    optimizer = torch.optim.AdamW(parameters, lr=options.learning_rate, weight_decay=options.weight_decay)
    rng, random = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    scale = model.logit_scale.exp()
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = options.learning_rate * rate(step, options.steps, options.warm_up, options.last_learning_rate)
        own, replay = train.draw(options.batch, rng), mixture.draw(options.replay_batch, rng)
        pictures, grounds = (torch.cat([own[i], replay[i]]) for i in range(2))
        images = embed_images(model, augment(pictures, grounds, random))
        on_task = F.cross_entropy(scale * images[: options.batch] @ head.T, class_of_concept[own[2]].to(model.device))
        on_replay = F.cross_entropy(scale * images[options.batch :] @ concept_texts.T, replay[2].to(model.device))
        optimizer.zero_grad(set_to_none=True)
        (on_task + options.replay_weight * on_replay).backward()
        torch.nn.utils.clip_grad_norm_(parameters, options.largest_gradient)
        optimizer.step()
    return model.eval()
