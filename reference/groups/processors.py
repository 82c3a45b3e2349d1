"""processors.json: pictures prepared by odd processor configurations, as transformers and OpenCLIP prepare them."""

import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from groups.common import FIXTURES, OPEN_CLIP, sha256, versions, write_json

FILES = ("rgb.png", "300x7.png", "5x200.png", "20x20.png", "65x97.png", "33x33.png", "32x31.png", "420.jpg", "palette-one-transparent.png")
"""Of images/files."""

PLAIN = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
CLIP = {"image_processor_type": "CLIPImageProcessor"}

TRANSFORMERS = {
    "plain": {},
    "the fast class": {"image_processor_type": "CLIPImageProcessorFast"},
    "the fast class, use_fast": {"image_processor_type": "CLIPImageProcessorFast", "use_fast": True},
    "use_fast": {"use_fast": True},
    "the Pillow class": {"image_processor_type": "CLIPImageProcessorPil"},
    "a feature extractor": {"image_processor_type": None, "feature_extractor_type": "CLIPFeatureExtractor"},
    "no class": {"image_processor_type": None},
    "another class": {"image_processor_type": "ViTImageProcessor"},
    "another feature extractor": {"image_processor_type": None, "feature_extractor_type": "ViTFeatureExtractor"},
    **{f"resample {value}": {"resample": value} for value in (0, 1, 2, 3, 4, 5, 6, "bicubic", "BICUBIC", "nearest", None)},
    "both edges": {"size": {"shortest_edge": 32, "longest_edge": 40}},
    "both edges, wide": {"size": {"shortest_edge": 32, "longest_edge": 320}},
    "both edges, no crop": {"size": {"shortest_edge": 32, "longest_edge": 33}, "do_center_crop": False},
    "the longest edge": {"size": {"longest_edge": 32}},
    "edge and sides": {"size": {"shortest_edge": 32, "height": 32, "width": 32}},
    "largest sides": {"size": {"max_height": 32, "max_width": 32}},
    "a list of sides": {"size": [32, 32]},
    "a number": {"size": 32},
    "a number, to a square": {"size": 32, "default_to_square": True},
    "sides, to a square": {"size": {"shortest_edge": 32}, "default_to_square": True},
    "use_square_size": {"use_square_size": True},
    "use_square_size, no crop": {"use_square_size": True, "do_center_crop": False},
    "crop by an edge": {"crop_size": {"shortest_edge": 32}},
    "do_pad": {"do_pad": True},
    "do_pad to the size": {"do_pad": True, "pad_size": {"height": 32, "width": 32}},
    "do_pad to more": {"do_pad": True, "pad_size": {"height": 40, "width": 40}},
    "pad_size without do_pad": {"pad_size": {"height": 40, "width": 40}},
    "do_convert_rgb false": {"do_convert_rgb": False},
    "do_center_crop false": {"do_center_crop": False},
    "do_rescale false": {"do_rescale": False},
    "rescale_factor 1/127.5": {"rescale_factor": 1 / 127.5},
    "rescale_factor 1": {"rescale_factor": 1},
    "rescale_factor 0": {"rescale_factor": 0},
    "do_normalize false": {"do_normalize": False},
    "mean and std of one number": {"image_mean": 0.5, "image_std": 0.25},
    "std 0": {"image_std": [0.5, 0, 0.5]},
    "two means": {"image_mean": [0.5, 0.5]},
    "nulls": {"do_resize": None, "do_center_crop": None, "image_mean": None, "rescale_factor": None},
    "keys that nobody knows": {"offset": True, "do_flip_channel_order": True, "do_reduce_labels": True, "max_size": 8},
    "data_format": {"data_format": "channels_last", "input_data_format": "channels_last"},
}  # fmt: skip
"""Over PLAIN and CLIP; a None at `image_processor_type` leaves it out."""

