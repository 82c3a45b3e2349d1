"""Contrastive pretraining of the whole CLIP on the mixture; resumable."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import CLIPModel

from .augment import augment
from .model import Captions, config, embed_images, embed_texts
from .sampling import Mixture

_LARGEST_SCALE = math.log(100)  # CLIP's own bound on the logit scale


@dataclass(frozen=True)
class PretrainOptions:
    steps: int = 1200
    batch: int = 256
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    warm_up: int = 100
    last_learning_rate: float = 0.02
    largest_gradient: float = 1.0


def pretrain(
    tokenizer: Tokenizer,
    captions: Captions,
    mixture: Mixture,
    seed: int,
    device: torch.device,
    options: PretrainOptions,
    state_file: Path,
    log: Callable[[str], None],
    probe: Callable[[CLIPModel], str],
    save_every: int = 200,
) -> CLIPModel:
    """Trains from scratch, or goes on from `state_file`. `probe` says in one line how good the model is so far.

    Loss: half the cross-entropy of each image over the captions of the batch's concepts, half the cross-entropy of each
    caption over the batch's images, all images of its concept being right.
    """
    torch.manual_seed(seed)
    model = CLIPModel(config(tokenizer)).to(device)
    optimizer = torch.optim.AdamW(
        _groups(model, options.weight_decay), lr=options.learning_rate, betas=(0.9, 0.98), eps=1e-6
    )
    rng, random = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    first = 0
    if state_file.exists():
        state = torch.load(state_file, weights_only=False, map_location=device)
        if state["options"] == asdict(options):
            model.load_state_dict(state["model"])
            optimizer.load_state_dict(state["optimizer"])
            rng.bit_generator.state, first = state["rng"], state["step"]
            random.set_state(state["random"].cpu())
            log(f"pretraining resumed at step {first}")
    model.train()
    started, running = time.monotonic(), 0.0
    for step in range(first, options.steps):
        for group in optimizer.param_groups:
            group["lr"] = options.learning_rate * rate(step, options.steps, options.warm_up, options.last_learning_rate)
        loss = _loss(model, captions, *mixture.draw(options.batch, rng), random)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), options.largest_gradient)
        optimizer.step()
        with torch.no_grad():
            model.logit_scale.clamp_(max=_LARGEST_SCALE)
        running += loss.item()
        if (step + 1) % save_every == 0 or step + 1 == options.steps:
            count = (step % save_every) + 1
            model.eval()
            log(f"step {step + 1} loss {running / count:.3f} {probe(model)} {time.monotonic() - started:.0f} s")
            model.train()
            running = 0.0
            torch.save(
                {
                    "options": asdict(options), "model": model.state_dict(), "optimizer": optimizer.state_dict(),
                    "rng": rng.bit_generator.state, "random": random.get_state(), "step": step + 1,
                },
                state_file,
            )  # fmt: skip
    return model.eval()


def rate(step: int, steps: int, warm_up: int, last: float) -> float:
    """Linear warm-up, then a cosine from 1 down to `last`."""
    if step < warm_up:
        return (step + 1) / warm_up
    return last + (1 - last) * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def _loss(model: CLIPModel, captions: Captions, pictures, grounds, concepts, random: torch.Generator) -> torch.Tensor:
    present, target = torch.unique(concepts, return_inverse=True)
    images = embed_images(model, augment(pictures, grounds, random))
    texts = embed_texts(model, captions.one_each(present, random))
    target = target.to(model.device)
    logits = model.logit_scale.exp() * images @ texts.T
    from_image = torch.nn.functional.cross_entropy(logits, target)
    right = torch.nn.functional.one_hot(target, len(present)).T.bool()
    by_text = logits.T.log_softmax(1).masked_fill(~right, -torch.inf)
    return 0.5 * (from_image - by_text.logsumexp(1).mean())


def _groups(model: CLIPModel, weight_decay: float) -> list[dict]:
    """Matrices decay; biases, norms, embeddings of one row and the scale do not."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
