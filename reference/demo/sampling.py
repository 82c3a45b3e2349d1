"""Draws training batches: concepts evenly within a pool, pools by their share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from .captions import Concept, concept
from .data import Pool


class PoolSampler:
    """Draws pictures of one pool, every name equally often."""

    def __init__(self, pool: Pool, index_of: dict[Concept, int]):
        order = np.argsort(np.asarray(pool.names), kind="stable")
        names = [pool.names[row] for row in order]
        starts = [i for i, name in enumerate(names) if i == 0 or name != names[i - 1]]
        self._pictures = torch.from_numpy(pool.pictures).permute(0, 3, 1, 2)
        self._order = order
        self._starts = np.asarray(starts)
        self._counts = np.diff([*starts, len(names)])
        self._concepts = np.asarray([index_of[concept(pool.template, names[start])] for start in starts])
        self._ground = int(pool.ground)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """`n` RGBA pictures `[n, 4, 64, 64]`, their grounds and their concept indices."""
        group = rng.integers(len(self._starts), size=n)
        rows = self._order[self._starts[group] + (rng.random(n) * self._counts[group]).astype(int)]
        return self._pictures[torch.from_numpy(rows)], torch.full((n,), self._ground), torch.from_numpy(self._concepts[group])


class Mixture:
    """Draws from several pools by share."""

    def __init__(self, pools: dict[str, Pool], shares: dict[str, float], index_of: dict[Concept, int]):
        self._samplers = [PoolSampler(pool, index_of) for pool in pools.values()]
        weights = np.asarray([shares[name] for name in pools])
        self._weights = weights / weights.sum()

    def draw(self, n: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        counts = rng.multinomial(n, self._weights)
        parts = [sampler.draw(count, rng) for sampler, count in zip(self._samplers, counts, strict=True) if count]
        return tuple(torch.cat(column) for column in _columns(parts))


def _columns(parts: Sequence[tuple[torch.Tensor, ...]]) -> list[list[torch.Tensor]]:
    return [list(column) for column in zip(*parts, strict=True)]
