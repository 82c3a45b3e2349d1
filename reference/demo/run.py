"""One run for one seed: data, pretraining, experts, measurements. Every stage is kept, so a stopped run goes on."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import CLIPModel

from . import tokenizer as bpe
from .captions import concept
from .dataset import SHARES, DataSet, build, summary
from .evaluate import accuracy, measured, processor, zero_shot_head
from .finetune import ExpertOptions, finetune
from .model import Captions
from .pretrain import PretrainOptions, pretrain
from .sampling import Mixture, PoolSampler


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(arguments.threads)
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    log = _logger(out / "log.txt")
    data = build(arguments.sources, arguments.cache)
    log(f"seed {arguments.seed}, {arguments.threads} thread(s), torch {torch.__version__}")
    log(json.dumps(summary(data)))
    train(data, arguments.seed, out, arguments.pretrain_steps, ExpertOptions(
        steps=arguments.expert_steps, learning_rate=arguments.expert_lr, replay_weight=arguments.replay
    ), log)  # fmt: skip


def train(data: DataSet, seed: int, out: Path, pretrain_steps: int, expert_options: ExpertOptions, log) -> None:
    """Writes `out/base` and `out/experts/<task>` in float32, as `CLIPModel` folders."""
    concepts = data.concepts()
    index_of = {of: index for index, of in enumerate(concepts)}
    texts = list(data.captions().values())
    tokenizer = bpe.learn([text for row in texts for text in row])
    captions = Captions(tokenizer, texts)
    mixture = Mixture(data.pools, SHARES, index_of)
    process = processor()
    validation = {task.name: measured(task.validation, process) for task in data.tasks}

    def scores(model: CLIPModel) -> dict[str, float]:
        return {t.name: accuracy(model, zero_shot_head(model, tokenizer, t), validation[t.name]) for t in data.tasks}

    def probe(model: CLIPModel) -> str:
        found = scores(model)
        mean = sum(found.values()) / len(found)
        return "validation " + " ".join(f"{name} {100 * value:.1f}" for name, value in found.items()) + f" mean {100 * mean:.1f}"

    base_folder = out / "base"
    if (base_folder / "model.safetensors").exists():
        base = CLIPModel.from_pretrained(base_folder)
    else:
        options = PretrainOptions(steps=pretrain_steps)
        log(f"pretraining {json.dumps(asdict(options))}")
        base = pretrain(tokenizer, captions, mixture, seed, options, out / "pretrain.pt", log, probe)
        base.save_pretrained(base_folder)
        bpe.save(tokenizer, base_folder, base.config.text_config.max_position_embeddings)
    log(f"base {probe(base)}")
    concept_texts = captions.embeddings(base)
    for number, task in enumerate(data.tasks):
        folder = out / "experts" / task.name
        if (folder / "model.safetensors").exists():
            continue
        started = time.monotonic()
        class_of_concept = torch.full((len(concepts),), -1)
        for label, name in enumerate(task.classnames):
            class_of_concept[index_of[concept(task.train.template, name)]] = label
        expert = finetune(
            base, PoolSampler(task.train, index_of), zero_shot_head(base, tokenizer, task), class_of_concept,
            mixture, concept_texts, 1000 * seed + number, expert_options,
        )  # fmt: skip
        log(f"expert {task.name} {json.dumps(asdict(expert_options))} {probe(expert)} {time.monotonic() - started:.0f} s")
        expert.save_pretrained(folder)


def read_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a run."""
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def _logger(file: Path):
    def log(line: str) -> None:
        text = time.strftime("%H:%M:%S ") + line
        print(text, flush=True)
        with file.open("a") as handle:
            handle.write(text + "\n")

    return log


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--sources", type=Path, default=Path("runs/sources"), help="where packages are unpacked")
    parser.add_argument("--cache", type=Path, default=Path("runs/dataset.pickle"), help="the data set, built once")
    parser.add_argument("--pretrain-steps", type=int, default=PretrainOptions.steps)
    parser.add_argument("--expert-steps", type=int, default=ExpertOptions.steps)
    parser.add_argument("--expert-lr", type=float, default=ExpertOptions.learning_rate)
    parser.add_argument("--replay", type=float, default=ExpertOptions.replay_weight)
    return parser.parse_args()
