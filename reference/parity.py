"""Runs the real FusionBench and the studio's command line on the same configurations, and writes what differs to docs/parity.md.

    reference/setup.sh
    /opt/studio-reference/bin/python reference/parity.py [--check] [--method CLASS] [POOL.json ...]

A pool is described as public/demo/manifest.json does it: files of models, zips or folders of tasks and their tasks.json,
relative to the description. Without any, the small pool of the tests and the demo are run. The exit status is 1 where an
accuracy differs or a loss by 1e-5 or more. With --method the rows of one class are made anew and the others stay; with
--check nothing is written.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from groups.common import versions

REPOSITORY = Path(__file__).resolve().parent.parent
POOLS = (REPOSITORY / "reference/pools/p8-32.json", REPOSITORY / "public/demo/manifest.json")
PAGE = REPOSITORY / "docs/parity.md"
SCALING_FACTORS = (-1, 0, 0.3, 0.5, 0.7, 1, 1.37)
LARGEST_LOSS_DIFFERENCE = 1e-5


@dataclass
class Method:
    """A method as a configuration has it; with `scaled` it is run at every scaling factor."""

    name: str
    options: dict = field(default_factory=dict)
    scaled: bool = False
    only: int | None = None
    """The number of models that it takes, the first of the pool, where it does not take any number."""
    config_name: str | None = None
    """For classes of FusionBench 0.1, which a configuration asks for by `name`."""
    factor: str = "scaling_factor"
    """What the class calls its scaling factor."""
    package: str = "fusion_bench.method"
    """What exports the class."""

    def config(self, experts: int) -> dict:
        chosen = {"name": self.config_name} if self.config_name else {"_target_": f"{self.package}.{self.name}"}
        options = {key: value[:experts] if isinstance(value, list) and key == "weights" else value for key, value in self.options.items()}
        return chosen | ({self.factor: 0.3} if self.scaled else {}) | options


TIES = {"threshold": 20, "remove_keys": []}
CALIBRATION = "fusion_bench.method.singular_value_calibration"
DARE = {"sparsity_ratio": 0.0, "only_on_linear_weights": False, "rescale": True}
METHODS = (
    Method("DummyAlgorithm"),
    Method("TaskArithmeticAlgorithm", scaled=True),
    Method("TiesMergingAlgorithm", TIES | {"merge_func": "sum"}, scaled=True),
    Method("TiesMergingAlgorithm", TIES | {"merge_func": "mean"}, scaled=True),
    Method("TiesMergingAlgorithm", TIES | {"merge_func": "max"}, scaled=True),
    Method("MagMaxAlgorithm", scaled=True),
    Method("DareTaskArithmetic", DARE, scaled=True),
    Method("DareTiesMerging", DARE | TIES | {"merge_func": "sum"}, scaled=True),
    Method("TaskSingularVectorMerging", scaled=True, factor="alpha"),
    Method("ISO_C_Merge", scaled=True),
    Method("ISO_CTS_Merge", {"common_space_fraction": 0.8}, scaled=True),
    Method("WUDIMerging", {"iter_num": 400}),
    Method("SingularValueCalibrationArithmeticTask", {"scaling_factor": 0.3, "alpha": 0.1}, package=CALIBRATION),
    Method(
        "SingularValueCalibrationWithBaseMethod",
        {"alpha": 0.1, "base_method": {"_target_": "fusion_bench.method.TiesMergingAlgorithm", "scaling_factor": 0.3} | TIES | {"merge_func": "sum"}},
        package=CALIBRATION,
    ),
    Method(
        "SingularValueCalibrationWithBaseMethod",
        {"alpha": 1.0, "base_method": {"_target_": "fusion_bench.method.TaskSingularVectorMerging", "alpha": 1}},
        package=CALIBRATION,
    ),
    Method("SimpleAverageAlgorithm"),
    Method("WeightedAverageAlgorithm", {"normalize": True, "weights": [0.3, 0.5, 0.2, 0.7, 0.1]}),
    Method(
        "CLIPTaskWiseAdaMergingAlgorithm",
        {"weights": [0.3, 0.5, 0.2, 0.7, 0.1], "clamp_weights": False, "tie_weights": True, "strict": False},
        config_name="clip_task_wise_adamerging",
    ),
    Method(
        "CLIPLayerWiseAdaMergingAlgorithm",
        {"weights": "merging_weights.pt", "clamp_weights": False, "tie_weights": True, "strict": False},
        config_name="clip_layer_wise_adamerging",
    ),
    Method("DareSimpleAverage", DARE),
    Method("ExPOAlgorithm", {"extrapolation_factor": 0.3}),
    *(
        Method("MagnitudeDiffPruningAlgorithm", {"prune_ratio": 0.5, "rescale": rescale, "extract_names": None, "prune_type": "minor"}, only=2)
        for rescale in (None, True, False)
    ),
    Method("ModelStock", {"ignore_keys": []}),
    Method("SlerpMergeAlgorithm", {"t": 0.5}, only=2),
)
"""DARE at a sparsity of 0, as nobody reproduces torch's draws."""

