"""methods/regmean.json: FusionBench's RegMean for CLIP on the pools of merge/ and the pictures of scoring/.

Weights of linear layers are those of the real class in float64: its inverse in float32 is off by more than this program is. All other
tensors are those of its run in float32, by SHA-256.
"""

import json
from pathlib import Path
from unittest import mock

import torch
from datasets import load_dataset
from fusion_bench.method import RegMeanAlgorithmForCLIP
from transformers import CLIPProcessor

from groups import fusionbench
from groups.clips import base_folder, expert_folders, load_vision
from groups.common import FIXTURES, SHAPES, canonical, quiet, versions, write_bytes
from groups.matrix_methods import facts

TASKS = ("outlines", "surfaces")
"""Of the experts in turn: names of tasks play no part in the numbers."""
OPTIONS = {"num_regmean_examples": 256, "reduce_non_diagonal_ratio": 0.95, "exclude_param_names_regex": []}
ROWS = (
    *((shape, OPTIONS) for shape in SHAPES),
    ("p8-32", OPTIONS | {"reduce_non_diagonal_ratio": 0.1}),
    ("p8-32", OPTIONS | {"exclude_param_names_regex": [".*mlp", "embeddings.position"]}),
)
"""With more pictures wanted than there are, so that all are taken and the order in which torch draws them does not matter."""


class OnPictures(RegMeanAlgorithmForCLIP):
    """Without zero-shot heads, for which the names of all classes would have to be known, and which play no part."""

    def on_regmean_start(self):
        pass

    def compute_logits(self, module, batch, task):
        return module(batch[0].to(next(module.parameters()).dtype))


def run(shape: str, options: dict, dtype: str) -> dict[str, torch.Tensor]:
    datasets = {name: load_dataset("imagefolder", data_dir=str(FIXTURES / "scoring/images" / name), split="train") for name in TASKS}
    config = fusionbench.model_config
    with mock.patch.object(fusionbench, "model_config", lambda folder: config(folder) | {"dtype": dtype}):
        pool = fusionbench.pool(shape)
    own = {name: datasets[TASKS[i % len(TASKS)]] for i, name in enumerate(expert_folders(shape))}
    pool.load_train_dataset = lambda name, *_, **__: own[name]
    algorithm = OnPictures(**options, weight_transpose=True, dataloader_kwargs={"batch_size": 32, "num_workers": 0})
    algorithm._clip_processor = CLIPProcessor.from_pretrained(base_folder(shape))
    torch.manual_seed(0)
    with quiet(), torch.no_grad():
        state_dict = algorithm.run(pool).state_dict()
    return {canonical(name): tensor.detach() for name, tensor in state_dict.items()}


def apart(base: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a.double() - b.double()).abs().max() / (b.double() - base.double()).square().mean().sqrt())


def row(shape: str, options: dict) -> dict:
    exact, rounded = (run(shape, options, dtype) for dtype in ("float64", "float32"))
    base = {canonical(name): tensor for name, tensor in load_vision(base_folder(shape)).state_dict().items()}
    solved = {name for name in base if name.startswith("encoder.layers.") and base[name].dim() == 2 and not torch.equal(rounded[name], base[name])}
    tensors = {name: facts(base[name], exact[name].float() if name in solved else rounded[name], name in solved) for name in sorted(base)}
    off = max(apart(base[name], rounded[name], exact[name]) for name in solved)
    return {"shape": shape, "method": "RegMeanAlgorithmForCLIP", "options": options, "float32IsOffBy": off, "tensors": tensors}


def make(out: Path) -> None:
    head = {"made_with": versions("fusion-bench", "torch", "transformers"), "tasks": TASKS}
    lines = ",\n".join(json.dumps(row(*given), separators=(",", ":")) for given in ROWS)
    write_bytes(out / "methods" / "regmean.json", f'{json.dumps(head)[:-1]},\n"rows":[\n{lines}\n]}}\n'.encode())
