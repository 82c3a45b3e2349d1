"""Loads a merged model with transformers and scores pictures with it, to compare with what another program says.

    python reference/check_merged.py MERGED... --base FOLDER --images FOLDER [--logits FILE] [--write FILE] [--tolerance 1e-4]
    python reference/check_merged.py MERGED... --base FOLDER --expected merge/<shape>/expected.json --scaling-factor 0.3

MERGED is a model.safetensors or a folder with one: a vision tower (with or without `vision_model.`) or a whole CLIP.
--base is the whole CLIP that gives configuration, tokenizer, preprocessing and, for a vision tower, the text side.
--images is a folder of tasks (task/class/picture) with a tasks.json. --logits compares with a file as --write makes it:
{ task: { "images": [path, ...], "logits": [[...], ...] } }. The exit status is 1 where anything differs.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from safetensors import safe_open
from torch.nn import functional as F
from transformers import CLIPImageProcessorPil, CLIPModel, CLIPTokenizer, CLIPVisionModel

from groups.common import canonical, read_json, tensor_sha256, write_json

BATCH = 128
SHOWN = 5
"""How many differing tensors are named."""


def weights_file(path: Path) -> Path:
    return path / "model.safetensors" if path.is_dir() else path


def load_merged(path: Path, base: Path) -> tuple[CLIPModel, CLIPVisionModel]:
    """The CLIP that scores (fp32) and the merged vision tower in it; fails where transformers misses a tensor."""
    with safe_open(weights_file(path), "pt") as file:
        whole = any(name.startswith("text_model.") for name in file.keys())
    with tempfile.TemporaryDirectory() as folder:
        config = path / "config.json" if (path / "config.json").is_file() else base / "config.json"
        shutil.copy(config, Path(folder) / "config.json")
        shutil.copy(weights_file(path), Path(folder) / "model.safetensors")
        kind = CLIPModel if whole else CLIPVisionModel
        model, report = kind.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    if report["missing_keys"] or report["mismatched_keys"] or (whole and report["unexpected_keys"]):
        raise SystemExit(
            f"{path}: transformers reports missing {report['missing_keys']}, mismatched {report['mismatched_keys']}, unexpected {report['unexpected_keys']}"
        )
    clip = model if whole else CLIPModel.from_pretrained(base, dtype=torch.float32)
    if not whole:
        clip.vision_model.load_state_dict(model.state_dict())
    return clip.eval(), clip.vision_model


def image_processor(base: Path) -> CLIPImageProcessorPil:
    file = next(base / name for name in ("preprocessor_config.json", "processor_config.json") if (base / name).is_file())
    config = read_json(file)
    return CLIPImageProcessorPil(**{key: value for key, value in config.get("image_processor", config).items() if not key.endswith("_type")})


def zero_shot_head(clip: CLIPModel, tokenizer: CLIPTokenizer, task: dict) -> torch.Tensor:
    rows = []
    for classname in task["classnames"]:
        inputs = tokenizer([template.replace("{}", classname) for template in task["templates"]], padding=True, return_tensors="pt")
        embeds = F.normalize(clip.text_projection(clip.text_model(**inputs).pooler_output), dim=-1)
        rows.append(F.normalize(embeds.mean(0), dim=-1))
    return torch.stack(rows)


@torch.no_grad()
def score(clip: CLIPModel, base: Path, images: Path) -> dict[str, dict]:
    """Logits of every picture for its task's classes, pictures in the order of their paths."""
    from PIL import Image

    tokenizer, processor = CLIPTokenizer.from_pretrained(base), image_processor(base)
    scored = {}
    for name, task in read_json(images / "tasks.json").items():
        head = zero_shot_head(clip, tokenizer, task)
        folders = sorted(folder.name for folder in (images / name).iterdir() if folder.is_dir())
        paths = sorted(path for path in (images / name).rglob("*") if path.is_file())
        logits = []
        for start in range(0, len(paths), BATCH):
            opened = [Image.open(path).convert("RGB") for path in paths[start : start + BATCH]]
            embeds = clip.visual_projection(clip.vision_model(processor(opened, return_tensors="pt")["pixel_values"]).pooler_output)
            logits += (F.normalize(embeds, dim=-1) @ head.t() * clip.logit_scale.exp()).tolist()
        labels = [folders.index(path.parent.name) for path in paths]
        right = sum(row.index(max(row)) == label for row, label in zip(logits, labels))
        print(f"  {name}: {right} of {len(paths)} right, accuracy {right / len(paths):.4f}")
        scored[name] = {"images": [str(path.relative_to(images)) for path in paths], "logits": logits}
    return scored


def compare_logits(scored: dict, expected: dict, tolerance: float) -> bool:
    """Whether all logits agree within `tolerance` of the largest, and all predictions agree."""
    same = set(scored) == set(expected)
    for task in set(scored) & set(expected):
        by_image = dict(zip(expected[task]["images"], expected[task]["logits"]))
        if sorted(by_image) != sorted(scored[task]["images"]):
            print(f"  {task}: the two do not score the same pictures")
            same = False
            continue
        ours = torch.tensor(scored[task]["logits"])
        theirs = torch.tensor([by_image[image] for image in scored[task]["images"]])
        error = ((ours - theirs).abs().max() / ours.abs().max()).item()
        disagree = (ours.argmax(1) != theirs.argmax(1)).sum().item()
        print(f"  {task}: largest relative difference {error:.2e}, {disagree} predictions differ")
        same = same and error <= tolerance and disagree == 0
    return same


def compare_tensors(vision: CLIPVisionModel, expected: dict, scaling_factor: str) -> bool:
    """Whether every tensor of the vision tower has the bytes that FusionBench's merge has."""
    hashes = expected["scaling_factors"][scaling_factor]
    found = {canonical(name): tensor_sha256(tensor) for name, tensor in vision.state_dict().items()}
    wrong = sorted(name for name in hashes.keys() | found.keys() if hashes.get(name) != found.get(name))
    print(
        f"  {len(hashes) - len(wrong)} of {len(hashes)} tensors have FusionBench's bytes"
        + "".join(f"\n    differs: {name}" for name in wrong[:SHOWN])
    )
    return not wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("merged", nargs="+", type=Path)
    parser.add_argument("--base", required=True, type=Path)
    parser.add_argument("--images", type=Path)
    parser.add_argument("--logits", type=Path)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--expected", type=Path)
    parser.add_argument("--scaling-factor", default="0.3")
    arguments = parser.parse_args()
    if not (arguments.images or arguments.expected) or (arguments.logits and not arguments.images):
        parser.error("give --images (with --logits to compare) or --expected")

    same = True
    for path in arguments.merged:
        clip, vision = load_merged(path, arguments.base)
        print(f"{path}: {sum(p.numel() for p in vision.parameters())} parameters in the vision tower, loaded whole")
        if arguments.expected:
            same = compare_tensors(vision, read_json(arguments.expected), arguments.scaling_factor) and same
        if arguments.images:
            scored = score(clip, arguments.base, arguments.images)
            if arguments.write:
                write_json(arguments.write, scored, indent=None)
            if arguments.logits:
                same = compare_logits(scored, json.loads(arguments.logits.read_text()), arguments.tolerance) and same
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
