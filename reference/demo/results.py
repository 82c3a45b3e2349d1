"""Measures a demo: every model on every task, the sweep over the scaling factor, negation."""

from __future__ import annotations

from collections.abc import Callable

import torch
from transformers import CLIPModel

from .evaluate import Measured, predictions
from .merge import State, apply, simple_average, task_vector, vision_state, with_vision

SWEEP = tuple(round(0.1 * step, 1) for step in range(16))
_KEPT = (0.3, 0.7)

HEADLINE_NUMBERS = (
    "base", "experts", "simple_average", "task_arithmetic", "above_base", "above_simple_average", "negated_own", "negated_other",
)  # fmt: skip
"""Whose mean and deviation over seeds are reported."""

Tasks = dict[str, tuple[torch.Tensor, Measured]]


def measure(base: CLIPModel, experts: dict[str, State], test: Tasks, validation: Tasks | None) -> dict:
    """All figures. The scaling factor is chosen on `validation` (the first of the best averages of the sweep).

    `test` and `validation` map a task to its zero-shot head and its pictures.
    """
    start, fine_tuned = vision_state(base), list(experts.values())
    total = task_vector(start, fine_tuned)

    def merged(scaling_factor: float) -> CLIPModel:
        return with_vision(base, apply(start, total, scaling_factor))

    models: dict[str, Callable[[], CLIPModel]] = {"_pretrained_": lambda: base}
    models |= {name: (lambda state=state: with_vision(base, state)) for name, state in experts.items()}
    models["simple_average"] = lambda: with_vision(base, simple_average(fine_tuned))
    found = {"models": {name: score(make(), test) for name, make in models.items()}}
    found["experts_on_their_own_task"] = round(
        sum(found["models"][name]["tasks"][name]["accuracy"] for name in experts) / len(experts), 6
    )
    found["task_arithmetic"] = {}
    on_validation = {}
    kept = {}
    for scaling_factor in SWEEP:
        model = merged(scaling_factor)
        found["task_arithmetic"][str(scaling_factor)] = score(model, test)
        if validation is not None:
            on_validation[scaling_factor] = score(model, validation)["average"]
    if validation is not None:
        chosen = max(SWEEP, key=lambda value: (on_validation[value], -value))
        found["scaling_factor"] = {
            "chosen": chosen,
            "validation_average": {str(key): value for key, value in on_validation.items()},
        }
        for scaling_factor in sorted({*_KEPT, chosen}):
            model = merged(scaling_factor)
            kept[str(scaling_factor)] = {name: predictions(model, *task).tolist() for name, task in test.items()}
        found["predictions"] = kept
    found["negation"] = {
        name: score(with_vision(base, apply(start, task_vector(start, [state]), -1.0)), test) for name, state in experts.items()
    }
    return found


def score(model: CLIPModel, tasks: Tasks) -> dict:
    """Accuracy by task and its unweighted mean."""
    by_task = {}
    for name, (head, images) in tasks.items():
        right = int((predictions(model, head, images) == images.labels).sum())
        by_task[name] = {"n": len(images.labels), "correct": right, "accuracy": round(right / len(images.labels), 6)}
    average = sum(entry["correct"] / entry["n"] for entry in by_task.values()) / len(by_task)
    return {"tasks": by_task, "average": round(average, 6)}


def headline(found: dict) -> dict:
    """The few numbers that say whether the demo shows what it should."""
    chosen = str(found["scaling_factor"]["chosen"])
    base = found["models"]["_pretrained_"]
    drops = {name: _negation(found, name, base) for name in found["negation"]}
    return {
        "base": base["average"],
        "base_by_task": {name: entry["accuracy"] for name, entry in base["tasks"].items()},
        "experts": found["experts_on_their_own_task"],
        "simple_average": found["models"]["simple_average"]["average"],
        "scaling_factor": found["scaling_factor"]["chosen"],
        "task_arithmetic": found["task_arithmetic"][chosen]["average"],
        "above_base": round(found["task_arithmetic"][chosen]["average"] - base["average"], 6),
        "above_simple_average": round(
            found["task_arithmetic"][chosen]["average"] - found["models"]["simple_average"]["average"], 6
        ),
        # The weakest effect on the negated task, and the strongest on any other.
        "negated_own": max(entry["own"] for entry in drops.values()),
        "negated_other": min(entry["worst_other"] for entry in drops.values()),
        "negation": drops,
    }


def _negation(found: dict, name: str, base: dict) -> dict:
    after = found["negation"][name]["tasks"]
    change = {task: round(after[task]["accuracy"] - base["tasks"][task]["accuracy"], 6) for task in after}
    others = [value for task, value in change.items() if task != name]
    return {"own": change[name], "worst_other": min(others), "by_task": change}
