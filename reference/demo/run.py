"""One run for one seed: data, pretraining, experts, measurements. Every stage is kept, so a stopped run goes on."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import CLIPModel

from . import tokenizer as bpe
from .captions import concept
from .dataset import SHARES, DataSet, build, summary
from .evaluate import accuracy, measured, processor, zero_shot_head
from .finetune import EXPERTS, finetune
from .model import CONTEXT, Captions
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
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    train(data, arguments.seed, device, out, arguments.pretrain_steps, log)


def train(
    data: DataSet,
    seed: int,
    device: torch.device,
    out: Path,
    pretrain_steps: int,
    log: Callable[[str], None],
) -> None:
    """Writes `out/base` and `out/experts/<task>` in float32, as `CLIPModel` folders."""
    concepts = data.concepts()
    index_of = {of: index for index, of in enumerate(concepts)}
    texts = list(data.captions().values())
    tokenizer = _tokenizer(out / "base", texts)
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
        base = CLIPModel.from_pretrained(base_folder).to(device)
    else:
        options = PretrainOptions(steps=pretrain_steps)
        log(f"pretraining {json.dumps(asdict(options))}")
        base = pretrain(tokenizer, captions, mixture, seed, device, options, out / "pretrain.pt", log, probe)
        base.save_pretrained(base_folder)
    log(f"base {probe(base)}")
    concept_texts = captions.embeddings(base)
    for number, task in enumerate(data.tasks):
        folder = out / "experts" / task.name
        if (folder / "model.safetensors").exists():
            continue
        started, options = time.monotonic(), EXPERTS[task.name]
        class_of_concept = torch.full((len(concepts),), -1)
        for label, name in enumerate(task.classnames):
            class_of_concept[index_of[concept(task.train.template, name)]] = label
        expert = finetune(
            base, PoolSampler(task.train, index_of), zero_shot_head(base, tokenizer, task), class_of_concept,
            mixture, concept_texts, 1000 * seed + number, options,
        )  # fmt: skip
        log(f"expert {task.name} {json.dumps(asdict(options))} {probe(expert)} {time.monotonic() - started:.0f} s")
        expert.save_pretrained(folder)


def _tokenizer(folder: Path, texts: list[tuple[str, ...]]) -> Tokenizer:
    """The run's own tokenizer where it has one: learning breaks ties between equally common pairs at random."""
    file = folder / "tokenizer.json"
    if not file.exists():
        bpe.save(bpe.learn([text for row in texts for text in row]), folder, CONTEXT)
    return Tokenizer.from_file(str(file))


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
    return parser.parse_args()
