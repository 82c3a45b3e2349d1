"""formats/lora/: PEFT adapters on the vision tower of the model in formats/shards, and PEFT's merge_and_unload."""

import copy
import json
import shutil
import warnings
from pathlib import Path

import peft
import torch
from safetensors.torch import load_file, save
from transformers import CLIPModel, CLIPVisionModel

from groups.common import FIXTURES, tensor_sha256, versions, write_bytes, write_json
from groups.torch_files import saved

BASE = FIXTURES / "formats" / "shards" / "safetensors"
ATTENTION = ["q_proj", "v_proj"]
LINEAR = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]

ADAPTERS = {
    "plain": peft.LoraConfig(r=4, lora_alpha=8, target_modules=ATTENTION),
    "rank-patterns": peft.LoraConfig(
        r=4, lora_alpha=8, target_modules=LINEAR, rank_pattern={"fc1": 2, "layers.0.self_attn.q_proj": 3}, alpha_pattern={"fc1": 5, "out_proj": 16}
    ),
    "rslora": peft.LoraConfig(r=4, lora_alpha=6, target_modules=ATTENTION, use_rslora=True),
    "fan-in-fan-out": peft.LoraConfig(r=2, lora_alpha=4, target_modules=["fc1"], fan_in_fan_out=True),
    "bias-all": peft.LoraConfig(r=2, lora_alpha=4, target_modules=["q_proj"], bias="all"),
    "bias-lora-only": peft.LoraConfig(r=2, lora_alpha=4, target_modules=["q_proj"], bias="lora_only"),
    "lora-bias": peft.LoraConfig(r=2, lora_alpha=4, target_modules=["q_proj"], lora_bias=True),
    "modules-to-save": peft.LoraConfig(r=2, lora_alpha=4, target_modules=["q_proj"], modules_to_save=["post_layernorm"]),
    "convolution": peft.LoraConfig(r=2, lora_alpha=4, target_modules=["patch_embedding"]),
    "dora": peft.LoraConfig(r=2, lora_alpha=4, target_modules=["q_proj"], use_dora=True),
    "ia3": peft.IA3Config(target_modules=["k_proj", "fc2"], feedforward_modules=["fc2"]),
    "loha": peft.LoHaConfig(r=2, alpha=4, target_modules=["q_proj"]),
    "lokr": peft.LoKrConfig(r=2, alpha=4, target_modules=["q_proj"]),
    "adalora": peft.AdaLoraConfig(init_r=2, target_r=2, total_step=10, target_modules=["q_proj"]),
    "oft": peft.OFTConfig(r=0, oft_block_size=4, target_modules=["q_proj"]),
    "dora-convolution": peft.LoraConfig(r=2, lora_alpha=4, target_modules=["patch_embedding"], use_dora=True),
    "embedding": peft.LoraConfig(r=2, lora_alpha=4, target_modules=["position_embedding"]),
    "whole-clip": peft.LoraConfig(r=2, lora_alpha=4, target_modules=["q_proj", "visual_projection"]),
}
"""PEFT configurations by the adapter's folder."""


def base_model(name: str) -> CLIPModel | CLIPVisionModel:
    kind = CLIPModel if name == "whole-clip" else CLIPVisionModel
    return kind.from_pretrained(BASE, dtype=torch.float32).eval()


def vision_tensors(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The vision tower's, by canonical name."""
    state_dict = model.state_dict()
    nested = {name.removeprefix("vision_model."): tensor for name, tensor in state_dict.items() if name.startswith("vision_model.")}
    return nested or state_dict


def write_adapter(name: str, folder: Path, seed: int) -> None:
    """An adapter with every trainable tensor random, as `save_pretrained` writes it."""
    torch.manual_seed(seed)
    model = peft.get_peft_model(base_model(name), copy.deepcopy(ADAPTERS[name]))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.1)
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    config = json.loads((folder / "adapter_config.json").read_text())
    config |= {"base_model_name_or_path": "formats/shards/safetensors", "target_modules": sorted(config["target_modules"])}
    if name == "fan-in-fan-out":
        config["fan_in_fan_out"] = True  # PEFT itself sets it back to false as soon as it meets an nn.Linear
    write_json(folder / "adapter_config.json", config, indent=2)


def variant(source: Path, target: Path, change) -> None:
    shutil.copytree(source, target)
    change(target)


def halve(folder: Path) -> None:
    file = folder / "adapter_model.safetensors"
    write_bytes(file, save({name: tensor.half() for name, tensor in load_file(file).items()}, {"format": "pt"}))


def add_vision_prefix(folder: Path) -> None:
    """Names as with transformers before 5, whose vision model kept its tower under `vision_model`."""
    file = folder / "adapter_model.safetensors"
    write_bytes(
        file,
        save(
            {name.replace("base_model.model.", "base_model.model.vision_model."): tensor for name, tensor in load_file(file).items()},
            {"format": "pt"},
        ),
    )


def as_pickle(folder: Path) -> None:
    file = folder / "adapter_model.safetensors"
    write_bytes(folder / "adapter_model.bin", saved(load_file(file)))
    file.unlink()


def merged(folder: Path) -> dict[str, torch.Tensor]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return vision_tensors(peft.PeftModel.from_pretrained(base_model(folder.name), folder).merge_and_unload())


def make(out: Path) -> None:
    folder = out / "formats" / "lora"
    shutil.rmtree(folder, ignore_errors=True)
    for number, name in enumerate(ADAPTERS):
        write_adapter(name, folder / name, seed=100 + number)
    variant(folder / "plain", folder / "plain-fp16", halve)
    variant(folder / "plain", folder / "plain-prefixed", add_vision_prefix)
    variant(folder / "plain", folder / "plain-bin", as_pickle)

    base = vision_tensors(base_model("plain"))
    rows = {}
    for path in sorted(path for path in folder.iterdir() if path.is_dir()):
        config = json.loads((path / "adapter_config.json").read_text())
        row = {"peftType": config["peft_type"], "dora": config.get("use_dora", False)}
        source = folder / "plain" if path.name == "plain-prefixed" else path  # this PEFT finds no target for the old names
        state_dict = merged(source)
        assert set(state_dict) == set(base)
        changed = {name: tensor.contiguous() for name, tensor in state_dict.items() if not torch.equal(tensor, base[name])}
        assert changed, path.name
        if config["peft_type"] == "LORA" and path.name not in ("plain-prefixed", "plain-bin"):
            write_bytes(folder / f"{path.name}.merged.safetensors", save(changed, {"format": "pt"}))
        rows[path.name] = row | {"changed": {name: tensor_sha256(changed[name]) for name in sorted(changed)}}
    write_json(
        folder / "expected.json", {"made_with": versions("peft", "transformers", "torch"), "base": "formats/shards/safetensors", "adapters": rows}
    )
