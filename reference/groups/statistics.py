"""statistics.json: intervals and losses that src/taskpool/statistics is held to."""

import math
import random
from pathlib import Path
from statistics import NormalDist

import numpy
import torch
import torchmetrics
from scipy.optimize import minimize_scalar
from scipy.stats import binned_statistic, binomtest
from sklearn.metrics import confusion_matrix, log_loss, top_k_accuracy_score
from torchmetrics.functional.classification import multiclass_calibration_error

from groups.common import versions, write_json

Z = NormalDist().inv_cdf(0.975)

SHARES = ((0, 1), (1, 1), (0, 10), (3, 10), (10, 10), (1, 2), (57, 128), (700, 1000), (9999, 10000), (12345, 50000))
TASKS = (
    ((30, 50),),
    ((30, 50), (80, 100), (1, 4)),
    ((1, 2), (499, 500), (250, 500)),
    ((5, 5), (0, 5)),
)


def average_interval(tasks: tuple[tuple[int, int], ...]) -> tuple[float, float]:
    """The normal interval of the mean of independent normal estimates, one for each task."""
    total = NormalDist(0, 0)
    for correct, scored in tasks:
        p = correct / scored
        total = total + NormalDist(p, (p * (1 - p) / scored) ** 0.5)
    mean = total / len(tasks)
    return max(0, mean.mean - Z * mean.stdev), min(1, mean.mean + Z * mean.stdev)


def batch_loss(losses: list[float], batch_size: int) -> float:
    metric = torchmetrics.MeanMetric()
    for batch in torch.tensor(losses).split(batch_size):
        metric.update(batch.mean())
    return metric.compute().item()


DISCORDANT = ((0, 0), (1, 0), (0, 7), (3, 5), (5, 5), (10, 25), (200, 260), (1000, 1000), (4000, 4400), (1, 5000))
PAIRED = (
    ((50, 3, 9),),
    ((21, 1, 7),),
    ((20, 0, 0),),
    ((1, 0, 1),),
    ((50, 3, 9), (400, 20, 10), (7, 0, 0)),
    ((10, 10, 0), (10, 0, 10)),
    ((1000, 100, 160), (300, 12, 40), (250, 0, 3), (1514, 200, 210)),
)


def bonett_price(pictures: int, first: int, second: int) -> tuple[float, float]:
    """Wald's interval of the mean of -1, 0 and 1, with a -1 and a 1 more; Bonett and Price (2012)."""
    values = numpy.array([-1.0] * (first + 1) + [1.0] * (second + 1) + [0.0] * (pictures - first - second))
    half = Z * values.std() / math.sqrt(len(values))
    return max(-1, values.mean() - half), min(1, values.mean() + half)


def paired(tasks: tuple[tuple[int, int, int], ...]) -> dict:
    """Mean of the tasks' differences, its interval by MOVER (Zou, Huang and Zhang 2009) from the tasks'; McNemar's test over all."""
    differences = numpy.array([(second - first) / pictures for pictures, first, second in tasks])
    ends = numpy.array([bonett_price(*task) for task in tasks])
    below, above = numpy.linalg.norm((ends - differences[:, None]) / len(tasks), axis=0)
    first, second = (sum(task[i] for task in tasks) for i in (1, 2))
    return {
        "tasks": [{"pictures": n, "firstOnly": b, "secondOnly": c} for n, b, c in tasks],
        "difference": float(differences.mean()),
        "low": float(differences.mean() - below),
        "high": float(differences.mean() + above),
        "pValue": mcnemar(first, second),
    }


def mcnemar(first: int, second: int) -> float:
    return float(binomtest(first, first + second).pvalue) if first + second else 1.0


def halves(seed: int) -> dict:
    """Two models on two tasks, each cut in two: accuracies and losses of either half, and the paired test on the second."""
    rng = random.Random(seed)
    tasks = []
    for size, classes, share in ((60, 4, 0.2), (41, 3, 0.5)):
        labels = [rng.randrange(classes) for _ in range(size)]
        rows = rng.sample(range(size), size)
        cut = int(size * share)
        logits = [torch.tensor([[rng.gauss(1.5 * (k == label), 1) for k in range(classes)] for label in labels], dtype=torch.float64) for _ in range(2)]
        models = [
            {"predictions": z.argmax(1).tolist(), "losses": torch.nn.functional.cross_entropy(z, torch.tensor(labels), reduction="none").tolist()}
            for z in logits
        ]
        tasks.append({"labels": labels, "choosing": rows[:cut], "reporting": rows[cut:], "before": models[0], "after": models[1]})

    def figures(half: str, model: str) -> dict:
        accuracies, losses, counts = [], [], []
        for task in tasks:
            rows = torch.tensor(task[half])
            predictions, labels = torch.tensor(task[model]["predictions"])[rows], torch.tensor(task["labels"])[rows]
            accuracies.append(torchmetrics.functional.accuracy(predictions, labels, task="multiclass", num_classes=4, average="micro").item())
            losses.append(torch.tensor(task[model]["losses"], dtype=torch.float64)[rows].mean().item())
            counts.append((int((predictions == labels).sum()), len(rows)))
        low, high = average_interval(tuple(counts))
        mean = [sum(values) / len(values) for values in (accuracies, losses)]
        return {"pictures": sum(n for _, n in counts), "accuracy": mean[0], "loss": mean[1], "interval": [low, high]}

    def discordant(task: dict) -> tuple[int, int, int]:
        right = [[task[model]["predictions"][row] == task["labels"][row] for row in task["reporting"]] for model in ("before", "after")]
        return len(right[0]), sum(a and not b for a, b in zip(*right)), sum(b and not a for a, b in zip(*right))

    return {
        "tasks": tasks,
        "halves": {half: {model: figures(half, model) for model in ("before", "after")} for half in ("choosing", "reporting")},
        "difference": paired(tuple(discordant(task) for task in tasks)),
    }


