"""The chess task: name a piece and its colour, on pieces drawn by hands that training never saw."""

from __future__ import annotations

import numpy as np

from .data import Ground, Labelled, Pool, Task, stack, without_near_duplicates
from .grounds import on_board
from .pieces import CLASSNAMES, PieceSet, piece_sets
from .sources import Sources

TEMPLATES = ("a photo of a {}", "a picture of a {}", "a drawing of a {}", "a chess piece, the {}")
# Test pictures are shipped: only sets whose own licence allows it (see NOTICE).
TEST_SETS = (
    "openmoji", "mdi", "fa6-solid", "game-icons", "tabler", "cm-standard",
    "font-dejavu", "font-noto-symbols", "font-symbola", "font-freeserif",
)  # fmt: skip
VALIDATION_SETS = ("pychess-chessmonk", "pychess-kosal", "pychess-ttf-lucena", "pychess-ttf-adventurer", "font-caslon", "xboard")
SEED_SETS = ("pychess-regular", "pychess-ttf-harlequin")
_TEST_PLACEMENTS, _VALIDATION_PLACEMENTS = 3, 4
# Two pieces of one class nearer than this (Euclidean, grey on mid-grey, 64 x 64, values 0..1) are one drawing
# that two packages share.
_SAME_DRAWING = 9.0


def task(sources: Sources, size: int, rng: np.random.Generator) -> Task:
    """The task, with its test pictures at `size` pixels."""
    sets = {piece_set.name: piece_set for piece_set in piece_sets(sources)}
    test, validation = Labelled(), Labelled()
    for held_out, names, placements in (
        (test, TEST_SETS, _TEST_PLACEMENTS),
        (validation, VALIDATION_SETS, _VALIDATION_PLACEMENTS),
    ):
        for label, classname in enumerate(CLASSNAMES):
            for name in names:
                picture = sets[name].pictures.get(classname)
                for _ in range(placements if picture is not None else 0):
                    held_out.add(on_board(picture, size, rng), label, name)
    held_out_sets = [sets[name] for name in (*TEST_SETS, *VALIDATION_SETS)]
    training = [piece_set for name, piece_set in sets.items() if name not in (*TEST_SETS, *VALIDATION_SETS)]
    return Task(
        "chess",
        CLASSNAMES,
        TEMPLATES,
        _pool([piece_set for piece_set in training if piece_set.name in SEED_SETS], held_out_sets),
        _pool(training, held_out_sets),
        validation,
        test,
    )


def _pool(training: list[PieceSet], held_out: list[PieceSet]) -> Pool:
    pictures, names = [], []
    for classname in CLASSNAMES:
        mine = stack([s.pictures[classname] for s in training if classname in s.pictures])
        theirs = stack([s.pictures[classname] for s in held_out if classname in s.pictures])
        kept = without_near_duplicates(_grey(mine), _grey(theirs), _SAME_DRAWING)
        pictures.append(mine[kept])
        names += [classname] * len(kept)
    return Pool(Ground.BOARD, np.concatenate(pictures), names)


def _grey(pictures: np.ndarray) -> np.ndarray:
    """Flattened grey values 0..1 over a mid-grey ground."""
    values = pictures.astype(np.float32) / 255
    alpha = values[..., 3]
    return (values[..., :3].mean(-1) * alpha + 0.5 * (1 - alpha)).reshape(len(values), -1)
