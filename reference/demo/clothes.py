"""Clothes: Fashion-MNIST, photographs of articles from a shop, as Debian ships them."""

from __future__ import annotations

import gzip

import numpy as np
from PIL import Image

from .data import Ground, Labelled, Pool, Task, stack, without_near_duplicates
from .drawing import SIZE
from .sources import Sources

CLASSNAMES = ("t-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
TEMPLATES = ("a photo of a {}", "a picture of a {}", "a black and white photo of a {}")
SEEDS_PER_CLASS = 4
_SIDE = 28
_HELD_OUT_PER_CLASS = 40
_TRAIN_PER_CLASS = 2500
# Euclidean distance of two photographs, values 0..1: below it they are one photograph that appears twice.
_SAME_PHOTOGRAPH = 1.0


def task(sources: Sources, rng: np.random.Generator) -> Task:
    """The task: test pictures from the data set's test file, everything else from its training file."""
    pictures, labels = _read(sources, "train")
    test_pictures, test_labels = _read(sources, "t10k")
    validation, test = Labelled(), Labelled()
    held_out, train_rows, seed_rows = [], [], []
    for label in range(len(CLASSNAMES)):
        mine = rng.permutation(np.flatnonzero(labels == label))
        theirs = rng.permutation(np.flatnonzero(test_labels == label))[:_HELD_OUT_PER_CLASS]
        for index in theirs:
            test.add(Image.fromarray(test_pictures[index]).convert("RGB"), label, "fashion-mnist")
        for index in mine[:_HELD_OUT_PER_CLASS]:
            validation.add(Image.fromarray(pictures[index]).convert("RGB"), label, "fashion-mnist")
        held_out += [test_pictures[theirs], pictures[mine[:_HELD_OUT_PER_CLASS]]]
        train_rows.append(mine[_HELD_OUT_PER_CLASS:][:_TRAIN_PER_CLASS])
    rows = np.concatenate(train_rows)
    rows = rows[without_near_duplicates(_flat(pictures[rows]), _flat(np.concatenate(held_out)), _SAME_PHOTOGRAPH)]
    for label in range(len(CLASSNAMES)):
        seed_rows += list(rows[labels[rows] == label][:SEEDS_PER_CLASS])
    return Task(
        "fashion", CLASSNAMES, TEMPLATES, _pool(pictures, labels, seed_rows), _pool(pictures, labels, rows), validation, test
    )


def _pool(pictures: np.ndarray, labels: np.ndarray, rows) -> Pool:
    large = [Image.fromarray(pictures[row]).resize((SIZE, SIZE), Image.Resampling.BICUBIC) for row in rows]
    return Pool(Ground.BLACK, stack(large), [CLASSNAMES[labels[row]] for row in rows], "photo")


def _read(sources: Sources, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Pictures `[n, 28, 28]` uint8 and labels `[n]` of one part of the data set (IDX format)."""
    folder = sources.debian("dataset-fashion-mnist")
    images, labels = (next(folder.rglob(f"{part}-{kind}")) for kind in ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"))
    pixels = np.frombuffer(gzip.decompress(images.read_bytes()), np.uint8, offset=16)
    return pixels.reshape(-1, _SIDE, _SIDE), np.frombuffer(gzip.decompress(labels.read_bytes()), np.uint8, offset=8)


def _flat(pictures: np.ndarray) -> np.ndarray:
    return pictures.reshape(len(pictures), -1).astype(np.float32) / 255
