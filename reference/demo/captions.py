"""What pretraining calls a picture: caption templates by family, and concepts (a family's name for a thing)."""

from __future__ import annotations

from dataclasses import dataclass

from . import chess, clothes, digits, flags

FAMILIES: dict[str, tuple[str, ...]] = {
    "thing": chess.TEMPLATES[:3] + ("an emoji of a {}", "a {}"),
    "photo": clothes.TEMPLATES,
    "flag": flags.TEMPLATES,
    "digit": digits.TEMPLATES,
    "letter": ("the letter {}", "a picture of the letter {}"),
}
# Families that name the same things: a drawing and a photograph of a dress show one concept.
_SAME_THINGS = {"photo": "thing"}


@dataclass(frozen=True)
class Concept:
    """A thing that captions can name, e.g. ("flag", "canada")."""

    family: str
    name: str


def concept(family: str, name: str) -> Concept:
    """The concept of a picture whose pool has captions of `family`."""
    return Concept(_SAME_THINGS.get(family, family), name)


def captions(of: Concept, names_of_photos: frozenset[str]) -> tuple[str, ...]:
    """Every caption of a concept; things that are also photographed have the photographs' captions as well."""
    templates = FAMILIES[of.family]
    if of.family == "thing" and of.name in names_of_photos:
        templates = tuple(dict.fromkeys(templates + FAMILIES["photo"]))
    return tuple(template.format(of.name) for template in templates)
