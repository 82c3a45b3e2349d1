"""random-splits.json: which rows FusionBench's `train_validation_split` takes for each part."""

import hashlib
import json
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


def make(out: Path) -> None:
    write_json(out / "random-splits.json", {"versions": versions("fusion-bench", "torch"), "cases": [split(*case) for case in CASES]})