SEED = 0
"""For DARE: FusionBench drops what torch draws an exact 0 for even at a sparsity of 0, and with this seed it draws none."""

LEFT_OUT_TITLE = "## Not in the tables"

LEFT_OUT = """\
- `LinearInterpolationAlgorithm`: FusionBench 0.2.33 refuses every pool (it asserts that a list of names equals 2).
- `RegMeanAlgorithmForCLIP`: FusionBench has torch shuffle the pictures; on the same pictures it is [held to the class](methods.md#regmeanalgorithmforclip).
- DARE above a sparsity of 0: torch's generator and the one documented here drop other elements. At 0 FusionBench keeps an
  element if torch's draw is *above* 0, so it drops one in 2^24: the programs run with a `seed` at which it draws no 0.
- What FusionBench does not have: [mergekit's methods](methods.md#methods-of-mergekit), held to mergekit tensor by tensor, and LiNeS."""


@dataclass
class Pool:
    name: str
    sentence: str
    models: dict[str, Path]
    tasks: dict[str, Path]
    tasks_file: Path

    def config(self, method: Method) -> dict:
        models = dict(list(self.models.items())[: method.only])
        datasets = {
            name: {"_target_": "datasets.load_dataset", "path": "imagefolder", "data_dir": str(folder), "split": "train"} for name, folder in self.tasks.items()
        }
        base = str(self.models["_pretrained_"])
        return {
            "_target_": "fusion_bench.programs.FabricModelFusionProgram",
            "_recursive_": False,
            "print_config": False,
            "seed": SEED,
            "method": method.config(len(models) - 1),
            "modelpool": {"_target_": "fusion_bench.modelpool.CLIPVisionModelPool", "models": {name: str(folder) for name, folder in models.items()}},
            "taskpool": {
                "_target_": "fusion_bench.taskpool.CLIPVisionModelTaskPool",
                "test_datasets": datasets,
                "clip_model": base,
                "processor": base,
                "dataloader_kwargs": {"batch_size": 128},
            },
        }


def read_pool(description: Path, scratch: Path) -> Pool:
    """FusionBench cannot score zips (datasets fails on their labels), so they are unpacked for both."""
    content = json.loads(description.read_text())
    place = description.parent
    models = {model["name"]: (place / model["files"][0]).resolve().parent for model in content["models"]}
    tasks, tasks_file = {}, None
    for name in content["tasks"]["files"]:
        path = (place / name).resolve()
        if path.suffix == ".json":
            tasks_file = scratch / "tasks.json"
            tasks_file.write_bytes(path.read_bytes())
            continue
        tasks[path.stem] = scratch / path.stem
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                archive.extractall(tasks[path.stem])
        else:
            tasks[path.stem].symlink_to(path, target_is_directory=True)
    assert tasks_file, f"{description} names no tasks.json"
    name = description.parent.name if description.name == "manifest.json" else description.stem
    return Pool(name, content["sentence"], models, tasks, tasks_file)


