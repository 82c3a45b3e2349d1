"""Run as a subprocess with OpenCLIP on the path: builds a model, converts it with transformers' own script, runs both.

python openclip_worker.py CONFIG.json OUT_FOLDER
"""

import importlib.util
import json
import sys
import types
from pathlib import Path

import open_clip
import torch
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel


def random_open_clip(model_config: dict, seed: int) -> torch.nn.Module:
    """Every tensor random, and representable in fp16."""
    model = open_clip.model.CLIP(**model_config).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            ones = 1.0 if "ln_" in name and name.endswith("weight") else 0.0
            parameter.copy_((torch.tensor(2.6592) if name == "logit_scale" else ones + 0.1 * noise).half().float())
    return model


def conversion_script():
    """transformers' convert_clip_original_pytorch_to_hf.py; it imports OpenAI's package only to load files."""
    sys.modules["clip"] = types.SimpleNamespace(load=None)
    path = Path(sys.prefix) / "conversion" / "convert_clip_original_pytorch_to_hf.py"
    spec = importlib.util.spec_from_file_location("conversion", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hf_config(config: dict) -> CLIPConfig:
    """The Hugging Face configuration of the same model, with CLIP's convention of 64 values per head."""
    vision, text = config["vision_cfg"], config["text_cfg"]
    activation = "quick_gelu" if config.get("quick_gelu") else "gelu"
    return CLIPConfig(
        projection_dim=config["embed_dim"],
        vision_config={"image_size": vision["image_size"], "patch_size": vision["patch_size"], "hidden_size": vision["width"], "num_hidden_layers": vision["layers"],
                       "num_attention_heads": vision["width"] // 64, "intermediate_size": int(vision["width"] * vision["mlp_ratio"]), "hidden_act": activation},
        text_config={"vocab_size": text["vocab_size"], "max_position_embeddings": text["context_length"], "hidden_size": text["width"], "num_hidden_layers": text["layers"],
                     "num_attention_heads": text["heads"], "intermediate_size": int(text["width"] * text["mlp_ratio"]), "hidden_act": activation, "eos_token_id": 2,
                     "bos_token_id": 0, "pad_token_id": 1},
    )  # fmt: skip


@torch.no_grad()
def main() -> None:
    config, out = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    model = random_open_clip(config, seed=81)
    save_file({name: tensor.clone() for name, tensor in model.state_dict().items()}, out / "open_clip.safetensors")

    script = conversion_script()
    converted = CLIPModel(hf_config(config)).eval()
    script.copy_text_model_and_projection(converted, model)
    script.copy_vison_model_and_projection(converted, model)
    converted.logit_scale = model.logit_scale
    converted.save_pretrained(out / "converted")

    side = config["vision_cfg"]["image_size"]
    pixels = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(82))
    ids = torch.tensor([[38, 3, 4, 39, 0, 0, 0, 0], [38, 9, 20, 31, 17, 5, 39, 0]])
    outputs = {"pixel_values": pixels, "ids": ids, "image_features": model.encode_image(pixels), "text_features": model.encode_text(ids)}
    scale = outputs["image_features"].abs().max(), outputs["text_features"].abs().max()
    image, text = (
        converted.visual_projection(converted.vision_model(pixels).pooler_output),
        converted.text_projection(converted.text_model(ids).pooler_output),
    )
    assert (image - outputs["image_features"]).abs().max() < 1e-5 * scale[0]
    assert (text - outputs["text_features"]).abs().max() < 1e-5 * scale[1]
    save_file({name: tensor.contiguous() for name, tensor in outputs.items()}, out / "outputs.safetensors")


if __name__ == "__main__":
    main()
