"""Task arithmetic on vision towers, in float32 and in FusionBench's order of operations."""

from __future__ import annotations

import copy

import torch
from transformers import CLIPModel

State = dict[str, torch.Tensor]


def vision_state(model: CLIPModel) -> State:
    """The floating-point tensors of the vision tower."""
    return {key: value.detach().clone() for key, value in model.vision_model.state_dict().items() if value.is_floating_point()}


def task_vector(base: State, experts: list[State]) -> State:
    """((theta_1 - theta_0) + (theta_2 - theta_0)) + ..., summed left to right."""
    total: State = {}
    for expert in experts:
        for key, start in base.items():
            tau = expert[key] - start
            total[key] = total[key] + tau if key in total else tau
    return total


def apply(base: State, vector: State, scaling_factor: float) -> State:
    """theta_0 + lambda * S."""
    return {key: start + scaling_factor * vector[key] for key, start in base.items()}


def simple_average(experts: list[State]) -> State:
    """The mean of the experts: summed left to right, then divided."""
    total = {key: torch.zeros_like(value) for key, value in experts[0].items()}
    for expert in experts:
        for key in total:
            total[key] += expert[key]
    return {key: value / len(experts) for key, value in total.items()}


def with_vision(model: CLIPModel, state: State) -> CLIPModel:
    """A copy of a model with other vision weights."""
    other = copy.deepcopy(model)
    other.vision_model.load_state_dict(state, strict=False)
    return other.eval()
