"""Random views of training pictures, as a batch: moved, turned, put on a ground, recoloured, brought to 32 pixels."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from .data import Ground

IMAGE = 32
# By ground: largest turn in degrees, smallest and largest size, largest shear, largest shift, all relative to the picture.
_DEGREES = torch.tensor([12.0, 9.0, 12.0, 7.0])
_SMALLEST = torch.tensor([0.66, 0.88, 0.55, 0.55])
_LARGEST = torch.tensor([1.0, 1.1, 1.0, 0.85])
_SHEAR = torch.tensor([0.10, 0.08, 0.15, 0.04])
_SHIFT = torch.tensor([0.12, 0.06, 0.12, 0.08])
# How often printed glyphs are white on black, as handwriting comes.
_WHITE_ON_BLACK = 0.5


def augment(pictures: torch.Tensor, grounds: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """RGBA uint8 `[n, 4, 64, 64]` and a `Ground` each, as pixel values `[n, 3, 32, 32]` in -1..1."""
    n, size = len(pictures), pictures.shape[-1]

    def uniform(*shape: int) -> torch.Tensor:
        return torch.rand(shape, generator=random)

    values = pictures.float() / 255
    ink = grounds == Ground.INK
    colour, behind = _ink_colours(n, uniform)
    rgb = torch.where(ink[:, None, None, None], colour[:, :, None, None].expand(n, 3, size, size), values[:, :3])
    alpha = values[:, 3:]
    premultiplied = torch.cat([rgb * alpha, alpha], 1)
    grid = F.affine_grid(_moves(grounds, uniform), [n, 4, size, size], align_corners=False)
    moved = F.grid_sample(premultiplied, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    ground = _plain(n, size, uniform)
    ground = torch.where((grounds == Ground.BLACK)[:, None, None, None], torch.zeros(()), ground)
    ground = torch.where((grounds == Ground.BOARD)[:, None, None, None], _board(n, size, uniform), ground)
    ground = torch.where(ink[:, None, None, None], behind[:, :, None, None], ground)
    image = moved[:, :3] + ground * (1 - moved[:, 3:])
    small = F.interpolate(image, size=(IMAGE, IMAGE), mode="bicubic", antialias=True, align_corners=False)
    contrast = 0.75 + 0.5 * uniform(n, 1, 1, 1)
    brightness = 0.16 * uniform(n, 1, 1, 1) - 0.08
    contrast = torch.where((grounds == Ground.BLACK)[:, None, None, None], contrast.clamp(min=0.85), contrast)
    brightness = torch.where((grounds == Ground.BLACK)[:, None, None, None], torch.zeros(()), brightness)
    mean = small.mean((1, 2, 3), keepdim=True)
    centre = torch.where((grounds == Ground.BLACK)[:, None, None, None], torch.zeros(()), mean)
    small = (small - centre) * contrast + centre + brightness
    small = small + 0.03 * uniform(n, 1, 1, 1) * torch.randn(small.shape, generator=random)
    return small.clamp(0, 1) * 2 - 1


def _moves(grounds: torch.Tensor, uniform) -> torch.Tensor:
    """Affine maps `[n, 2, 3]` from output to input coordinates."""
    n = len(grounds)
    angle = (2 * uniform(n) - 1) * _DEGREES[grounds] * math.pi / 180
    scale = _SMALLEST[grounds] + uniform(n) * (_LARGEST - _SMALLEST)[grounds]
    shear = (2 * uniform(n) - 1) * _SHEAR[grounds]
    shift = (2 * uniform(n, 2) - 1) * _SHIFT[grounds][:, None]
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    top = torch.stack([cos, shear * cos - sin], 1)
    bottom = torch.stack([sin, shear * sin + cos], 1)
    linear = torch.stack([top, bottom], 1)
    return torch.cat([linear, shift[:, :, None]], 2)


def _plain(n: int, size: int, uniform) -> torch.Tensor:
    """Gradients between two colours in a random direction."""
    first = uniform(n, 3, 1, 1)
    second = first + (uniform(n, 3, 1, 1) - first) * 0.5 * uniform(n, 1, 1, 1)
    angle = 2 * math.pi * uniform(n, 1, 1)
    axis = torch.linspace(-0.5, 0.5, size)
    ramp = (0.5 + torch.cos(angle) * axis[None, None, :] + torch.sin(angle) * axis[None, :, None]).clamp(0, 1)[:, None]
    return first * (1 - ramp) + second * ramp


def _board(n: int, size: int, uniform) -> torch.Tensor:
    """A light or dark square with the edges of its neighbours."""
    light = 0.75 + 0.25 * uniform(n, 3)
    dark = 0.35 + 0.4 * uniform(n, 3)
    swap = uniform(n, 1) < 0.5
    mine, other = torch.where(swap, light, dark), torch.where(swap, dark, light)
    margin = 0.02 + 0.10 * uniform(n, 1)
    axis = torch.linspace(0, 1, size)[None]
    rim = (axis < margin) | (axis > 1 - margin)
    edge = rim[:, None, :] ^ rim[:, :, None]
    return torch.where(edge[:, None], other[:, :, None, None], mine[:, :, None, None])


def _ink_colours(n: int, uniform) -> tuple[torch.Tensor, torch.Tensor]:
    """Ink and paper for printed glyphs `[n, 3]` each, never of like brightness."""
    dark, light = 0.45 * uniform(n, 3), 0.55 + 0.45 * uniform(n, 3)
    swap = uniform(n, 1) < 0.5
    ink, paper = torch.where(swap, dark, light), torch.where(swap, light, dark)
    plain = uniform(n, 1) < _WHITE_ON_BLACK
    return torch.where(plain, torch.ones(()), ink), torch.where(plain, torch.zeros(()), paper)
