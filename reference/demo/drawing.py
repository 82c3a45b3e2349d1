"""Turns vector drawings and font glyphs into small RGBA pictures."""

from __future__ import annotations

import io
from pathlib import Path

import cairosvg
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

# Pictures are kept at this size; the model sees them at 32 pixels after its own preprocessing.
SIZE = 64
_LARGE = 4 * SIZE


def svg_picture(svg: str | bytes, size: int = SIZE) -> Image.Image | None:
    """An SVG document as a square RGBA picture, centred; None where cairosvg cannot draw it or it is empty."""
    data = svg.encode() if isinstance(svg, str) else svg
    try:
        png = cairosvg.svg2png(bytestring=data, output_height=2 * size)
    except Exception:  # foreign drawings fail in many ways, and one drawing fewer is harmless
        return None
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    return centred(image, size)


def iconify_svg(icon_set: dict, name: str) -> str | None:
    """The SVG document of one icon of an iconify set, aliases followed once."""
    icon = icon_set["icons"].get(name)
    if icon is None:
        parent = icon_set.get("aliases", {}).get(name, {}).get("parent")
        icon = icon_set["icons"].get(parent)
        if icon is None:
            return None
    box = [icon.get(key, icon_set.get(key, default)) for key, default in _BOX]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{box[2]}" height="{box[3]}" viewBox="{box[0]} {box[1]} {box[2]} {box[3]}">{icon["body"]}</svg>'
    )


_BOX = (("left", 0), ("top", 0), ("width", 16), ("height", 16))


def centred(image: Image.Image, size: int = SIZE) -> Image.Image | None:
    """Crops to what is visible and fits it into a transparent square of `size` pixels; None where nothing is visible."""
    box = image.getchannel("A").point(lambda a: 255 if a > 8 else 0).getbbox()
    if box is None:
        return None
    cut = image.crop(box)
    scale = size / max(cut.size)
    width, height = (max(1, round(side * scale)) for side in cut.size)
    cut = cut.resize((width, height), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    square.paste(cut, ((size - width) // 2, (size - height) // 2))
    return square


def glyph_mask(font: Path, text: str) -> Image.Image | None:
    """The glyphs of `text` as a large grey mask with a margin (255 is ink); None where the font has nothing to draw."""
    try:
        face = ImageFont.truetype(str(font), _LARGE)
        left, top, right, bottom = face.getbbox(text)
    except OSError:
        return None
    if right - left < 8 or bottom - top < 8:
        return None
    margin = _LARGE // 8
    mask = Image.new("L", (right - left + 2 * margin, bottom - top + 2 * margin), 0)
    ImageDraw.Draw(mask).text((margin - left, margin - top), text, fill=255, font=face)
    return mask if mask.getbbox() else None


def ink(mask: Image.Image) -> Image.Image:
    """A mask as a white drawing on transparent ground."""
    white = Image.new("RGBA", mask.size, (255, 255, 255, 255))
    white.putalpha(mask)
    return white


def filled_outline(mask: Image.Image) -> Image.Image:
    """Ink becomes black and what the ink encloses becomes white, as chess diagrams are printed."""
    ground = mask.point(lambda v: 255 if v > 96 else 0)
    ImageDraw.floodfill(ground, (0, 0), 128)
    outside = ground.point(lambda v: 255 if v == 128 else 0)
    shade = np.asarray(mask, dtype=np.uint8)
    inside = 255 - np.asarray(outside, dtype=np.uint8)
    alpha = np.maximum(shade, inside)
    return Image.fromarray(np.dstack([255 - shade, 255 - shade, 255 - shade, alpha]))


def silhouette(mask: Image.Image, white: bool) -> Image.Image:
    """A solid shape as a white piece with a black edge, or a black piece with a thin light edge."""
    edge = mask.filter(ImageFilter.MaxFilter(15 if white else 7))
    body, rim = (255, 0) if white else (0, 255)
    shade = np.asarray(mask, dtype=np.float32) / 255
    grey = (body * shade + rim * (1 - shade)).astype(np.uint8)
    return Image.fromarray(np.dstack([grey, grey, grey, np.asarray(edge, dtype=np.uint8)]))
