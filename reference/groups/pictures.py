"""scoring/images/: two small classification tasks drawn with Pillow, as folders task/class/NNN.png with a tasks.json.

The same generator with other seeds gives the pictures that the tiny experts are trained on.
"""

import math
import random
import shutil
from pathlib import Path

from PIL import Image, ImageDraw

from groups.common import write_json

SUPERSAMPLING = 4

TASKS = {
    "outlines": {
        "folders": ["circle", "cross", "ring", "square", "triangle"],
        "classnames": ["circle", "cross", "ring", "square", "triangle"],
        "templates": ["a photo of a {}", "a drawing of a {}.", "a {} on a plain background."],
        "test_images_per_class": 8,
    },
    # More than one batch of 128, the last one short: FusionBench's loss is the mean over batches.
    "surfaces": {
        "folders": ["0_checks", "1_dots", "2_stripes", "3_waves", "4_weave"],
        "classnames": ["checkered pattern", "dotted pattern", "striped pattern", "wavy pattern", "woven texture"],
        "templates": ["a photo of a {}"],
        "test_images_per_class": 30,
    },
}


def colours(rng: random.Random) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """A dark ground and a lighter figure, so that a tiny tower can learn the task in seconds."""
    return tuple(rng.randrange(0, 110, 5) for _ in range(3)), tuple(rng.randrange(120, 256, 5) for _ in range(3))


def turned(points, angle: float, centre: tuple[float, float]):
    cos, sin = math.cos(angle), math.sin(angle)
    return [(centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos) for x, y in points]


def draw_outline(draw: ImageDraw.ImageDraw, name: str, size: tuple[int, int], colour, rng: random.Random) -> None:
    width, height = size
    radius = min(size) * rng.uniform(0.18, 0.42)
    centre = (width * rng.uniform(0.42, 0.58), height * rng.uniform(0.42, 0.58))
    box = [centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius]
    angle = rng.uniform(-0.35, 0.35)
    if name == "circle":
        draw.ellipse(box, fill=colour)
    elif name == "ring":
        draw.ellipse(box, outline=colour, width=max(2, int(radius * rng.uniform(0.25, 0.5))))
    elif name == "square":
        draw.polygon(turned([(-radius, -radius), (radius, -radius), (radius, radius), (-radius, radius)], angle, centre), fill=colour)
    elif name == "triangle":
        corners = [(radius * math.sin(k * 2.0944), -radius * math.cos(k * 2.0944)) for k in range(3)]
        draw.polygon(turned(corners, angle, centre), fill=colour)
    else:
        arm = radius * rng.uniform(0.2, 0.35)
        for points in (
            [(-radius, -arm), (radius, -arm), (radius, arm), (-radius, arm)],
            [(-arm, -radius), (arm, -radius), (arm, radius), (-arm, radius)],
        ):
            draw.polygon(turned(points, angle, centre), fill=colour)


def draw_surface(draw: ImageDraw.ImageDraw, name: str, size: tuple[int, int], colour, rng: random.Random) -> None:
    width, height = size
    step = min(size) * rng.uniform(0.2, 0.36)
    shift = (rng.uniform(0, step), rng.uniform(0, step))
    columns, rows = range(-2, int(width / step) + 3), range(-2, int(height / step) + 3)
    if name == "0_checks":
        for i in columns:
            for j in (j for j in rows if (i + j) % 2 == 0):
                x, y = i * step + shift[0], j * step + shift[1]
                draw.rectangle([x, y, x + step, y + step], fill=colour)
    elif name == "1_dots":
        radius = step * rng.uniform(0.2, 0.34)
        for i in columns:
            for j in rows:
                x, y = i * step + shift[0], j * step + shift[1]
                draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)
    elif name == "2_stripes":
        slope, thickness = rng.uniform(-0.5, 0.5), max(2, int(step * rng.uniform(0.3, 0.55)))
        for j in range(-int(height / step) - 2, 2 * int(height / step) + 4):
            y = j * step + shift[1]
            draw.line([(-10, y - 10 * slope), (width + 10, y + (width + 10) * slope)], fill=colour, width=thickness)
    elif name == "3_waves":
        height_of_wave, thickness = step * rng.uniform(0.25, 0.45), max(2, int(step * rng.uniform(0.2, 0.35)))
        for j in rows:
            y = j * step + shift[1]
            draw.line([(x, y + height_of_wave * math.sin(x / step * 3)) for x in range(-4, width + 4, 2)], fill=colour, width=thickness)
    else:
        for i in columns:
            for j in rows:
                x, y = i * step + shift[0], j * step + shift[1]
                wide, narrow = (0.9, 0.3) if (i + j) % 2 == 0 else (0.3, 0.9)
                draw.rectangle([x - step * wide / 2, y - step * narrow / 2, x + step * wide / 2, y + step * narrow / 2], fill=colour)


def picture(task: str, folder: str, seed: int) -> Image.Image:
    """One RGB picture, 30 to 52 pixels on each side; the seed decides everything about it."""
    rng = random.Random(f"{task}/{folder}/{seed}")
    width, height = rng.randint(30, 52), rng.randint(30, 52)
    ground, figure = colours(rng)
    large = (width * SUPERSAMPLING, height * SUPERSAMPLING)
    image = Image.new("RGB", large, ground)
    (draw_outline if task == "outlines" else draw_surface)(ImageDraw.Draw(image), folder, large, figure, rng)
    return image.resize((width, height), Image.Resampling.BOX)


def make(out: Path) -> None:
    root = out / "scoring" / "images"
    shutil.rmtree(root, ignore_errors=True)
    for task, spec in TASKS.items():
        for folder in spec["folders"]:
            (root / task / folder).mkdir(parents=True)
            for number in range(spec["test_images_per_class"]):
                picture(task, folder, number).save(root / task / folder / f"{number:03}.png", optimize=True)
    write_json(root / "tasks.json", {task: {"classnames": spec["classnames"], "templates": spec["templates"]} for task, spec in TASKS.items()})
