"""Places drawings on grounds: the pictures that are measured on and shipped."""

from __future__ import annotations

import numpy as np
from PIL import Image

# Squares of common boards, light and dark.
BOARDS = (
    ((240, 217, 181), (181, 136, 99)),
    ((238, 238, 210), (118, 150, 86)),
    ((222, 227, 230), (140, 162, 173)),
    ((235, 226, 214), (160, 120, 140)),
    ((250, 245, 230), (120, 120, 120)),
)


def on_gradient(drawing: Image.Image, size: int, rng: np.random.Generator) -> Image.Image:
    """A drawing, turned and moved a little, over a soft vertical gradient."""
    top, bottom = rng.integers(40, 250, (2, 3)).astype(np.float64)
    bottom = top * 0.6 + bottom * 0.4
    ramp = np.linspace(0, 1, size)[:, None, None]
    ground = np.broadcast_to(top * (1 - ramp) + bottom * ramp, (size, size, 3)).astype(np.uint8)
    return _composite(Image.fromarray(ground), drawing, rng.uniform(0.7, 0.95), rng.uniform(-10, 10), rng)


def on_board(drawing: Image.Image, size: int, rng: np.random.Generator) -> Image.Image:
    """A chess piece standing on a square, edges of the neighbouring squares in view."""
    light, dark = BOARDS[rng.integers(len(BOARDS))]
    mine, other = (light, dark) if rng.random() < 0.5 else (dark, light)
    square = Image.new("RGB", (size, size), mine)
    margin = round(size * rng.uniform(0.04, 0.1))
    pixels = np.asarray(square).copy()
    for side in (np.s_[:margin, :], np.s_[-margin:, :], np.s_[:, :margin], np.s_[:, -margin:]):
        pixels[side] = other
    for corner in (np.s_[:margin, :margin], np.s_[:margin, -margin:], np.s_[-margin:, :margin], np.s_[-margin:, -margin:]):
        pixels[corner] = mine
    return _composite(Image.fromarray(pixels), drawing, rng.uniform(0.6, 0.8), rng.uniform(-4, 4), rng)


def waving(flag: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A flag in the wind: a travelling wave moves its columns and shades them."""
    source = np.asarray(flag.convert("RGBA"), dtype=np.float64)
    height, width = source.shape[:2]
    columns = np.arange(width) / width
    phase, waves, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0.7, 1.6), rng.uniform(0.0, 0.07)
    angle = 2 * np.pi * waves * columns + phase
    shift = depth * height * np.sin(angle) * (0.4 + 0.6 * columns)
    rows = np.arange(height)[:, None] - shift[None]
    low = np.floor(rows).astype(int)
    part = (rows - low)[..., None]
    inside = ((low >= 0) & (low < height - 1))[..., None]
    index = np.clip(low, 0, height - 2)
    column = np.broadcast_to(np.arange(width), index.shape)
    mixed = source[index, column] * (1 - part) + source[index + 1, column] * part
    mixed[..., :3] *= 1 + 2.2 * depth * np.cos(angle)[None, :, None]
    mixed[..., 3:] *= inside
    return Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8))


def _composite(ground: Image.Image, drawing: Image.Image, scale: float, degrees: float, rng: np.random.Generator) -> Image.Image:
    size = ground.width
    side = round(size * scale)
    turned = drawing.resize((side, side), Image.Resampling.LANCZOS).rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    room = size - side
    x, y = (round(rng.uniform(0.3, 0.7) * room - (turned.width - side) / 2) for _ in range(2))
    ground.paste(turned, (x, y), turned)
    return ground