def run(command: list[str]) -> None:
    result = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, env=os.environ | {"HF_DATASETS_OFFLINE": "1"})
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{(result.stderr or result.stdout)[-4000:]}")


def save_layer_wise_weights(pool: Pool, file: Path) -> None:
    """Weights as AdaMerging's learning leaves them: one for each expert and parameter."""
    import torch

    from groups.clips import load_vision

    count = len(list(load_vision(pool.models["_pretrained_"]).parameters()))
    generator = torch.Generator().manual_seed(SEED)
    torch.save(0.3 + 0.1 * torch.randn(len(pool.models) - 1, count, generator=generator), file)


def run_both(pool: Pool, method: Method, scratch: Path) -> list[tuple[str, Path, Path]]:
    """Every scaling factor with the folders in which FusionBench and the studio left report and model."""
    config = scratch / "config"
    config.mkdir(parents=True)
    content = pool.config(method)
    if isinstance(content["method"].get("weights"), str):
        content["method"]["weights"] = str(scratch / content["method"]["weights"])
        # Its class tells the logger what it is told.
        logger = {"_target_": "lightning.fabric.loggers.TensorBoardLogger", "root_dir": str(scratch / "logs")}
        content["fabric"] = {"_target_": "lightning.Fabric", "loggers": logger}
        save_layer_wise_weights(pool, scratch / "merging_weights.pt")
    # JSON is YAML.
    (config / "parity.yaml").write_text(json.dumps(content))
    shared = ["--config-path", str(config), "--config-name", "parity"]
    factors = [str(factor) for factor in SCALING_FACTORS] if method.scaled else []
    sweep = ["-m", f"method.{method.factor}={','.join(factors)}"] if factors else []
    theirs, ours = scratch / "theirs", scratch / "ours"

    def place(folder: Path) -> str:
        return f"hydra.{'sweep' if factors else 'run'}.dir={folder}"

    output = "${hydra:runtime.output_dir}"
    run(
        [sys.executable, "reference/run_fusionbench.py", "--tasks", str(pool.tasks_file), *shared, *sweep, place(theirs),
         f"+report_save_path={output}/program_report.json", f"+merged_model_save_path={output}/model"]  # fmt: skip
    )
    run(["node", "scripts/fuse.mjs", *shared, *sweep, place(ours), "+merged_model_save_path='{log_dir}/model'"])
    if not factors:
        return [("", theirs, ours)]
    return [(factor, theirs / str(job), ours / str(job)) for job, factor in enumerate(factors)]


def compare_models(theirs: Path, ours: Path) -> str:
    """Whether the saved files hold the same bytes, tensor by tensor; where not, how far they are apart."""
    from groups.common import canonical, tensor_bytes
    from safetensors.torch import load_file

    a, b = ({canonical(name): tensor for name, tensor in load_file(folder / "model/model.safetensors").items()} for folder in (theirs, ours))
    assert a.keys() == b.keys(), f"{sorted(a.keys() ^ b.keys())} are in one of the files only"
    different = [name for name in a if tensor_bytes(a[name]) != tensor_bytes(b[name])]
    if not different:
        return "identical"
    largest = max((a[name].double() - b[name].double()).abs().max().item() for name in different)
    return f"{len(different)} of {len(a)} tensors differ, by {largest:.1e} at most"


@dataclass
class Row:
    cells: list[str]
    equal: bool


def compare(pool: Pool, method: Method, factor: str, theirs: Path, ours: Path) -> Row:
    reports = [json.loads((folder / "program_report.json").read_text()) for folder in (theirs, ours)]
    names = [*pool.tasks, "average"]
    accuracies = [[report[name]["accuracy"] for name in names] for report in reports]
    losses = [[report[name]["loss"] for name in names] for report in reports]
    loss_difference = max(abs(a - b) for a, b in zip(*losses, strict=True))
    same_accuracy = accuracies[0] == accuracies[1]
    assert reports[0]["model_info"]["all_params"] == reports[1]["model_info"]["all_params"]
    left_out = {"_target_", "name"} | ({method.factor} if method.scaled else set())
    options = {key: value for key, value in method.config(len(pool.models) - 1).items() if key not in left_out and value != []}
    cells = [
        f"`{method.name}`",
        ", ".join(f"{key} {value if isinstance(value, str) else json.dumps(value)}" for key, value in options.items()),
        factor,
        *(f"{accuracy:.4f}" for accuracy in accuracies[1]),
        "equal" if same_accuracy else f"**{max(abs(a - b) for a, b in zip(*accuracies, strict=True)):.4f}**",
        f"{loss_difference:.1e}" if loss_difference < LARGEST_LOSS_DIFFERENCE else f"**{loss_difference:.1e}**",
        compare_models(theirs, ours),
    ]
    return Row(cells, same_accuracy and loss_difference < LARGEST_LOSS_DIFFERENCE)


