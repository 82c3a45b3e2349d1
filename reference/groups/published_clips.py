"""published-clips.json: every plain CLIP whose weights OpenCLIP 3.3.0 knows, its geometry, and with which activation each was trained.

Left out are models that open only with another library's towers (timm, Hugging Face), CoCa, ResNets, and those without the norm
before the layers (CLIPA): their tensors tell them apart.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from groups.common import OPEN_CLIP, write_bytes

DUMP = """
import json, open_clip
from open_clip.pretrained import _PRETRAINED
configs = {name: open_clip.get_model_config(name) for name in _PRETRAINED}
tags = {name: {tag: bool(cfg.get("quick_gelu", False)) for tag, cfg in entries.items()} for name, entries in _PRETRAINED.items()}
print(json.dumps({"configs": configs, "tags": tags}))
"""

VISION_DEFAULTS = {"layers": 12, "width": 768, "head_width": 64, "mlp_ratio": 4.0, "patch_size": 16, "image_size": 224}
TEXT_DEFAULTS = {"context_length": 77, "vocab_size": 49408, "width": 512, "heads": 8, "layers": 12, "mlp_ratio": 4.0, "pool_type": "argmax"}


def is_plain(config: dict) -> bool:
    vision, text = config["vision_cfg"], config["text_cfg"]
    other_towers = vision.get("timm_model_name") or text.get("hf_model_name") or "multimodal_cfg" in config
    return not (other_towers or isinstance(vision.get("layers"), list) or vision.get("no_ln_pre") or vision.get("attentional_pool"))


def row(name: str, config: dict, tags: dict[str, bool]) -> dict:
    vision, text = VISION_DEFAULTS | config["vision_cfg"], TEXT_DEFAULTS | config["text_cfg"]
    published = {"quick_gelu": sorted(tag for tag, quick in tags.items() if quick), "gelu": sorted(tag for tag, quick in tags.items() if not quick)}
    return {
        "name": name.removesuffix("-quickgelu"),
        "vision": {
            "width": vision["width"],
            "layers": vision["layers"],
            "heads": vision["width"] // vision["head_width"],
            "mlp": int(vision["width"] * vision["mlp_ratio"]),
            "patch": vision["patch_size"],
            "image": vision["image_size"],
        },
        "text": {key: text[key] for key in ("width", "layers", "heads")}
        | {"vocab": text["vocab_size"], "length": text["context_length"], "pool": text["pool_type"]}
        | ({"end": text.get("eos_id", 2)} if text["pool_type"] == "eos" else {}),
        "published": {activation: found for activation, found in published.items() if found},
    }


def rows() -> list[dict]:
    environment = os.environ | {"PYTHONPATH": str(OPEN_CLIP)}
    result = subprocess.run([sys.executable, "-P", "-W", "ignore", "-c", DUMP], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-3000:]
    dump = json.loads(result.stdout.splitlines()[-1])
    found: dict[str, dict] = {}
    for name, config in dump["configs"].items():
        if not is_plain(config):
            continue
        new = row(name, config, dump["tags"][name])
        known = found.setdefault(new["name"], new)
        assert (known["vision"], known["text"]) == (new["vision"], new["text"]), name
        for activation, tags in new["published"].items():
            known["published"][activation] = sorted({*known["published"].get(activation, []), *tags})
    return sorted(found.values(), key=lambda row: row["name"])


def make(out: Path) -> None:
    """One line a model, so that a change of the table can be read."""
    lines = ",\n".join(json.dumps(line) for line in rows())
    write_bytes(out / "published-clips.json", f"[\n{lines}\n]\n".encode())