OPENCLIP = {
    f"{mode}, {interpolation}": {"resize_mode": mode, "interpolation": interpolation}
    for mode in ("shortest", "longest", "squash")
    for interpolation in ("bicubic", "bilinear", "random")
} | {
    "defaults": {},
    "nulls": {"resize_mode": None, "interpolation": None, "mean": None, "std": None},
    "longest, grey": {"resize_mode": "longest", "fill_color": 127},
    "longest, white": {"resize_mode": "longest", "fill_color": 255},
    "mean and std": {"mean": [0.5, 0.25, 0.125], "std": [0.25, 0.5, 0.75]},
    "one mean and std": {"mean": 0.5, "std": 0.25},
    "nearest": {"interpolation": "nearest"},
    "another mode": {"resize_mode": "fit"},
    "grey pictures": {"mode": "L"},
    "another size": {"size": 40},
}  # fmt: skip

WORKER = """
import hashlib, json, sys
from PIL import Image
from open_clip.transform import PreprocessCfg, image_transform_v2, merge_preprocess_dict
cases, files = json.load(sys.stdin)
results = {}
for name, config in cases.items():
    try:
        # As open_clip's factory does it: the tower's size wins.
        merged = merge_preprocess_dict(PreprocessCfg(), config)
        transform = image_transform_v2(PreprocessCfg(**(merged | {"size": 32})), is_train=False)
    except AssertionError:
        results[name] = None
        continue
    row = {}
    for file in files:
        try:
            values = transform(Image.open(file).convert("RGB"))
            row[file.rsplit("/", 1)[1]] = hashlib.sha256(values.numpy().tobytes()).hexdigest()
        except ValueError:
            row[file.rsplit("/", 1)[1]] = None
    results[name] = row
print(json.dumps(results))
"""


def path_of(file: str) -> Path:
    return FIXTURES / "images" / "files" / file


def prepared(config: dict) -> dict | None:
    """Hash of the pixel values of each file; null where transformers refuses, everything or that picture."""
    from transformers import AutoImageProcessor

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "preprocessor_config.json").write_text(json.dumps(config))
        (Path(folder) / "config.json").write_text(json.dumps({"model_type": "clip"}))
        try:
            processor = AutoImageProcessor.from_pretrained(folder)
        except Exception:
            return None
    row = {}
    for file in FILES:
        image = Image.open(io.BytesIO(path_of(file).read_bytes())).convert("RGB")
        try:
            values = processor(image, return_tensors="np")["pixel_values"][0]
            row[file] = {"size": list(values.shape[1:]), "values": sha256(values.astype("float32").tobytes())}
        except Exception:
            row[file] = None
    return None if all(value is None for value in row.values()) else row


def with_open_clip() -> dict:
    environment = os.environ | {"PYTHONPATH": str(OPEN_CLIP)}
    given = json.dumps([OPENCLIP, [str(path_of(file)) for file in FILES]])
    result = subprocess.run([sys.executable, "-W", "ignore", "-c", WORKER], env=environment, input=given, capture_output=True, text=True, check=True)
    return json.loads(result.stdout)


def like_transformers(config: dict) -> dict[str, str | None]:
    """OpenCLIP's `shortest` by CLIPImageProcessor, which scores it in FusionBench; its crop begins elsewhere where a margin is odd."""
    known = {key: value for key, value in config.items() if value is not None}
    changes = {"resample": 2 if known.get("interpolation") == "bilinear" else 3}
    changes |= {f"image_{key}": known[key] for key in ("mean", "std") if key in known}
    row = prepared(PLAIN | CLIP | changes)
    return {file: result and result["values"] for file, result in row.items()}


def make(out: Path) -> None:
    rows = []
    for name, changes in TRANSFORMERS.items():
        config = {key: value for key, value in (PLAIN | CLIP | changes).items() if (key, value) != ("image_processor_type", None)}
        rows.append({"name": name, "config": config, "files": prepared(config)})
    results = with_open_clip()
    for name, config in OPENCLIP.items():
        if results[name] is not None and (config.get("resize_mode") or "shortest") == "shortest":
            results[name] = like_transformers(config)
    open_clip = [{"name": name, "config": config, "files": results[name]} for name, config in OPENCLIP.items()]
    write_json(out / "processors.json", {"made_with": versions("transformers", "Pillow", "numpy"), "transformers": rows, "openClip": open_clip})
