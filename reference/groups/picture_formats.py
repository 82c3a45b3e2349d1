"""picture-formats.json.gz: pictures in the formats beside PNG, JPEG and WebP that data sets come in, with what Pillow makes of them."""

import base64
import gzip
import io
import json
import warnings
from pathlib import Path

import datasets
from PIL import Image

from groups import bmp_files, cmyk_files, gif_files, netpbm_files, tiff_files, webp_animations
from groups.common import sha256, versions, write_bytes
from groups.images import used_rgb

SOURCES = {
    "WebP": webp_animations,
    "JPEG": cmyk_files,
    "GIF": gif_files,
    "Netpbm": netpbm_files,
    "BMP": bmp_files,
    "TIFF": tiff_files,
}
"""Modules with `all_files()`: name -> bytes."""

CUTS = (0.03, 0.12, 0.3, 0.5, 0.75, 0.97)
"""Where every file is also cut short; one more cut takes its last byte."""


def verdict(file: bytes) -> str | None:
    """SHA-256 of the RGB pixels that CLIP's processor works on in FusionBench; null where Pillow refuses the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return sha256(used_rgb(datasets.Image().decode_example({"bytes": file, "path": None}).convert("RGB")))
    except Exception:  # Pillow's own kinds differ: UnidentifiedImageError, OSError, SyntaxError, ValueError, IndexError
        return None


def row(format_name: str, name: str, file: bytes) -> dict:
    rgb = verdict(file)
    entry = {"format": format_name, "name": name, "file": base64.b64encode(file).decode(), "rgb": rgb}
    if rgb is not None:
        with Image.open(io.BytesIO(file)) as image:
            image.load()
            entry["mode"] = image.mode
        lengths = sorted({int(len(file) * part) for part in CUTS} | {len(file) - 1})
        entry["cuts"] = [[length, verdict(file[:length])] for length in lengths if length > 0]
    return entry


def make(out: Path) -> None:
    rows = [row(format_name, name, file) for format_name, module in SOURCES.items() for name, file in module.all_files().items()]
    content = {"made_with": versions("Pillow", "transformers", "datasets"), "files": rows}
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False) + "\n"
    write_bytes(out / "picture-formats.json.gz", gzip.compress(text.encode(), 9, mtime=0))
