"""Emoji and pictograms of all kinds but those of the tasks: what pretraining learns to see from."""

from __future__ import annotations

import re

import numpy as np

from .data import Ground, Pool
from .drawing import iconify_svg, svg_picture
from .sources import Sources

SETS = ("noto", "noto-v1", "emojione", "emojione-v1", "fluent-emoji-flat", "fxemoji", "twemoji", "openmoji", "streamline-emojis")
# Left out: the tasks' own subjects (flags, digits, chess), the many variants of one person, and signs that are only text.
_LEFT_OUT = re.compile(
    r"flag|skin-tone|keycap|digit|chess|number|^\d+$|^(wo)?m[ae]n-|^person-|^people-|^family|^kiss-|^couple|-hair$|button|"
    r"input|^regional|^letter|symbol-for|dark-|light-|medium-"
)
_SAME_NAME = {"t shirt": "t-shirt"}


def pool(sources: Sources) -> Pool:
    """Every emoji that at least two of the sets draw under one name."""
    spelled: dict[str, str] = {}
    drawn: dict[str, list[tuple[str, str]]] = {}
    icons = {name: sources.iconify(name) for name in SETS}
    for set_name in SETS:
        for key in sorted(icons[set_name]["icons"]):
            joined = key.replace("-", "")
            if _LEFT_OUT.search(key) or "flag" in joined:
                continue
            # One of the sets writes its names without dashes, so names are compared without them.
            spelled.setdefault(joined, key.replace("-", " "))
            drawn.setdefault(joined, []).append((set_name, key))
    pictures, names = [], []
    for joined, where in sorted(drawn.items()):
        if len({set_name for set_name, _ in where}) < 2:
            continue
        for set_name, key in where:
            picture = svg_picture(iconify_svg(icons[set_name], key))
            if picture is not None:
                pictures.append(np.asarray(picture))
                names.append(_SAME_NAME.get(spelled[joined], spelled[joined]))
    return Pool(Ground.PLAIN, np.stack(pictures), names)
