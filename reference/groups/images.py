"""images/: awkward pictures, and what Pillow and CLIP's own image processor (Pillow backend) make of them."""

import io
import shutil
import warnings
from pathlib import Path

import datasets
import numpy as np
from PIL import Image
from transformers import CLIPImageProcessorPil

from groups.clips import OPENAI_MEAN, OPENAI_STD
from groups.common import sha256, versions, write_bytes, write_json
from groups.image_files import all_files, bad_files

OPENAI = {"image_mean": OPENAI_MEAN, "image_std": OPENAI_STD}
HALF = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}


def square(side: int) -> dict:
    return {"height": side, "width": side}


CONFIGS = {
    "32": {"size": {"shortest_edge": 32}, "crop_size": square(32), **OPENAI},
    "224": {"size": {"shortest_edge": 224}, "crop_size": square(224), **OPENAI},
    "32-half": {"size": {"shortest_edge": 32}, "crop_size": square(32), **HALF},
    "32-integers": {"size": 32, "crop_size": 32, **OPENAI},
    "32-squeezed": {"size": square(32), "crop_size": square(32), **OPENAI},
    "40x24-squeezed-crop-32": {"size": {"height": 24, "width": 40}, "crop_size": square(32), **OPENAI},
    "32-crop-48": {"size": {"shortest_edge": 32}, "crop_size": square(48), **OPENAI},
    "33-crop-24": {"size": {"shortest_edge": 33}, "crop_size": square(24), **OPENAI},
    "32-squeezed-no-crop": {"size": square(32), "do_center_crop": False, **HALF},
    "32-no-crop": {"size": {"shortest_edge": 32}, "do_center_crop": False, **OPENAI},
    "32-bilinear": {"size": {"shortest_edge": 32}, "crop_size": square(32), "resample": 2, **OPENAI},
    "crop-32-no-resize": {"do_resize": False, "crop_size": square(32), **OPENAI},
    "32-no-normalize": {"size": {"shortest_edge": 32}, "crop_size": square(32), "do_normalize": False},
}
"""Processor configurations by name; keys that are missing have CLIPImageProcessor's defaults."""

EVERYWHERE = ("32", "224")
"""Configurations applied to every file; the others to VARIED."""

VARIED = ("rgb.png", "444.jpg", "300x7.png", "5x200.png", "1x1.png", "20x20.png", "32x32.png", "33x33.png", "65x97.png", "225x223.jpg")
IN_FULL = ("rgb.png", "420.jpg", "300x7.png", "20x20.png", "lossy.webp")
"""Files whose crop at "32" (uint8) and pixel values (float32) are also stored whole."""


def processed(image: Image.Image, config: dict) -> tuple[np.ndarray, np.ndarray]:
    """The uint8 crop [height, width, 3] and the float32 pixel values [3, height, width]."""
    values = CLIPImageProcessorPil(**config)(image, return_tensors="np")["pixel_values"][0]
    raw = CLIPImageProcessorPil(**(config | {"do_rescale": False, "do_normalize": False}))(image, return_tensors="np")["pixel_values"][0]
    assert values.dtype == np.float32 and raw.dtype == np.uint8
    return np.ascontiguousarray(raw.transpose(1, 2, 0)), values


def plain_rgb(image: Image.Image) -> Image.Image:
    """`convert("RGB")` without the transparency that Pillow carries along in `info`."""
    return Image.fromarray(np.asarray(image.convert("RGB")))


def used_rgb(image: Image.Image) -> bytes:
    """The RGB pixels that transformers' processor works on when it is given this picture."""
    config = {"do_resize": False, "do_center_crop": False, "do_rescale": False, "do_normalize": False}
    return CLIPImageProcessorPil(**config)(image, return_tensors="np")["pixel_values"][0].transpose(1, 2, 0).tobytes()


def all_processed(name: str, rgb: Image.Image, out: Path | None) -> dict:
    """Sizes and hashes for each configuration that applies to the file; some results whole into `out`."""
    rows = {}
    for config_name in CONFIGS if name in VARIED else EVERYWHERE:
        crop, values = processed(rgb, CONFIGS[config_name])
        rows[config_name] = {"height": crop.shape[0], "width": crop.shape[1], "crop": sha256(crop.tobytes()), "pixelValues": sha256(values.tobytes())}
        if out is not None and config_name == "32" and name in IN_FULL:
            write_bytes(out / "full" / f"{name}.crop.bin", crop.tobytes())
            write_bytes(out / "full" / f"{name}.pixel-values.bin", values.tobytes())
    return rows


def expectation(name: str, file: bytes, out: Path) -> dict:
    image = Image.open(io.BytesIO(file))
    image.load()
    rgb = plain_rgb(image)
    row = {"file": name, "format": image.format, "mode": image.mode, "width": image.width, "height": image.height, "rgb": sha256(rgb.tobytes())}
    row["transformersRgb"] = sha256(used_rgb(image))
    row["fusionBenchRgb"] = sha256(used_rgb(image.convert("RGB")))
    row["processed"] = all_processed(name, rgb, out)
    turned = plain_rgb(datasets.Image().decode_example({"bytes": file, "path": None}))
    if turned.tobytes() != rgb.tobytes() or turned.size != rgb.size:
        values = all_processed(name, turned, None)
        row["datasets"] = {"width": turned.width, "height": turned.height, "rgb": sha256(turned.tobytes()), "processed": values}
    return row


def refusal(file: bytes) -> str:
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(file)) as image:
            image.load()
    except Exception as error:  # Pillow's own kinds differ: UnidentifiedImageError, OSError, SyntaxError
        return f"{type(error).__name__}: {error}".split(" <_io")[0]
    raise AssertionError("Pillow decodes this file")


def make(out: Path) -> None:
    folder = out / "images"
    shutil.rmtree(folder, ignore_errors=True)
    files, bad = all_files(), bad_files()
    for name, file in files.items():
        write_bytes(folder / "files" / name, file)
    for name, file in bad.items():
        write_bytes(folder / "bad" / name, file)
    defaults = {
        key: value
        for key, value in CLIPImageProcessorPil().to_dict().items()
        if key.startswith("do_") or key in ("resample", "rescale_factor", "size", "crop_size")
    }
    content = {
        "made_with": versions("Pillow", "transformers", "datasets", "numpy"),
        "defaults": defaults,
        "configs": CONFIGS,
        "files": [expectation(name, file, folder) for name, file in files.items()],
        "bad": [{"file": name, "error": refusal(file)} for name, file in bad.items()],
    }
    write_json(folder / "expected.json", content)
