"""The three tiny CLIPs: their configurations, random weights, and how they are written to disk."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPConfig, CLIPModel, CLIPVisionModel

from groups.common import FIXTURES, VISION_PREFIX, write_json

OPENAI_MEAN, OPENAI_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
VOCABULARY, END_OF_TEXT = 794, 793

SHAPE_CONFIGS = {
    # eos_token_id 2 as in all of OpenAI's CLIPs: the text tower pools at the highest id.
    "p8-32": {
        "vision": {
            "image_size": 32,
            "patch_size": 8,
            "hidden_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 1,
            "intermediate_size": 128,
            "hidden_act": "quick_gelu",
        },
        "text": {"num_hidden_layers": 2, "hidden_act": "quick_gelu", "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2},
    },
    "p16-48": {
        "vision": {
            "image_size": 48,
            "patch_size": 16,
            "hidden_size": 64,
            "num_hidden_layers": 3,
            "num_attention_heads": 2,
            "intermediate_size": 64,
            "hidden_act": "quick_gelu",
        },
        "text": {"num_hidden_layers": 2, "hidden_act": "quick_gelu", "bos_token_id": 792, "pad_token_id": END_OF_TEXT, "eos_token_id": END_OF_TEXT},
    },
    "p8-24": {
        "vision": {
            "image_size": 24,
            "patch_size": 8,
            "hidden_size": 64,
            "num_hidden_layers": 1,
            "num_attention_heads": 1,
            "intermediate_size": 128,
            "hidden_act": "gelu",
            "layer_norm_eps": 1e-6,
        },
        "text": {"num_hidden_layers": 1, "hidden_act": "gelu", "bos_token_id": 792, "pad_token_id": END_OF_TEXT, "eos_token_id": END_OF_TEXT},
    },
}


def clip_config(shape: str) -> CLIPConfig:
    text = {"vocab_size": VOCABULARY, "hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 77}
    spec = SHAPE_CONFIGS[shape]
    return CLIPConfig(text_config=text | spec["text"], vision_config=spec["vision"], projection_dim=32)


@torch.no_grad()
def random_clip(shape: str, seed: int) -> CLIPModel:
    """A CLIP in which no tensor is constant: fresh models have zero biases and unit layer norms, which hide mistakes."""
    model = CLIPModel(clip_config(shape)).eval()
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if name == "logit_scale":
            continue
        if "norm" in name or "layrnorm" in name:
            parameter.copy_((1.0 if name.endswith("weight") else 0.0) + 0.1 * noise)
        elif parameter.ndim == 1:
            parameter.copy_(0.05 * noise)
        else:
            fan_in = parameter[0].numel() if "embedding" not in name or "patch" in name else parameter.shape[-1]
            parameter.copy_(noise * fan_in**-0.5)
    return model


def vision_of(model: CLIPModel) -> CLIPVisionModel:
    """A copy of the vision tower as the class in which fine-tunes are published."""
    vision = CLIPVisionModel(model.config.vision_config).eval()
    vision.load_state_dict(model.vision_model.state_dict())
    return vision


def save(model, folder: Path, dtype: torch.dtype = torch.float32, prefixed: bool = False) -> None:
    """`save_pretrained`; `prefixed` writes a vision tower's names as transformers before 5 did."""
    model.to(dtype).save_pretrained(folder)
    if prefixed:
        tensors = load_file(folder / "model.safetensors")
        save_file({VISION_PREFIX + name: tensor for name, tensor in tensors.items()}, folder / "model.safetensors", {"format": "pt"})


def preprocessor(shape: str) -> tuple[str, dict]:
    """File name and content of the three ways in which preprocessing is described in published CLIPs."""
    side = SHAPE_CONFIGS[shape]["vision"]["image_size"]
    common = {"do_center_crop": True, "do_normalize": True, "do_resize": True, "resample": 3}
    if shape == "p8-32":
        values = {
            "crop_size": {"height": side, "width": side},
            "do_convert_rgb": True,
            "do_rescale": True,
            "image_mean": OPENAI_MEAN,
            "image_processor_type": "CLIPImageProcessor",
            "image_std": OPENAI_STD,
            "rescale_factor": 1 / 255,
            "size": {"shortest_edge": side},
        }
        return "preprocessor_config.json", common | values
    if shape == "p16-48":  # as OpenAI's own repositories have it: plain integers, and the class that is gone
        values = {
            "crop_size": side,
            "feature_extractor_type": "CLIPFeatureExtractor",
            "image_mean": OPENAI_MEAN,
            "image_std": OPENAI_STD,
            "size": side,
        }
        return "preprocessor_config.json", common | values
    values = {
        "crop_size": {"height": side, "width": side},
        "do_convert_rgb": True,
        "do_rescale": True,
        "image_mean": [0.5] * 3,
        "image_processor_type": "CLIPImageProcessor",
        "image_std": [0.5] * 3,
        "rescale_factor": 1 / 255,
        "size": {"shortest_edge": side},
    }
    return "processor_config.json", {"image_processor": common | values, "processor_class": "CLIPProcessor"}


def save_base(model: CLIPModel, shape: str, folder: Path, dtype: torch.dtype = torch.float32) -> None:
    """A complete local CLIP: weights, configuration, tokenizer and preprocessing, as `CLIPModel` and `CLIPProcessor` load it."""
    from groups import tokenizer

    save(model, folder, dtype)
    tokenizer.load().save_pretrained(folder)
    name, content = preprocessor(shape)
    write_json(folder / name, content, indent=2)


def base_folder(shape: str) -> Path:
    return FIXTURES / "merge" / shape / "base"


def expert_folders(shape: str) -> dict[str, Path]:
    """Experts by name in pool order: code-point order of their folders."""
    return {path.name: path for path in sorted((FIXTURES / "merge" / shape / "experts").iterdir())}


def load_clip(shape: str) -> CLIPModel:
    return CLIPModel.from_pretrained(base_folder(shape), dtype=torch.float32).eval()


def load_vision(folder: Path) -> CLIPVisionModel:
    return CLIPVisionModel.from_pretrained(folder, dtype=torch.float32).eval()


def image_processor(shape: str):
    """The Pillow image processor of a base folder (torchvision's resamples differently)."""
    from transformers import CLIPImageProcessorPil

    file = base_folder(shape) / preprocessor(shape)[0]
    config = json.loads(file.read_text())
    return CLIPImageProcessorPil(**{k: v for k, v in config.get("image_processor", config).items() if not k.endswith("_type")})
