"""formats/layouts/: OpenCLIP's layout and its conversion, exports with position_ids, and the tensor names of other models."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from transformers import CLIPVisionModel

from groups.common import (
    OPEN_CLIP,
    canonical,
    float32_list,
    hashes,
    tensor_sha256,
    versions,
    write_bytes,
    write_json,
)
from groups.foreign_models import foreign_models
from groups.formats_shards import tiny_clip

OPEN_CLIP_CONFIG = {
    "embed_dim": 16,
    "quick_gelu": True,
    "vision_cfg": {"image_size": 16, "layers": 2, "width": 64, "patch_size": 8, "mlp_ratio": 1.0},
    "text_cfg": {"context_length": 8, "vocab_size": 40, "width": 64, "heads": 1, "layers": 1, "mlp_ratio": 1.0},
}
PREPROCESS = {
    "mean": [0.48145466, 0.4578275, 0.40821073],
    "std": [0.26862954, 0.26130258, 0.27577711],
    "interpolation": "bicubic",
    "resize_mode": "shortest",
}


def open_clip(folder: Path) -> dict:
    """The OpenCLIP file as published on the Hub (fp16), and what transformers' conversion makes of its tensors."""
    with tempfile.TemporaryDirectory() as work:
        config = Path(work) / "config.json"
        config.write_text(json.dumps(OPEN_CLIP_CONFIG))
        environment = os.environ | {"PYTHONPATH": str(OPEN_CLIP)}
        worker = Path(__file__).with_name("openclip_worker.py")
        result = subprocess.run([sys.executable, "-P", str(worker), str(config), work], env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr[-3000:]
        original = load_file(Path(work) / "open_clip.safetensors")
        converted = load_file(Path(work) / "converted" / "model.safetensors")
        hf_config = json.loads((Path(work) / "converted" / "config.json").read_text())
        outputs = load_file(Path(work) / "outputs.safetensors")
    halves = {name: tensor.half() for name, tensor in original.items()}
    assert all(torch.equal(halves[name].float(), tensor) for name, tensor in original.items())
    write_bytes(folder / "open_clip_model.safetensors", save(halves, {"format": "pt"}))
    write_json(folder / "open_clip_config.json", {"model_cfg": OPEN_CLIP_CONFIG, "preprocess_cfg": PREPROCESS}, indent=2)
    return {
        "tensors": {name: {"shape": list(tensor.shape), "sha256": tensor_sha256(tensor.half())} for name, tensor in sorted(converted.items())},
        "config": hf_config,
        "pixelValues": float32_list(outputs["pixel_values"]),
        "ids": outputs["ids"].tolist(),
        "imageEmbeds": [float32_list(row) for row in outputs["image_features"]],
        "textEmbeds": [float32_list(row) for row in outputs["text_features"]],
    }


def with_position_ids(folder: Path) -> dict:
    """A base and an expert as transformers before 4.31 exported them, and FusionBench's merge of the two."""
    from fusion_bench.method import TaskArithmeticAlgorithm

    from groups.fusionbench import merged_folders

    base, tuned = tiny_clip(91), tiny_clip(91)
    generator = torch.Generator().manual_seed(92)
    with torch.no_grad():
        for parameter in tuned.vision_model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.01)
    positions = torch.arange(5)
    exports = {
        "base": base.state_dict()
        | {"text_model.embeddings.position_ids": torch.arange(8)[None], "vision_model.embeddings.position_ids": positions[None]},
        "expert": {name: tensor for name, tensor in tuned.state_dict().items() if name.startswith("vision_model.")}
        | {"vision_model.embeddings.position_ids": positions[None]},
        "expert-float-ids": {f"vision_model.{canonical(name)}": tensor for name, tensor in tuned.vision_model.state_dict().items()}
        | {"vision_model.embeddings.position_ids": positions.float() * 0.9999},
    }
    for name, tensors in exports.items():
        halves = {key: tensor.half() if tensor.is_floating_point() and "position_ids" not in key else tensor for key, tensor in tensors.items()}
        write_bytes(folder / name / "model.safetensors", save(halves, {"format": "pt"}))
        config = base.config if name == "base" else base.config.vision_config
        config.architectures = ["CLIPModel" if name == "base" else "CLIPVisionModel"]
        write_bytes(folder / name / "config.json", (config.to_json_string() + "\n").encode())
    results = {
        name: hashes(merged_folders(TaskArithmeticAlgorithm(scaling_factor=0.3), folder / "base", {"expert": folder / name}).state_dict())
        for name in ("expert", "expert-float-ids")
    }
    assert results["expert"] == results["expert-float-ids"]
    assert "embeddings.position_ids" not in CLIPVisionModel.from_pretrained(folder / "base").state_dict()
    return {"mergedAt0.3": results["expert"]}


def make(out: Path) -> None:
    folder = out / "formats" / "layouts"
    shutil.rmtree(folder, ignore_errors=True)
    content = {
        "made_with": versions("transformers", "fusion-bench", "torch") | {"open_clip_torch": "3.3.0", "conversion": "transformers 4.46.3"},
        "openClip": open_clip(folder / "open-clip"),
        "positionIds": with_position_ids(folder / "position-ids"),
    }
    write_json(folder / "expected.json", content, indent=None)
    write_json(folder / "foreign.json", foreign_models(), indent=None)