def line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def section(pool: Pool, rows: list[Row]) -> str:
    head = ["method", "options", "scaling factor", *pool.tasks, "average", "accuracies", "largest loss difference", "merged tensors"]
    table = "\n".join(line(cells) for cells in (head, ["---"] * len(head), *(row.cells for row in rows)))
    return f"## {pool.name}\n\n{pool.sentence}\n\n{table}\n"


def with_rows(text: str, pool: Pool, rows: list[Row]) -> str:
    """The page with these rows, all of one class, in the place of those that it has of the class, or below those of the class before it."""
    before, title, after = text.partition(f"## {pool.name}\n")
    theirs, rest, others = after.partition("\n## ")
    lines = theirs.split("\n")
    is_of_class = [cells.startswith(f"| {rows[0].cells[0]} |") for cells in lines]
    kept = [cells for cells, of_class in zip(lines, is_of_class, strict=True) if not of_class]
    order = [f"| `{method.name}` |" for method in METHODS]
    earlier = tuple(order[: order.index(f"| {rows[0].cells[0]} |")])
    first = max(place for place, cells in enumerate(kept) if cells.startswith(earlier)) + 1
    made = before + title + "\n".join([*kept[:first], *(line(row.cells) for row in rows), *kept[first:]]) + rest + others
    return made.partition(LEFT_OUT_TITLE)[0] + left_out()


def left_out() -> str:
    return f"{LEFT_OUT_TITLE}\n\n{LEFT_OUT}\n"


def page(sections: list[str]) -> str:
    made_with = ", ".join(f"{name} {version}" for name, version in versions("fusion-bench", "transformers", "torch", "torchmetrics", "datasets").items())
    return f"""\
# Parity with FusionBench

Written by `reference/parity.py`, which runs the real program (`fusion_bench`, {made_with}) and `npm run fuse` on the same
configurations, one after the other, and compares reports and saved models. Accuracies are those of `npm run fuse`; "equal"
means that every accuracy of the two reports, average included, is the same number. Losses are cross-entropies averaged over
batches of 128; {LARGEST_LOSS_DIFFERENCE:.0e} is allowed, as the two compute in float32 in other orders.

{chr(10).join(sections)}
{left_out()}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pools", nargs="*", type=Path, metavar="POOL.json")
    parser.add_argument("--check", action="store_true", help="compare the two programs, write nothing")
    parser.add_argument("--method", choices=sorted({method.name for method in METHODS}), help="the rows of this class alone")
    arguments = parser.parse_args()
    sections, equal = [], True
    for description in arguments.pools or [pool for pool in POOLS if pool.exists()]:
        with tempfile.TemporaryDirectory() as folder:
            pool = read_pool(description, Path(folder))
            rows = []
            for number, method in enumerate(METHODS):
                if arguments.method not in (None, method.name):
                    continue
                for factor, theirs, ours in run_both(pool, method, Path(folder) / f"run-{number}"):
                    rows.append(compare(pool, method, factor, theirs, ours))
                    print(pool.name, *rows[-1].cells, sep=" | ", flush=True)
            equal &= all(row.equal for row in rows)
            sections.append(section(pool, rows))
            if arguments.method and not arguments.check:
                PAGE.write_text(with_rows(PAGE.read_text(), pool, rows))
    if not arguments.check and arguments.method is None:
        PAGE.write_text(page(sections))
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
