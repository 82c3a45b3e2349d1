"""random-splits.json: which rows FusionBench's `train_validation_split` takes for each part, and which seed splits labels evenly."""

import hashlib
import json
import random
from fractions import Fraction
from pathlib import Path

from groups import fusionbench  # noqa: F401 - lets FusionBench be imported under transformers 5
from groups.common import versions, write_json
from fusion_bench.utils.data import train_validation_split

CASES = (
    (10, {"fraction": 0.1}, 0), (19, {"fraction": 0.1}, 0), (7, {"rows": 3}, 42), (2, {"rows": 1}, 7), (1000, {"fraction": 0.1}, 0), (1000, {"fraction": 0.29}, 1),
    (5000, {"rows": 0}, 3), (5000, {"rows": 4999}, 2**32 + 5), (73257, {"fraction": 0.1}, 0), (3760, {"fraction": 0.1}, 0), (640, {"fraction": 0.1}, 123456789012),
)  # fmt: skip
"""Rows, size of the validation part, seed; 73,257 and 3,760 are SVHN's and DTD's training pictures."""


def digest(rows: list[int]) -> str:
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def split(rows: int, size: dict, seed: int) -> dict:
    arguments = {"validation_fraction": size.get("fraction"), "validation_size": size.get("rows"), "random_seed": seed}
    train, val = (list(part) for part in train_validation_split(range(rows), return_split="all", **arguments))
    return {
        "rows": rows,
        "size": size,
        "seed": seed,
        "train": {"count": len(train), "sha256": digest(train)},
        "val": {"count": len(val), "first": val[:10], "sha256": digest(val)},
    }


SEEDS = 256
LABELS = (
    ("balanced", [label for label in range(10) for _ in range(10)], 0.2),
    ("by class, uneven", [0] * 200 + [1] * 100 + [2] * 60 + [3] * 40, 0.2),
    ("by class, uneven, halves", [0] * 200 + [1] * 100 + [2] * 60 + [3] * 40, 0.5),
    ("mixed", random.Random(1).choices(range(47), k=1880), 0.5),
    ("few of many classes", random.Random(2).choices(range(100), k=150), 0.2),
)


def unevenness(labels: list[int], drawn: list[int]) -> Fraction:
    """Pearson's chi-square of the drawn classes against their shares, exactly."""
    total = Fraction(0)
    for label in set(labels):
        expected = Fraction(labels.count(label) * len(drawn), len(labels))
        total += (sum(labels[row] == label for row in drawn) - expected) ** 2 / expected
    return total


def even_split(name: str, labels: list[int], fraction: float) -> dict:
    def part(seed: int, which: str) -> list[int]:
        return list(train_validation_split(range(len(labels)), validation_fraction=fraction, random_seed=seed, return_split=which))

    # The first of those that come nearest.
    seed = min(range(SEEDS), key=lambda seed: unevenness(labels, part(seed, "val")))
    return {"name": name, "labels": labels, "fraction": fraction, "seed": seed, "choosing": part(seed, "val"), "reporting": digest(part(seed, "train"))}


def make(out: Path) -> None:
    content = {
        "versions": versions("fusion-bench", "torch"),
        "cases": [split(*case) for case in CASES],
        "even": [even_split(*case) for case in LABELS],
    }
    write_json(out / "random-splits.json", content, indent=None)
