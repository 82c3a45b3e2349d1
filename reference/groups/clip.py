"""clip/<shape>/: what transformers' CLIPModel (fp32, CPU) computes on the three bases: vision, text and logits."""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from transformers import CLIPModel

from groups import tokenizer
from groups.clips import END_OF_TEXT, image_processor, load_clip, vision_of
from groups.common import FIXTURES, SHAPES, float32_list, versions, write_bytes, write_json
from groups.pictures import picture

PROMPTS = [
    "a photo of a circle",
    "a photo of a checkered pattern",
    "A drawing of a woven texture, don't you think?",
    "",
    "café 🙂 一",
    "a photo of a large red triangle and a small blue square and " * 12,
]
"""The last is cut to 77 ids, the whole context."""

RAW_IDS = {
    "two end tokens": [792, 320, 793, 516, 793],
    "no end token, highest id not first": [320, 792, 516, 512],
    "end token only": [793],
    "start token after the end token": [320, 793, 792, 512, 516],
    "no end token, highest id twice": [320, 516, 792, 320, 792, 512],
}

POOLING_TOKENS = (2, END_OF_TEXT, 512)
"""Values of `eos_token_id`: 2 pools at the first highest id, any other at its first occurrence (at position 0 where it does not occur)."""


def pixel_values(shape: str) -> torch.Tensor:
    """One drawn picture through the shape's own processor, and two of noise beyond the range of real pictures."""
    drawn = image_processor(shape)(picture("outlines", "ring", 500_000), return_tensors="pt")["pixel_values"]
    noise = torch.randn(2, *drawn.shape[1:], generator=torch.Generator().manual_seed(51)) * 1.5
    return torch.cat([drawn, noise])


def rows(tensor: torch.Tensor) -> list[list[float]]:
    return [float32_list(row) for row in tensor]


def vision_outputs(model: CLIPModel, pixels: torch.Tensor) -> dict:
    pooled = model.vision_model(pixels).pooler_output
    embeds = model.visual_projection(pooled)
    return {"pooled": rows(pooled), "imageEmbeds": rows(embeds)}


def text_row(model: CLIPModel, ids: list[int]) -> dict:
    """Pooled output and text embedding of one sequence without padding, for every way of pooling."""
    configured = model.text_model.eos_token_id
    pooling = {}
    for token in POOLING_TOKENS:
        model.text_model.eos_token_id = token
        pooled = model.text_model(torch.tensor([ids])).pooler_output
        pooling[str(token)] = {"pooled": float32_list(pooled[0]), "textEmbeds": float32_list(model.text_projection(pooled)[0])}
    model.text_model.eos_token_id = configured
    return {"ids": ids, "eosTokenId": pooling}


@torch.no_grad()
def expectation(shape: str, out: Path) -> dict:
    model = load_clip(shape)
    pixels = pixel_values(shape)
    write_bytes(out / "pixel-values.bin", pixels.numpy().astype("<f4").tobytes())
    first = model.vision_model(pixels[:1], output_hidden_states=True)
    states = first.hidden_states
    assert torch.equal(model.vision_model.post_layernorm(states[-1][:, 0]), first.pooler_output)
    assert torch.equal(model.vision_model.pre_layrnorm(model.vision_model.embeddings(pixels[:1])), states[0])
    write_bytes(out / "hidden-states.bin", np.stack([state[0].numpy() for state in states]).astype("<f4").tobytes())

    encode = tokenizer.load()
    prompts = [{"text": text} | text_row(model, encode(text, truncation=True)["input_ids"]) for text in PROMPTS]
    raw = [{"name": name} | text_row(model, ids) for name, ids in RAW_IDS.items()]
    batch = encode(PROMPTS, truncation=True, padding=True, return_tensors="pt")
    whole = model(**batch, pixel_values=pixels)
    configured = str(model.text_model.eos_token_id)

    merged = vision_of(model)
    merged.load_state_dict(load_file(FIXTURES / "merge" / shape / "merged-0.3.safetensors"))
    base_vision = vision_outputs(model, pixels)
    model.vision_model = merged
    return {
        "made_with": versions("transformers", "torch"),
        "configuredEosTokenId": int(configured),
        "pixelValues": list(pixels.shape),
        "hiddenStates": [len(states), *states[0].shape[1:]],
        "vision": base_vision,
        "mergedVision": vision_outputs(model, pixels),
        "logitScale": float(model.logit_scale.exp()),
        "prompts": prompts,
        "rawIds": raw,
        "logitsPerImage": rows(whole.logits_per_image),
    }


def make(out: Path) -> None:
    for shape in SHAPES:
        write_json(out / "clip" / shape / "expected.json", expectation(shape, out / "clip" / shape), indent=None)