LOSSES = {
    "parabola": lambda x: (x - 0.37) ** 2,
    "like a merge": lambda x: 1.2 - 0.8 * math.exp(-(((x - 0.62) / 0.5) ** 2)) + 0.05 * x,
    "steep beyond": lambda x: (x - 0.9) ** 2 + (10 * max(0, x - 1.1)) ** 2,
    "two valleys": lambda x: min((x - 0.2) ** 2 + 0.02, (x - 1.6) ** 2),
}


def minima() -> list[dict]:
    """SciPy's minimum between 0 and 2, from the best of many starts."""
    rows = []
    for name, loss in LOSSES.items():
        starts = [minimize_scalar(loss, bounds=(left / 10, left / 10 + 0.2), method="bounded") for left in range(0, 19)]
        best = min(starts, key=lambda found: found.fun)
        rows.append({"name": name, "at": float(best.x), "loss": float(best.fun)})
    return rows


BINS = 15


def classification(seed: int, images: int, classes: int, scale: float) -> dict:
    """Embeddings and a head that are far from calibrated, and what scikit-learn, SciPy and torchmetrics make of the logits."""
    random_state = numpy.random.default_rng(seed)
    dimension = 8
    head = random_state.normal(size=(classes, dimension)).astype(numpy.float32)
    head /= numpy.linalg.norm(head, axis=1, keepdims=True)
    labels = random_state.integers(classes, size=images)
    embeddings = (head[labels] + random_state.normal(scale=0.6, size=(images, dimension))).astype(numpy.float32)
    unit = embeddings.astype(numpy.float64)
    unit /= numpy.linalg.norm(unit, axis=1, keepdims=True)
    logits = torch.tensor(scale * unit @ head.astype(numpy.float64).T)
    probabilities = logits.softmax(1)
    ranked = probabilities.sort(1, descending=True)
    predictions, confidences = ranked.indices[:, 0].numpy(), ranked.values[:, 0].numpy()
    right = predictions == labels
    edges = numpy.linspace(0, 1, BINS + 1)

    def per_bin(values: numpy.ndarray, statistic: str) -> list[float | None]:
        found = binned_statistic(confidences, values, statistic, bins=edges).statistic
        return [None if math.isnan(value) else float(value) for value in found]

    every = list(range(classes))
    return {
        "scale": scale,
        "head": head.ravel().tolist(),
        "classes": classes,
        "dimension": dimension,
        "embeddings": embeddings.ravel().tolist(),
        "labels": labels.tolist(),
        "predictions": predictions.tolist(),
        "confidences": confidences.tolist(),
        "margins": (ranked.values[:, 0] - ranked.values[:, 1]).tolist(),
        "logLoss": float(log_loss(labels, probabilities.numpy(), labels=every)),
        "confusion": confusion_matrix(labels, predictions, labels=every).tolist(),
        "topK": [int(top_k_accuracy_score(labels, probabilities.numpy(), k=k, normalize=False, labels=every)) for k in (1, 2, 5)],
        "calibrationError": float(multiclass_calibration_error(probabilities, torch.tensor(labels), classes, n_bins=BINS, norm="l1")),
        "bins": {
            "images": per_bin(right, "count"),
            "accuracy": per_bin(right.astype(float), "mean"),
            "confidence": per_bin(confidences, "mean"),
        },
    }


def make(out: Path) -> None:
    rng = random.Random(0)
    wilson = []
    for correct, scored in SHARES:
        interval = binomtest(correct, scored).proportion_ci(0.95, method="wilson")
        wilson.append({"correct": correct, "scored": scored, "low": float(interval.low), "high": float(interval.high)})
    average = []
    for tasks in TASKS:
        low, high = average_interval(tasks)
        rows = [{"correct": correct, "scored": scored} for correct, scored in tasks]
        average.append({"tasks": rows, "low": low, "high": high})
    losses = []
    for count, batch_size in ((1, 128), (128, 128), (130, 128), (40, 16)):
        values = [round(rng.expovariate(1), 4) for _ in range(count)]
        losses.append({"losses": values, "batchSize": batch_size, "loss": batch_loss(values, batch_size)})
    content = {
        "made_with": versions("scipy", "torchmetrics", "torch", "scikit-learn"),
        "wilson": wilson,
        "average": average,
        "batchLoss": losses,
        "mcnemar": [{"firstOnly": first, "secondOnly": second, "pValue": mcnemar(first, second)} for first, second in DISCORDANT],
        "paired": [paired(tasks) for tasks in PAIRED],
        "halves": [halves(seed) for seed in (0, 1)],
        "minima": minima(),
        "classification": [classification(0, 120, 7, 4.0), classification(1, 60, 12, 30.0)],
    }
    write_json(out / "statistics.json", content, indent=None)
