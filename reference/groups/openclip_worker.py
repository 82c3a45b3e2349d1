"""Run as a subprocess with OpenCLIP on the path: builds a model, converts it with transformers' own script, runs both.

python openclip_worker.py CONFIG.json OUT_FOLDER [HUGGING_FACE.safetensors]

With a Hugging Face file it only writes that model as OpenCLIP keeps it, after the conversion has given it back bit for bit.
"""

import importlib.util
import json
import sys
import types
from pathlib import Path

import open_clip
import torch
from safetensors.torch import load_file, save_file
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


def convert(config: dict, model: torch.nn.Module) -> CLIPModel:
    """What transformers' own conversion makes of an OpenCLIP model."""
    script = conversion_script()
    converted = CLIPModel(hf_config(config)).eval()
    script.copy_text_model_and_projection(converted, model)
    script.copy_vison_model_and_projection(converted, model)
    converted.logit_scale = model.logit_scale
    return converted


PLAIN_NAMES = {"layer_norm1": "ln_1", "layer_norm2": "ln_2", "self_attn.out_proj": "attn.out_proj", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj"}


def tower(tensors: dict[str, torch.Tensor], source: str, target: str, layers: int) -> dict[str, torch.Tensor]:
    """The layers of one tower from Hugging Face's names to OpenCLIP's."""
    renamed = {}
    for layer in range(layers):
        old, new = f"{source}.encoder.layers.{layer}", f"{target}transformer.resblocks.{layer}"
        for kind in ("weight", "bias"):
            renamed |= {f"{new}.{to}.{kind}": tensors[f"{old}.{name}.{kind}"] for name, to in PLAIN_NAMES.items()}
            renamed[f"{new}.attn.in_proj_{kind}"] = torch.cat([tensors[f"{old}.self_attn.{part}_proj.{kind}"] for part in "qkv"])
    return renamed


def open_clip_from(config: dict, tensors: dict[str, torch.Tensor]) -> torch.nn.Module:
    vision, text = "vision_model", "text_model"
    renamed = tower(tensors, vision, "visual.", config["vision_cfg"]["layers"]) | tower(tensors, text, "", config["text_cfg"]["layers"])
    renamed |= {
        "visual.class_embedding": tensors[f"{vision}.embeddings.class_embedding"],
        "visual.conv1.weight": tensors[f"{vision}.embeddings.patch_embedding.weight"],
        "visual.positional_embedding": tensors[f"{vision}.embeddings.position_embedding.weight"],
        "visual.proj": tensors["visual_projection.weight"].T,
        "token_embedding.weight": tensors[f"{text}.embeddings.token_embedding.weight"],
        "positional_embedding": tensors[f"{text}.embeddings.position_embedding.weight"],
        "text_projection": tensors["text_projection.weight"].T,
        "logit_scale": tensors["logit_scale"],
    }
    for kind in ("weight", "bias"):
        renamed[f"visual.ln_pre.{kind}"] = tensors[f"{vision}.pre_layrnorm.{kind}"]
        renamed[f"visual.ln_post.{kind}"] = tensors[f"{vision}.post_layernorm.{kind}"]
        renamed[f"ln_final.{kind}"] = tensors[f"{text}.final_layer_norm.{kind}"]
    model = open_clip.model.CLIP(**config).eval()
    model.load_state_dict(renamed, strict=True)
    return model


def write_open_clip(model: torch.nn.Module, out: Path) -> None:
    save_file({name: tensor.contiguous().clone() for name, tensor in model.state_dict().items()}, out / "open_clip.safetensors")


@torch.no_grad()
def main() -> None:
    config, out = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    if len(sys.argv) > 3:
        tensors = load_file(sys.argv[3])
        model = open_clip_from(config, tensors)
        back = convert(config, model).state_dict()
        assert set(back) == set(tensors)
        assert all(torch.equal(back[name], tensor) for name, tensor in tensors.items())
        write_open_clip(model, out)
        return
    model = random_open_clip(config, seed=81)
    write_open_clip(model, out)
    converted = convert(config, model)
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
