"""formats/pool/: experts of merge/p8-32 as other libraries and training scripts keep them, and an adapter of its base with PEFT's own merge."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import peft
import torch
from safetensors.torch import load_file, save, save_file
from transformers import CLIPModel, CLIPVisionConfig, CLIPVisionModel

from groups.common import FIXTURES, OPEN_CLIP, canonical, write_bytes, write_json
from groups.torch_files import saved

POOL = FIXTURES / "merge" / "p8-32"
OPEN_CLIP_CONFIG = {
    "embed_dim": 32,
    "quick_gelu": True,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "patch_size": 8, "mlp_ratio": 2.0},
    "text_cfg": {"context_length": 77, "vocab_size": 794, "width": 32, "heads": 2, "layers": 2, "mlp_ratio": 2.0},
}


def expert_tensors(name: str) -> dict[str, torch.Tensor]:
    return {canonical(key): tensor for key, tensor in load_file(POOL / "experts" / name / "model.safetensors").items()}


def open_clip(expert: str, folder: Path) -> None:
    """The expert's picture tower under OpenCLIP's names, from a model of OpenCLIP itself; transformers converts it back."""
    model = CLIPModel.from_pretrained(POOL / "base", dtype=torch.float32)
    tensors = model.state_dict() | {f"vision_model.{name}": tensor for name, tensor in expert_tensors(expert).items()}
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "config.json").write_text(json.dumps(OPEN_CLIP_CONFIG))
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, Path(work) / "hugging-face.safetensors")
        environment = os.environ | {"PYTHONPATH": str(OPEN_CLIP)}
        worker = Path(__file__).with_name("openclip_worker.py")
        command = [sys.executable, "-P", str(worker), str(Path(work) / "config.json"), work, str(Path(work) / "hugging-face.safetensors")]
        result = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr[-3000:]
        original = load_file(Path(work) / "open_clip.safetensors")
    visual = {name: tensor for name, tensor in original.items() if name.startswith("visual.")}
    write_bytes(folder / "open_clip_model.safetensors", save(visual, {"format": "pt"}))
    write_json(folder / "open_clip_config.json", {"model_cfg": OPEN_CLIP_CONFIG}, indent=2)


def adapter(folder: Path, merged: Path) -> None:
    """A random LoRA adapter of the base's vision tower, and the model that PEFT makes of both."""
    base = CLIPVisionModel.from_pretrained(POOL / "base", dtype=torch.float32).eval()
    torch.manual_seed(161)
    model = peft.get_peft_model(base, peft.LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "fc1"]))
    generator = torch.Generator().manual_seed(162)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.05)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save_pretrained(folder)
    (folder / "README.md").unlink()
    config = json.loads((folder / "adapter_config.json").read_text())
    config |= {"base_model_name_or_path": "merge/p8-32/base", "target_modules": sorted(config["target_modules"])}
    write_json(folder / "adapter_config.json", config, indent=2)
    base = CLIPVisionModel.from_pretrained(POOL / "base", dtype=torch.float32).eval()
    tensors = peft.PeftModel.from_pretrained(base, folder).merge_and_unload().state_dict()
    write_bytes(merged / "model.safetensors", save({name: tensor.contiguous() for name, tensor in tensors.items()}, {"format": "pt"}))


def tiny_tower(seed: int) -> dict[str, torch.Tensor]:
    """A random tower of the engine tests' own geometry (`MICRO` in src/engine/testing/micro.ts)."""
    torch.manual_seed(seed)
    config = CLIPVisionConfig(hidden_size=4, intermediate_size=4, num_hidden_layers=1, num_attention_heads=1, image_size=4, patch_size=2, projection_dim=4)
    return {canonical(name): tensor.clone() for name, tensor in CLIPVisionModel(config).state_dict().items()}


def make(out: Path) -> None:
    folder = out / "formats" / "pool"
    shutil.rmtree(folder, ignore_errors=True)
    write_bytes(folder / "torch" / "outlines" / "pytorch_model.bin", saved(expert_tensors("outlines")))
    write_bytes(folder / "parts" / "outlines.pt", saved({"epoch": 3, "model": expert_tensors("surfaces"), "model_ema": expert_tensors("outlines")}))
    write_bytes(folder / "parts" / "micro.pt", saved({"model": tiny_tower(163), "model_ema": tiny_tower(164)}))
    open_clip("surfaces", folder / "open-clip" / "surfaces")
    adapter(folder / "lora" / "outlines", folder / "lora-merged" / "outlines")
