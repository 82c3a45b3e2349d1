"""Builds everything that training and measuring need, once, and keeps it in one cache file.

The split is the same for every training seed: a seed changes the weights, never what is held out.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import chess, clothes, digits, emoji, flags
from .captions import Concept, captions, concept
from .data import Pool, Task
from .sources import fetch

_SPLIT_SEED = 2026
_PICTURE_SIZE = 96

# How often a pretraining picture comes from each pool. The few task pictures decide where zero-shot accuracy starts:
# none of handwriting, and of clothes, chess and task flags only the `seeds`, rarely.
SHARES = {
    "emoji": 0.690,
    "flags": 0.150,
    "printed digits": 0.080,
    "printed letters": 0.025,
    "fashion seeds": 0.025,
    "chess seeds": 0.029,
    "flags seeds": 0.001,
}


@dataclass
class DataSet:
    tasks: list[Task]
    pools: dict[str, Pool]

    def concepts(self) -> list[Concept]:
        """Every concept that pretraining or a task can name, in a stable order."""
        found = {concept(pool.template, name) for pool in self.pools.values() for name in pool.names}
        found |= {concept(task.train.template, name) for task in self.tasks for name in task.classnames}
        return sorted(found, key=lambda c: (c.family, c.name))

    def captions(self) -> dict[Concept, tuple[str, ...]]:
        photographed = frozenset(name for task in self.tasks if task.train.template == "photo" for name in task.classnames)
        return {of: captions(of, photographed) for of in self.concepts()}


def build(sources_folder: Path, cache: Path) -> DataSet:
    """The data set, from `cache` where it exists."""
    if cache.exists():
        with cache.open("rb") as file:
            return pickle.load(file)
    sources = fetch(sources_folder)
    rng = np.random.default_rng(_SPLIT_SEED)
    tasks = [
        chess.task(sources, _PICTURE_SIZE, rng),
        clothes.task(sources, rng),
        flags.task(sources, _PICTURE_SIZE, rng),
        digits.task(sources, rng),
    ]
    pools = {
        "emoji": emoji.pool(sources),
        "flags": flags.other_countries(sources, rng),
        "printed digits": digits.printed_digits(sources),
        "printed letters": digits.printed_letters(sources),
    }
    pools |= {f"{task.name} seeds": task.seeds for task in tasks if task.seeds.names}
    if set(pools) != set(SHARES):
        raise ValueError(f"shares are given for {sorted(SHARES)} but the pools are {sorted(pools)}")
    data = DataSet(tasks, pools)
    cache.parent.mkdir(parents=True, exist_ok=True)
    with cache.open("wb") as file:
        pickle.dump(data, file, protocol=5)
    return data


def summary(data: DataSet) -> dict:
    """Counts for the log and the model card."""
    return {
        "pools": {
            name: {"pictures": len(pool.names), "concepts": len(set(pool.names)), "share": SHARES[name]}
            for name, pool in data.pools.items()
        },
        "tasks": {
            task.name: {
                "classes": len(task.classnames),
                "train": len(task.train.names),
                "validation": len(task.validation.labels),
                "test": len(task.test.labels),
            }
            for task in data.tasks
        },
    }
