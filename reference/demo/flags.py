"""Flags of thirty countries, drawn by several hands; flags of all other countries for pretraining."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .data import Ground, Labelled, Pool, Task, stack, without_near_duplicates
from .drawing import SIZE, centred, iconify_svg, svg_picture
from .grounds import on_gradient, waving
from .sources import Sources

COUNTRIES = {
    "ar": "argentina", "au": "australia", "be": "belgium", "br": "brazil", "ca": "canada", "cn": "china",
    "cz": "czechia", "dk": "denmark", "fi": "finland", "fr": "france", "de": "germany", "gr": "greece",
    "in": "india", "il": "israel", "it": "italy", "jm": "jamaica", "jp": "japan", "ke": "kenya",
    "mx": "mexico", "no": "norway", "pt": "portugal", "za": "south africa", "kr": "south korea", "es": "spain",
    "se": "sweden", "ch": "switzerland", "tr": "turkey", "ua": "ukraine", "gb": "united kingdom", "us": "united states",
}  # fmt: skip
TEMPLATES = ("the flag of {}", "a photo of the flag of {}", "a picture of the flag of {}")
TEST_SETS = ("iso-flags", "twemoji", "openmoji")
VALIDATION_SETS = ("emojione-v1",)
TRAIN_SETS = ("flag", "cif", "flagpack", "circle-flags", "emojione")
SEED_SET = "flag"
_TEST_PLACEMENTS, _VALIDATION_PLACEMENTS, _TRAIN_WAVES, _SEED_WAVES = 4, 8, 8, 2
_NAMED_SETS = {"emojione": "flag-for-", "emojione-v1": "flag-for-", "openmoji": "flag-", "twemoji": "flag-"}
# Euclidean distance of two flat flags (64 x 64 RGB over mid-grey, values 0..1): below it they are one flag. Several
# territories fly the flag of a country of the task; such names are left out altogether.
_SAME_FLAG = 8.0


def task(sources: Sources, size: int, rng: np.random.Generator) -> Task:
    """The task, with its test pictures at `size` pixels."""
    names = list(COUNTRIES.values())
    train, train_names, seeds, seed_names = [], [], [], []
    validation, test = Labelled(), Labelled()
    drawings = {name: _drawings(sources, name) for name in (*TRAIN_SETS, *VALIDATION_SETS, *TEST_SETS)}
    for label, country in enumerate(names):
        for held_out, sets, placements in (
            (test, TEST_SETS, _TEST_PLACEMENTS),
            (validation, VALIDATION_SETS, _VALIDATION_PLACEMENTS),
        ):
            for name in sets:
                for _ in range(placements):
                    held_out.add(on_gradient(waving(drawings[name][country], rng), size, rng), label, name)
        for name in TRAIN_SETS:
            waves = [centred(waving(drawings[name][country], rng)) for _ in range(_TRAIN_WAVES)]
            train += waves
            train_names += [country] * len(waves)
            if name == SEED_SET:
                seeds += waves[:_SEED_WAVES]
                seed_names += [country] * _SEED_WAVES
    return Task(
        "flags",
        tuple(names),
        TEMPLATES,
        Pool(Ground.PLAIN, stack(seeds), seed_names, "flag"),
        Pool(Ground.PLAIN, stack(train), train_names, "flag"),
        validation,
        test,
    )


def other_countries(sources: Sources, rng: np.random.Generator) -> Pool:
    """Flags of countries and regions that the task does not have."""
    drawings, names = [], []
    for set_name, prefix in _NAMED_SETS.items():
        icons = sources.iconify(set_name)
        for key in sorted(icons["icons"]):
            name = key.removeprefix(prefix).replace("-", " ")
            if key.startswith(prefix) and "flag" not in name and name not in COUNTRIES.values():
                picture = _square(svg_picture(iconify_svg(icons, key), 2 * SIZE))
                if picture is not None:
                    drawings.append(picture)
                    names.append(name)
    task_drawings = [
        picture for name in (*TRAIN_SETS, *VALIDATION_SETS, *TEST_SETS) for picture in _drawings(sources, name).values()
    ]
    distinct = without_near_duplicates(_colours(drawings), _colours(task_drawings), _SAME_FLAG)
    same = {names[index] for index in set(range(len(names))) - set(distinct.tolist())}
    kept = [index for index, name in enumerate(names) if name not in same]
    pictures = stack([centred(waving(drawings[index], rng)) for index in kept])
    return Pool(Ground.PLAIN, pictures, [names[index] for index in kept], "flag")


def _colours(drawings: list[Image.Image]) -> np.ndarray:
    """Flattened RGB values 0..1 over mid-grey, at the size of a picture."""
    values = stack([centred(drawing) for drawing in drawings]).astype(np.float32) / 255
    alpha = values[..., 3:]
    return (values[..., :3] * alpha + 0.5 * (1 - alpha)).reshape(len(values), -1)


def _drawings(sources: Sources, set_name: str) -> dict[str, Image.Image]:
    """Country name to a square RGBA picture with the flag in its middle, by one hand."""
    found = {}
    icons = None if set_name == "iso-flags" else sources.iconify(set_name)
    for code, country in COUNTRIES.items():
        if icons is None:
            file = sources.debian("iso-flags-png-320x240") / f"usr/share/iso-flags-png-320x240/{code}.png"
            picture = Image.open(file).convert("RGBA")
        else:
            prefix = _NAMED_SETS.get(set_name)
            dashed = country.replace(" ", "-")
            key = f"{prefix}{dashed}" if prefix else f"{code}-4x3" if set_name == "flag" else code
            picture = svg_picture(iconify_svg(icons, key), 2 * SIZE)
        found[country] = _square(picture)
    return found


def _square(picture: Image.Image | None) -> Image.Image | None:
    """Pads top and bottom a little, so that waves have room."""
    if picture is None:
        return None
    tight = centred(picture, 2 * SIZE)
    if tight is None:
        return None
    side = round(2 * SIZE * 1.12)
    canvas = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    canvas.paste(tight, ((side - tight.width) // 2, (side - tight.height) // 2))
    return canvas
