"""Hands the configurations that the program writes to the real FusionBench and mergekit.

    /opt/studio-reference/bin/python reference/check_config.py

1. Every file of fixtures/configuration/written is composed by Hydra, and FusionBench makes its method, model pool and task
   pool of it: their options must be the file's. Nothing is loaded or downloaded.
2. One of them, with the folders of fixtures/merge/p8-32 for its models and data, is run by the real `fusion_bench`: its
   report must be that of fixtures/scoring, losses within what two processors may differ by.
3. Every file of fixtures/configuration/written/mergekit is read by mergekit's own schema.
"""

import argparse
import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from groups import fusionbench  # noqa: F401 - lets FusionBench be imported under transformers 5
from groups.common import FIXTURES, MERGEKIT, quiet, read_json
from fusion_bench.compat.method import load_algorithm_from_config
from fusion_bench.utils import instantiate

PROJECT = FIXTURES.parent.parent
WRITTEN = FIXTURES / "configuration" / "written"

LARGEST_LOSS_DIFFERENCE = 1e-5

OWN_OPTIONS = {"classnames", "templates", "sample_size", "sample_seed"}
"""Options of the task pool that are the program's own: FusionBench passes over them with a line in its log."""


class UnusedArguments(logging.Handler):
    """Collects FusionBench's complaints about options that a class does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message.startswith("Unused argument: "):
            self.names.add(message.removeprefix("Unused argument: ").split("=")[0])


def check_objects(path: Path) -> list[str]:
    """What is wrong with the objects that FusionBench makes of a file."""
    with initialize_config_dir(str(path.parent), version_base=None):
        config = compose(path.stem)
    OmegaConf.resolve(config)
    unused = UnusedArguments()
    logger = logging.getLogger("fusion_bench.mixins.serialization")
    logger.addHandler(unused)
    problems = []
    try:
        for section in ("method", "modelpool", "taskpool"):
            if section not in config:
                continue
            with quiet():
                made = make(config[section])
            for key, value in config[section].items():
                if not key.startswith("_") and key not in OWN_OPTIONS and not same(held(made, key), value):
                    problems.append(f"{section}.{key}: FusionBench has {held(made, key)!r}, the file {value!r}")
    finally:
        logger.removeHandler(unused)
    return problems + [f"FusionBench has no option {name}" for name in sorted(unused.names - OWN_OPTIONS)]


def make(section):
    """As `FabricModelFusionProgram` does: by `_target_`, or by the `name` of a method of FusionBench 0.1."""
    if "_target_" in section:
        return instantiate(section, _recursive_=False)
    return load_algorithm_from_config(section)


def held(made, key: str):
    """The value that an object keeps of an option, under whatever name."""
    for name in (f"_{key}", key):
        if hasattr(made, name):
            return getattr(made, name)
    return made.config.get(key)


def same(one, other) -> bool:
    def plain(value):
        return OmegaConf.to_container(value) if OmegaConf.is_config(value) else value

    # Where a file says null, some classes put an empty section or list.
    return plain(one) == plain(other) or (other is None and not one)


def check_run() -> list[str]:
    """Runs a written file on small local models and compares the report."""
    config = yaml.safe_load((WRITTEN / "task-arithmetic-local.yaml").read_text(encoding="utf-8"))
    expected = read_json(FIXTURES / "scoring" / "program" / "program_report.json")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report" / "program_report.json"
        command = [
            sys.executable, str(PROJECT / "reference" / "run_fusionbench.py"),
            "--tasks", str(FIXTURES / "scoring" / "images" / "tasks.json"),
            "--config-path", str(WRITTEN), "--config-name", "task-arithmetic-local",
            f"++report_save_path={report}", f"hydra.run.dir={folder}/run",
        ]  # fmt: skip
        run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            return [f"fusion_bench failed:\n{run.stderr[-2000:]}"]
        made = json.loads(report.read_text(encoding="utf-8"))
    assert config["method"]["scaling_factor"] == 0.7
    return [] if same_report(made, expected) else [f"the report differs: {made} instead of {expected}"]


def same_report(made: dict, expected: dict) -> bool:
    """Losses may differ in their last digits: processors sum float32 up in other orders."""
    if made.keys() != expected.keys() or made["model_info"] != expected["model_info"]:
        return False
    tasks = [name for name in made if name != "model_info"]
    return all(
        made[name]["accuracy"] == expected[name]["accuracy"] and abs(made[name]["loss"] - expected[name]["loss"]) < LARGEST_LOSS_DIFFERENCE
        for name in tasks
    )


def check_mergekit(path: Path) -> list[str]:
    """What mergekit's schema makes of a file, against the file itself."""
    from mergekit.config import MergeConfiguration

    text = path.read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    config = MergeConfiguration.model_validate(raw)
    problems = []
    for entry, written in zip(config.models, raw["models"], strict=True):
        if str(entry.model) != written["model"]:
            problems.append(f"model {written['model']} is read as {entry.model}")
        weight = (written.get("parameters") or {}).get("weight")
        if weight is not None and (entry.parameters or {}).get("weight") != weight:
            problems.append(f"weight {weight!r} is read as {(entry.parameters or {}).get('weight')!r}")
    for key, value in (raw.get("parameters") or {}).items():
        if (config.parameters or {}).get(key) != value or isinstance(value, str):
            problems.append(f"{key}: {value!r} is read as {(config.parameters or {}).get(key)!r}")
    return problems


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    checks = [(path, check_objects) for path in sorted(WRITTEN.glob("*.yaml"))]
    sys.path.append(str(MERGEKIT))
    checks += [(path, check_mergekit) for path in sorted((WRITTEN / "mergekit").glob("*.yml"))]
    failed = False
    for path, check in checks:
        problems = check(path)
        failed = failed or bool(problems)
        print(f"{path.relative_to(WRITTEN)}: {'; '.join(problems) or 'as written'}", flush=True)
    problems = check_run()
    print(f"task-arithmetic-local.yaml, run: {'; '.join(problems) or 'the same report'}")
    return 1 if failed or problems else 0


if __name__ == "__main__":
    sys.exit(main())
