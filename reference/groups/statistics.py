"""statistics.json: intervals and losses that src/taskpool/statistics is held to."""

import random
from pathlib import Path
from statistics import NormalDist

import torch
import torchmetrics
from scipy.optimize import brentq
from scipy.stats import binomtest

from groups.common import versions, write_json

Z = NormalDist().inv_cdf(0.975)

SHARES = ((0, 1), (1, 1), (0, 10), (3, 10), (10, 10), (1, 2), (57, 128), (700, 1000), (9999, 10000), (12345, 50000))
FINITE = ((3, 10, 1000), (3, 10, 11), (0, 10, 100), (10, 10, 100), (57, 128, 400), (399, 400, 401), (1, 1, 2), (700, 1000, 10000))
TASKS = (
    ((30, 50, 50),),
    ((30, 50, 50), (80, 100, 100), (1, 4, 4)),
    ((30, 50, 500), (80, 100, 100)),
    ((1, 2, 3), (499, 500, 1000), (250, 500, 501)),
    ((5, 5, 5), (0, 5, 5)),
)


def score_interval(correct: int, scored: int, population: int) -> tuple[float, float]:
    """
    The proportions p with |correct / scored - p| <= z * sd(p), found as roots, where sd is that of the mean of a draw
    without replacement; cut to what the images that were not drawn leave possible.
    """
    share = correct / scored

    def excess(p: float) -> float:
        variance = p * (1 - p) / scored * (population - scored) / (population - 1)
        return (share - p) ** 2 - Z**2 * variance

    # Without the ends 0 and 1, which are roots too where nothing or everything is right.
    low = 0.0 if correct == 0 else brentq(excess, 1e-9, min(share, 1 - 1e-9), xtol=1e-15)
    high = 1.0 if correct == scored else brentq(excess, max(share, 1e-9), 1 - 1e-9, xtol=1e-15)
    return max(low, correct / population), min(high, (correct + population - scored) / population)


def average_interval(tasks: tuple[tuple[int, int, int], ...]) -> tuple[float, float]:
    """The normal interval of the mean of independent normal estimates, one for each task."""
    total = NormalDist(0, 0)
    for correct, scored, size in tasks:
        p = correct / scored
        correction = (size - scored) / (size - 1) if scored < size else 1
        total = total + NormalDist(p, (p * (1 - p) / scored * correction) ** 0.5)
    mean = total / len(tasks)
    return max(0, mean.mean - Z * mean.stdev), min(1, mean.mean + Z * mean.stdev)


def batch_loss(losses: list[float], batch_size: int) -> float:
    metric = torchmetrics.MeanMetric()
    for batch in torch.tensor(losses).split(batch_size):
        metric.update(batch.mean())
    return metric.compute().item()


def make(out: Path) -> None:
    rng = random.Random(0)
    wilson = []
    for correct, scored in SHARES:
        interval = binomtest(correct, scored).proportion_ci(0.95, method="wilson")
        wilson.append({"correct": correct, "scored": scored, "low": float(interval.low), "high": float(interval.high)})
    finite = []
    for correct, scored, population in FINITE:
        low, high = score_interval(correct, scored, population)
        finite.append({"correct": correct, "scored": scored, "population": population, "low": low, "high": high})
    average = []
    for tasks in TASKS:
        low, high = average_interval(tasks)
        rows = [{"correct": c, "scored": n, "total": size} for c, n, size in tasks]
        average.append({"tasks": rows, "low": low, "high": high})
    losses = []
    for count, batch_size in ((1, 128), (128, 128), (130, 128), (40, 16)):
        values = [round(rng.expovariate(1), 4) for _ in range(count)]
        losses.append({"losses": values, "batchSize": batch_size, "loss": batch_loss(values, batch_size)})
    content = {
        "made_with": versions("scipy", "torchmetrics", "torch"),
        "wilson": wilson,
        "wilsonFinite": finite,
        "average": average,
        "batchLoss": losses,
    }
    write_json(out / "statistics.json", content, indent=None)
