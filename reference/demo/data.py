"""What a picture collection is here: pictures to train on, and pictures to measure on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from PIL import Image


class Ground(IntEnum):
    """What lies behind a training picture once it has been moved and turned."""

    PLAIN = 0  # a drawing: random colours and gradients
    BLACK = 1  # a photograph on black: black
    INK = 2  # a white glyph: recoloured, on a contrasting colour
    BOARD = 3  # a chess piece: the squares of a board


@dataclass
class Pool:
    """Training pictures: RGBA `[n, 64, 64, 4]` uint8, one concept name each, all on the same kind of ground."""

    ground: Ground
    pictures: np.ndarray
    names: list[str]
    template: str = "thing"  # which family of captions fits, see `captions.py`

    def __post_init__(self) -> None:
        if len(self.pictures) != len(self.names):
            raise ValueError(f"{len(self.pictures)} pictures but {len(self.names)} names")


@dataclass
class Labelled:
    """Pictures to measure on, as they are shipped, with class indices and the name of the set each was drawn from."""

    pictures: list[Image.Image] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)

    def add(self, picture: Image.Image, label: int, origin: str) -> None:
        self.pictures.append(picture)
        self.labels.append(label)
        self.origins.append(origin)


@dataclass
class Task:
    """One classification task. `seeds` are the few pictures that pretraining may see; `train` is for its expert."""

    name: str
    classnames: tuple[str, ...]
    templates: tuple[str, ...]
    seeds: Pool
    train: Pool
    validation: Labelled
    test: Labelled


def stack(pictures: list[Image.Image]) -> np.ndarray:
    """RGBA pictures of one size as one `[n, h, w, 4]` uint8 array."""
    return np.stack([np.asarray(picture.convert("RGBA"), dtype=np.uint8) for picture in pictures])


def without_near_duplicates(train: np.ndarray, held_out: np.ndarray, distance: float) -> np.ndarray:
    """Indices of the rows of `train` whose Euclidean distance to every row of `held_out` is at least `distance`.

    Both are `[n, d]` floats. Packages overlap: the same digit or drawing may come from two of them.
    """
    kept = np.ones(len(train), dtype=bool)
    held_norms = (held_out**2).sum(1)
    for start in range(0, len(train), 4096):
        rows = train[start : start + 4096]
        squared = (rows**2).sum(1)[:, None] + held_norms[None] - 2 * rows @ held_out.T
        kept[start : start + 4096] = squared.min(1) >= distance**2
    return np.flatnonzero(kept)
