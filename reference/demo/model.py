"""The demo's CLIP: three layers to see, two to read."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from transformers import CLIPConfig, CLIPModel

from .augment import IMAGE
from .tokenizer import END, START

CONTEXT = 32


def config(tokenizer: Tokenizer) -> CLIPConfig:
    """The architecture; vision 2.4 million parameters, of which an expert changes all."""
    start, end = tokenizer.token_to_id(START), tokenizer.token_to_id(END)
    return CLIPConfig(
        vision_config={
            "hidden_size": 256, "intermediate_size": 1024, "num_hidden_layers": 3, "num_attention_heads": 8,
            "image_size": IMAGE, "patch_size": 8, "projection_dim": 96, "hidden_act": "quick_gelu",
        },
        text_config={
            "vocab_size": tokenizer.get_vocab_size(), "hidden_size": 128, "intermediate_size": 512, "num_hidden_layers": 2,
            "num_attention_heads": 4, "max_position_embeddings": CONTEXT, "projection_dim": 96, "hidden_act": "quick_gelu",
            "bos_token_id": start, "eos_token_id": end, "pad_token_id": end,
        },
        projection_dim=96,
    )  # fmt: skip


def embed_images(model: CLIPModel, pixel_values: torch.Tensor) -> torch.Tensor:
    """Normalised image embeddings `[n, 96]`, on the model's device."""
    pooled = model.vision_model(pixel_values=pixel_values.to(model.device)).pooler_output
    return F.normalize(model.visual_projection(pooled), dim=-1)


def embed_texts(model: CLIPModel, input_ids: torch.Tensor) -> torch.Tensor:
    """Normalised text embeddings `[n, 96]`; rows are padded with the end token, which causal attention never sees."""
    pooled = model.text_model(input_ids=input_ids.to(model.device)).pooler_output
    return F.normalize(model.text_projection(pooled), dim=-1)


class Captions:
    """Token ids of every caption of every concept, padded with the end token."""

    def __init__(self, tokenizer: Tokenizer, captions: list[tuple[str, ...]]):
        end = tokenizer.token_to_id(END)
        encoded = [[tokenizer.encode(text).ids for text in texts] for texts in captions]
        longest = max(len(ids) for rows in encoded for ids in rows)
        if longest > CONTEXT:
            raise ValueError(f"a caption has {longest} tokens, the text tower reads {CONTEXT}")
        flat = [ids + [end] * (longest - len(ids)) for rows in encoded for ids in rows]
        self._ids = torch.tensor(flat)
        self._lengths = torch.tensor([len(ids) for rows in encoded for ids in rows])
        self._counts = torch.tensor([len(rows) for rows in encoded])
        self._starts = torch.cumsum(self._counts, 0) - self._counts

    def one_each(self, concepts: torch.Tensor, random: torch.Generator) -> torch.Tensor:
        """One random caption of each concept, cut to the longest of them."""
        picks = (torch.rand(len(concepts), generator=random) * self._counts[concepts]).long()
        return self._rows(self._starts[concepts] + picks)

    def embeddings(self, model: CLIPModel) -> torch.Tensor:
        """The mean caption embedding of every concept `[concepts, 96]`, normalised."""
        with torch.no_grad():
            parts = [embed_texts(model, self._rows(rows)) for rows in torch.arange(len(self._ids)).split(512)]
        every = torch.cat(parts)
        owner = torch.repeat_interleave(torch.arange(len(self._counts)), self._counts).to(every.device)
        return F.normalize(every.new_zeros(len(self._counts), every.shape[1]).index_add_(0, owner, every), dim=-1)

    def _rows(self, rows: torch.Tensor) -> torch.Tensor:
        return self._ids[rows][:, : int(self._lengths[rows].max())]
