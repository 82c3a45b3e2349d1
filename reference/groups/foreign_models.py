"""Tensor names and shapes of models that are not CLIP, or not CLIP alone: what a reader has to recognise by name."""

import json
import os
import subprocess
import sys

import torch
import transformers
from transformers import CLIPConfig, CLIPTextConfig, CLIPVisionConfig

from groups.common import OPEN_CLIP

SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
TEXT = SMALL | {"vocab_size": 40, "max_position_embeddings": 8, "bos_token_id": 38, "eos_token_id": 39, "pad_token_id": 39}
VISION = SMALL | {"image_size": 16, "patch_size": 8}

OPEN_CLIP_MODELS = """
import json, open_clip, torch
text = dict(context_length=8, vocab_size=40, width=64, heads=1, layers=1)
vision = dict(image_size=32, layers=1, width=64, patch_size=8)
made = {
    "OpenCLIP ResNet": open_clip.model.CLIP(16, dict(image_size=64, layers=[1, 1, 1, 1], width=8), text),
    "OpenCLIP custom text": open_clip.model.CustomTextCLIP(16, vision, text),
    "OpenCLIP without pre-norm, attention pool": open_clip.model.CLIP(16, vision | dict(no_ln_pre=True, attentional_pool=True, attn_pooler_heads=1), text),
    "OpenCLIP on timm (EVA)": open_clip.model.CustomTextCLIP(16, dict(image_size=32, timm_model_name="eva02_tiny_patch14_224", timm_model_pretrained=False, timm_pool="token"), text),
    "OpenCLIP CoCa": open_clip.coca_model.CoCa(16, dict(width=64, heads=1, layers=1, context_length=8, vocab_size=40), text | dict(embed_cls=True, output_tokens=True), vision | dict(attentional_pool=True, attn_pooler_heads=1, output_tokens=True)),
}
print(json.dumps({name: {key: list(t.shape) for key, t in model.state_dict().items()} for name, model in made.items()}))
"""


def shapes(model: torch.nn.Module) -> dict[str, list[int]]:
    return {name: list(tensor.shape) for name, tensor in model.state_dict().items()}


def from_transformers() -> dict[str, torch.nn.Module]:
    clip = CLIPConfig(text_config=TEXT, vision_config=VISION, projection_dim=8)
    vision, text = CLIPVisionConfig(**VISION, projection_dim=8), CLIPTextConfig(**TEXT, projection_dim=8)
    siglip = transformers.SiglipConfig(text_config=TEXT, vision_config=VISION)
    return {
        "CLIPModel": transformers.CLIPModel(clip),
        "CLIPVisionModel": transformers.CLIPVisionModel(vision),
        "CLIPVisionModelWithProjection": transformers.CLIPVisionModelWithProjection(vision),
        "CLIPTextModel": transformers.CLIPTextModel(text),
        "CLIPTextModelWithProjection": transformers.CLIPTextModelWithProjection(text),
        "CLIPForImageClassification": transformers.CLIPForImageClassification(clip),
        "SiglipModel": transformers.SiglipModel(siglip),
        "SiglipVisionModel": transformers.SiglipVisionModel(siglip.vision_config),
        "Dinov2Model": transformers.Dinov2Model(
            transformers.Dinov2Config(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=16, patch_size=8)
        ),
        "ViTForImageClassification": transformers.ViTForImageClassification(transformers.ViTConfig(**VISION)),
        "ChineseCLIPModel": transformers.ChineseCLIPModel(
            transformers.ChineseCLIPConfig(text_config=SMALL | {"vocab_size": 40, "max_position_embeddings": 8}, vision_config=VISION)
        ),
        "CLIPSegForImageSegmentation": transformers.CLIPSegForImageSegmentation(
            transformers.CLIPSegConfig(
                text_config=TEXT,
                vision_config=VISION,
                projection_dim=8,
                reduce_dim=8,
                extract_layers=[0],
                decoder_num_attention_heads=1,
                decoder_intermediate_size=8,
            )
        ),
        "ResNetModel": transformers.ResNetModel(transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8], depths=[1])),
        "BertModel": transformers.BertModel(transformers.BertConfig(**SMALL, vocab_size=40, max_position_embeddings=8)),
    }


def from_open_clip() -> dict[str, dict[str, list[int]]]:
    environment = os.environ | {"PYTHONPATH": str(OPEN_CLIP)}
    result = subprocess.run([sys.executable, "-W", "ignore", "-c", OPEN_CLIP_MODELS], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-3000:]
    return json.loads(result.stdout.splitlines()[-1])


def foreign_models() -> dict[str, dict[str, list[int]]]:
    """Shapes by tensor name, as `state_dict()` of each model has them, by the model's class."""
    return {name: shapes(model) for name, model in from_transformers().items()} | from_open_clip()
