"""formats/settings/: what configurations make of the same weights, where only they tell: OpenCLIP's settings, transformers' activations."""

import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import CLIPModel
from transformers.activations import ACT2FN

from groups import clip, tokenizer
from groups.clips import load_clip
from groups.common import FIXTURES, OPEN_CLIP, float32_list, versions, write_json
from groups.formats_layouts import OPEN_CLIP_CONFIG
from groups.formats_pool import OPEN_CLIP_CONFIG as POOL_CONFIG

LAYOUT = FIXTURES / "formats" / "layouts"
WEIGHTS = LAYOUT / "open-clip" / "open_clip_model.safetensors"

# The end token is 39; the second prompt has it twice, the third holds a token with the id 2.
IDS = [[38, 3, 4, 39, 0, 0, 0, 0], [38, 9, 39, 31, 17, 5, 39, 0], [38, 2, 39, 0, 0, 0, 0, 0]]

TEXT_SETTINGS = {
    "text pool last": {"pool_type": "last"},
    "text pool first": {"pool_type": "first"},
    "text pool eos": {"pool_type": "eos", "eos_id": 39},
    "text pool eos by default": {"pool_type": "eos"},
    "text pool argmax": {"pool_type": "argmax"},
    "text without causal mask": {"no_causal_mask": True},
    "text pool last without causal mask": {"pool_type": "last", "no_causal_mask": True},
    "text final norm after pool": {"final_ln_after_pool": True},
    "text norm": {"norm_kwargs": {"eps": 0.001}},
    "text gelu by tanh": {"act_kwargs": {"approximate": "tanh"}},
    "text without effect": {"pad_id": 3, "output_tokens": False, "block_type": "custom"},
}
VISION_SETTINGS = {
    "vision pool avg": {"pool_type": "avg"},
    "vision pool avg, then norm": {"pool_type": "avg", "final_ln_after_pool": True},
    "vision pool tok, then norm": {"pool_type": "tok", "final_ln_after_pool": True},
    "vision norm": {"norm_kwargs": {"eps": 0.001}},
    "vision gelu by tanh": {"act_kwargs": {"approximate": "tanh"}},
    "vision without effect": {"patch_dropout": 0.5, "pos_embed_type": "sin_cos_2d", "attn_pooler_heads": 4},
}
MODEL_SETTINGS = {
    "gelu": {"quick_gelu": False},
    "quick_gelu with act_kwargs": {"quick_gelu": True, "vision_cfg": {"act_kwargs": {"approximate": "tanh"}}},
    "an unknown setting": {"vision_cfg": {"pooling": "mean"}},
}
POOL_SETTINGS = {
    "last": {"pool_type": "last"},
    "last without causal mask": {"pool_type": "last", "no_causal_mask": True},
    "without causal mask": {"no_causal_mask": True},
    "first": {"pool_type": "first"},
}
PROMPTS = clip.PROMPTS[:4]
PAD = {"zeros": 0, "end token": 793}


def with_settings(base: dict, changes: dict) -> dict:
    config = copy.deepcopy(base)
    for key, value in changes.items():
        config[key] = config[key] | value if isinstance(value, dict) else value
    return config


def run(weights: Path, pixels: torch.Tensor, cases: dict[str, dict]) -> dict:
    with tempfile.TemporaryDirectory() as work:
        save_file({"pixel_values": pixels.contiguous()}, Path(work) / "pixels.safetensors")
        job = {"weights": str(weights), "pixels": str(Path(work) / "pixels.safetensors"), "cases": cases}
        (Path(work) / "cases.json").write_text(json.dumps(job))
        worker = Path(__file__).with_name("settings_worker.py")
        command = [sys.executable, "-P", "-W", "ignore", str(worker), str(Path(work) / "cases.json"), str(Path(work) / "out.json")]
        result = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(OPEN_CLIP)}, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr[-3000:]
        return json.loads((Path(work) / "out.json").read_text())


def open_clip_settings() -> dict:
    gelu = {"quick_gelu": False}
    settings = {name: gelu | {"text_cfg": change} for name, change in TEXT_SETTINGS.items()}
    settings |= {name: gelu | {"vision_cfg": change} for name, change in VISION_SETTINGS.items()}
    settings |= MODEL_SETTINGS
    pixels = json.loads((LAYOUT / "expected.json").read_text())["openClip"]["pixelValues"]
    side = OPEN_CLIP_CONFIG["vision_cfg"]["image_size"]
    tensor = torch.tensor(np.array(pixels, dtype=np.float32).reshape(-1, 3, side, side))
    return run(WEIGHTS, tensor, {name: {"config": with_settings(OPEN_CLIP_CONFIG, change), "ids": IDS} for name, change in settings.items()})


def prompts() -> dict:
    """merge/p8-32/base as OpenCLIP computes its prompts, filled up to the context length with zeros or by the tokenizer."""
    model = load_clip("p8-32")
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "config.json").write_text(json.dumps(POOL_CONFIG))
        save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, Path(work) / "hugging-face.safetensors")
        worker = Path(__file__).with_name("openclip_worker.py")
        command = [sys.executable, "-P", str(worker), str(Path(work) / "config.json"), work, str(Path(work) / "hugging-face.safetensors")]
        result = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(OPEN_CLIP)}, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr[-3000:]
        encoded = tokenizer.load()(PROMPTS)["input_ids"]
        cases = {}
        for name, change in POOL_SETTINGS.items():
            for padding, token in PAD.items():
                ids = [row + [token] * (77 - len(row)) for row in encoded]
                cases[f"{name}, {padding}"] = {"config": with_settings(POOL_CONFIG, {"text_cfg": change}), "ids": ids}
        found = run(Path(work) / "open_clip.safetensors", torch.zeros(1, 3, 32, 32), cases)
    return {name: row["textEmbeds"] for name, row in found.items()}


@torch.no_grad()
def activations() -> dict:
    """merge/p8-32/base with every activation of transformers that this program computes."""
    folder = FIXTURES / "merge" / "p8-32" / "base"
    pixels = clip.pixel_values("p8-32")[1:2]
    ids = tokenizer.load()(PROMPTS[:1], return_tensors="pt")["input_ids"]
    names = [name for name in sorted(ACT2FN) if "gelu" in name or name in ("relu", "silu", "swish")]
    results = {}
    for name in names:
        if name == "gelu_10":  # clipped at 10: another function
            continue
        model = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
        for tower in (model.vision_model, model.text_model):
            for layer in tower.encoder.layers:
                layer.mlp.activation_fn = ACT2FN[name]
        image = model.visual_projection(model.vision_model(pixels).pooler_output)
        text = model.text_projection(model.text_model(ids).pooler_output)
        results[name] = {"imageEmbeds": float32_list(image), "textEmbeds": float32_list(text)}
    return {"prompt": PROMPTS[0], "pixelValues": float32_list(pixels), "activations": results}


def make(out: Path) -> None:
    folder = out / "formats" / "settings"
    shutil.rmtree(folder, ignore_errors=True)
    content = {
        "made_with": versions("transformers", "torch") | {"open_clip_torch": "3.3.0"},
        "ids": IDS,
        "openClip": open_clip_settings(),
        "prompts": {"texts": PROMPTS, "textEmbeds": prompts()},
        "hiddenAct": activations(),
    }
    write_json(folder / "expected.json", content, indent=None)
