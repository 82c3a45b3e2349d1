"""Makes the shipped folder from runs: `python -m demo.release --run runs/seed0 --runs runs/seed* --target ../public/demo`.

With `--run`, `npm run demo-heads` in the project's folder then makes the zero-shot heads of the new base.

Figures are measured on the shipped float16 files, read back as float32; the spread over seeds on every run's own float16.
Without `--run` the shipped files stay as they are, and only figures and card are made anew: for further seeds.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import tempfile
from pathlib import Path

import torch

from .card import write_card
from .dataset import DataSet, build, summary
from .evaluate import Measured, measured, processor
from .export import export, write_pictures
from .results import HEADLINE_NUMBERS, headline, measure
from .shipped import read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, help="the run to ship; without it the target's models and pictures stay")
    parser.add_argument("--runs", type=Path, nargs="*", default=[], help="the runs of all seeds, for the spread")
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--sources", type=Path, default=Path("runs/sources"))
    parser.add_argument("--cache", type=Path, default=Path("runs/dataset.pickle"))
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data = build(arguments.sources, arguments.cache)
    if arguments.run:
        shipped = arguments.run.name
        export(arguments.run, data, arguments.target)
    else:
        shipped = shipped_run(arguments.target)
        require_same_pictures(arguments.target, data)
    results = figures(arguments.target, data)
    headlines = {shipped: results["headline"]}
    for run in arguments.runs:
        if run.name not in headlines:
            with tempfile.TemporaryDirectory() as folder:
                export(run, data, Path(folder) / "demo")
                headlines[run.name] = figures(Path(folder) / "demo", data)["headline"]
    results["seeds"] = spread(headlines)
    results["data"] = summary(data)
    (arguments.target / "results.json").write_text(dump(results))
    write_card(arguments.target, results)
    print(json.dumps(results["seeds"], indent=1))


def figures(demo: Path, data: DataSet) -> dict:
    """What `results.json` says of one shipped folder."""
    shipped = read(demo)
    heads, process = shipped.heads(), processor()
    test = {name: (heads[name], task.images) for name, task in shipped.tasks.items()}
    validation: dict[str, tuple[torch.Tensor, Measured]] = {
        task.name: (heads[task.name], measured(task.validation, process)) for task in data.tasks
    }
    results = {
        "arithmetic": "float16 files read as float32; theta_0 + lambda * S in float32",
        "experts": list(shipped.experts),
        **measure(shipped.base, shipped.experts, test, validation),
    }
    results["headline"] = headline(results)
    return results


def shipped_run(target: Path) -> str:
    """The name of the run that `target` was made from: the first of its results' runs."""
    return next(iter(json.loads((target / "results.json").read_text())["seeds"]["runs"]))


def require_same_pictures(target: Path, data: DataSet) -> None:
    """Figures of several runs are of one kind only where all were measured on the pictures that are shipped."""
    with tempfile.TemporaryDirectory() as folder:
        for task in data.tasks:
            file = Path(folder) / f"{task.name}.zip"
            write_pictures(file, task)
            if file.read_bytes() != (target / "test" / file.name).read_bytes():
                raise SystemExit(f"{target}/test/{file.name} holds other pictures than the data set: make a whole release with --run")


def spread(headlines: dict[str, dict]) -> dict:
    """Mean and sample standard deviation over runs of every headline number, and the runs themselves."""
    found: dict = {"runs": headlines}
    if len(headlines) > 1:
        for number in HEADLINE_NUMBERS:
            values = [entry[number] for entry in headlines.values()]
            found[number] = {"mean": round(statistics.mean(values), 6), "deviation": round(statistics.stdev(values), 6)}
    return found


def dump(results: dict) -> str:
    """JSON with one line per innermost list or object, so that it stays readable and small."""
    innermost = re.compile(r"([\[{])\s*([^\[\]{}]*?)\s*([\]}])")
    folded = innermost.sub(lambda found: found[1] + " ".join(found[2].split()) + found[3], json.dumps(results, indent=1))
    return folded + "\n"


if __name__ == "__main__":
    main()
