"""configuration/: what Hydra, OmegaConf, datasets and FusionBench make of files and overrides; src/program/hydra and src/program/config are held to it."""

import contextlib
import gzip
import inspect
import itertools
import json
import math
import os
import tempfile
from datetime import datetime
from pathlib import Path
from unittest import mock

import yaml
from hydra import compose, initialize_config_dir
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import QuotedString, Sweep
from omegaconf import OmegaConf
from omegaconf._utils import get_yaml_loader

from groups.common import FIXTURES, versions, write_json
from groups.configuration_cases import ENVIRONMENT, INTERPOLATIONS, OVERRIDES, OWN, SPLITS, SWEEPS, TREES, YAMLS

PROJECT = Path(__file__).resolve().parent.parent.parent
NOW = datetime(2026, 3, 4, 5, 6, 7)
"""The time of every `${now:...}`, local."""


def typed(value):
    """JSON that keeps what JSON cannot: [type, value], maps as pairs in order."""
    if isinstance(value, QuotedString):
        value = value.text
    if value is None:
        return ["null"]
    if isinstance(value, bool):
        return ["bool", value]
    if isinstance(value, int):
        return ["int", value]
    if isinstance(value, float):
        return ["float", repr(value)]
    if isinstance(value, str):
        return ["str", value]
    if isinstance(value, list):
        return ["list", [typed(item) for item in value]]
    if isinstance(value, dict):
        return ["map", [[str(key), typed(item)] for key, item in value.items()]]
    raise TypeError(type(value))


def plain(value):
    """JSON as JavaScript has it: infinite numbers and NaN as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value


def attempt(case: dict, key: str, make) -> dict:
    """The case with what `make` gives, or with the error that it raises (its class and first line)."""
    try:
        return {**case, key: make()}
    except Exception as error:
        message = str(error).splitlines()
        return {**case, "error": f"{type(error).__name__}: {message[0] if message else ''}"}


def yaml_cases() -> list[dict]:
    def read(text):
        value = yaml.load(text, Loader=get_yaml_loader())
        return typed({} if value is None else value)

    return [attempt({"text": text}, "value", lambda text=text: read(text)) for text in YAMLS]


def override_cases() -> list[dict]:
    def read(line):
        override = OverridesParser.create().parse_override(line)
        result = {"kind": override.type.name, "key": override.key_or_group, "package": override.package}
        if isinstance(override._value, Sweep):
            return {**result, "sweep": list(itertools.islice(override.sweep_string_iterator(), 40))}
        if override.value_type is None:
            return result
        return {**result, "value": typed(override.value()), "text": override.get_value_element_as_str()}

    return [attempt({"line": line}, "override", lambda line=line: read(line)) for line in OVERRIDES]


def interpolation_cases() -> list[dict]:
    def read(text):
        config = OmegaConf.create(text)
        OmegaConf.resolve(config)
        return typed(OmegaConf.to_container(config))

    with environment():
        return [attempt({"text": text}, "value", lambda text=text: read(text)) for text in INTERPOLATIONS]


@contextlib.contextmanager
def environment():
    """The environment of the cases, their time, and the folder of their runs."""
    import hydra.core.utils

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return NOW

    cleaned = {key: value for key, value in os.environ.items() if not key.startswith("FUSION_BENCH_")}
    with (
        mock.patch.dict(os.environ, {**cleaned, **ENVIRONMENT}, clear=True),
        mock.patch.object(hydra.core.utils, "datetime", Clock),
        mock.patch.object(os, "getcwd", lambda: "FOLDER"),
    ):
        yield


def composed(folder: Path, name: str, overrides: list[str]):
    """The configuration as FusionBench's command gets it, every interpolation resolved, and where Hydra would run it."""
    OmegaConf.clear_resolver("now")
    with environment(), initialize_config_dir(str(folder), version_base=None):
        whole = compose(name, overrides=overrides, return_hydra_config=True)
        HydraConfig.instance().set_config(whole)
        config = compose(name, overrides=overrides)
        OmegaConf.resolve(config)
        return {"config": plain(OmegaConf.to_container(config)), "run": HydraConfig.get().run.dir}


def compose_case(folder: Path, name: str, overrides: list[str], **more) -> dict:
    case = {**more, "name": name, "overrides": overrides}
    return attempt(case, "result", lambda: composed(folder, name, overrides))


def tree_cases() -> list[dict]:
    cases = []
    for title, files, runs in TREES:
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                target = Path(folder) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            results = [compose_case(Path(folder), name, overrides) for name, *overrides in runs]
            cases.append({"title": title, "files": files, "runs": without_folder(results, folder)})
    return cases


def without_folder(results, folder: str):
    return json.loads(json.dumps(results).replace(os.path.realpath(folder), "FOLDER").replace(folder, "FOLDER"))


def sweep_cases() -> list[dict]:
    def runs(lines):
        parsed = OverridesParser.create().parse_overrides(lines)
        return BasicSweeper.split_arguments(parsed, max_batch_size=None)[0]

    return [attempt({"lines": lines}, "runs", lambda lines=lines: runs(lines)) for lines in SWEEPS]


def split_cases() -> list[dict]:
    from datasets import ReadInstruction

    sizes = {"train": 250, "test": 60}

    def ranges(text):
        parts = ReadInstruction.from_spec(text).to_absolute(sizes)
        return [[part.splitname, part.from_, part.to] for part in parts]

    return [attempt({"text": text}, "ranges", lambda text=text: ranges(text)) for text in SPLITS]


def fusion_bench_tree() -> dict[str, str]:
    """FusionBench's configurations by path, keys and values only: written anew without their comments."""
    import fusion_bench_config

    root = Path(next(iter(fusion_bench_config.__path__)))
    tree = {}
    for path in sorted(root.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        header = "".join(f"{line}\n" for line in text.splitlines() if line.startswith("# @package"))
        content = yaml.load(text, Loader=get_yaml_loader())
        tree[path.relative_to(root).as_posix()] = header + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=200)
    return tree


def fusion_bench_runs(tree: dict[str, str], folder: Path) -> list[dict]:
    """Every top-level and tutorial configuration, and every option of the three groups on the default one."""
    runs = [(path, []) for path in tree if path.count("/") == 0 or path.startswith("_get_started/")]
    for group in ("method", "modelpool", "taskpool", "fabric"):
        options = [path for path in tree if path.startswith(f"{group}/") and "/_" not in path]
        runs += [("fabric_model_fusion", [f"{group}={path.removeprefix(f'{group}/').removesuffix('.yaml')}"]) for path in options]
    cases = [compose_case(folder, name.removesuffix(".yaml"), overrides) for name, overrides in runs]
    return without_folder(cases, str(folder))


def fusion_bench_fixture() -> dict:
    tree = fusion_bench_tree()
    with tempfile.TemporaryDirectory() as folder:
        for path, text in tree.items():
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return {"files": tree, "runs": fusion_bench_runs(tree, Path(folder))}


MOVED = {"mnist": "ylecun/mnist", "svhn": "ufldl-stanford/svhn"}
"""Repositories that FusionBench 0.2.33 calls by names that the Hub has given up; the project's `config/` has the present ones."""


def with_present_names(node):
    """A composed configuration with the data sets of MOVED under their present names."""
    if isinstance(node, list):
        return [with_present_names(item) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {key: with_present_names(value) for key, value in node.items()}
    if node.get("_target_") == "datasets.load_dataset":
        if node.get("path") in MOVED:
            changed["path"] = MOVED[node["path"]]
        if node.get("_args_") and node["_args_"][0] in MOVED:
            changed["_args_"] = [MOVED[node["_args_"][0]], *node["_args_"][1:]]
    return changed


def own_cases() -> list[dict]:
    """What FusionBench's own tree gives for what the project's `config/` is asked; Hydra gets the same from both, but for MOVED."""
    import fusion_bench_config

    theirs = Path(next(iter(fusion_bench_config.__path__)))
    cases = []
    for name, *overrides in OWN:
        reference = compose_case(theirs, name, overrides)
        if "result" in reference:
            reference = {**reference, "result": with_present_names(reference["result"])}
        own = compose_case(PROJECT / "config", name, overrides)
        assert json.dumps(own.get("result")) == json.dumps(reference.get("result")), f"{name} {overrides} differs from FusionBench's"
        cases.append(reference)
    return without_folder(cases, str(theirs))


METHODS = {
    "DummyAlgorithm": "dummy", "SimpleAverageAlgorithm": "simple_average", "WeightedAverageAlgorithm": "linear/weighted_average",
    "TaskArithmeticAlgorithm": "task_arithmetic", "TiesMergingAlgorithm": "ties_merging", "MagMaxAlgorithm": "magmax/magmax",
    "DareTaskArithmetic": "dare/task_arithmetic", "DareTiesMerging": "dare/ties_merging",
    "TaskSingularVectorMerging": "task_singular_vector/TaskSingularVectorMerging", "ISO_C_Merge": "isotropic_merging/iso_c",
    "ISO_CTS_Merge": "isotropic_merging/iso_cts", "WUDIMerging": "wudi/wudi",
    "LinearInterpolationAlgorithm": "linear/linear_interpolation", "ModelStock": "model_stock/model_stock",
    "SlerpMergeAlgorithm": "slerp/slerp", "CLIPTaskWiseAdaMergingAlgorithm": "adamerging/clip",
    "CLIPLayerWiseAdaMergingAlgorithm": "adamerging/clip", "DareSimpleAverage": "dare/simple_average",
    "ExPOAlgorithm": "linear/expo", "MagnitudeDiffPruningAlgorithm": "pruning/magnitude_diff_pruning",
    "TaskVectorCosSimilarity": "analysis/task_vector_cos_similarity",
    "SingularValueCalibrationArithmeticTask": "singular_value_calibration/task_arithmetic",
    "SingularValueCalibrationWithBaseMethod": "singular_value_calibration/ties_merging",
    "RegMeanAlgorithmForCLIP": "regmean/clip_regmean",
}  # fmt: skip
"""FusionBench's classes and their configuration in the group `method`."""


def importable_names(target: type, package: str, alias: str | None = None) -> list[str]:
    """Every dotted name under `package` that imports this class, by its own name and by the one that a configuration has."""
    from importlib import import_module

    # The module that defines it, its packages up to `package`, and `package` itself.
    steps = target.__module__.split(".")
    modules = {".".join(steps[:count]) for count in range(1, len(steps) + 1)} | {package}
    names = []
    for module in sorted(modules):
        for name in sorted({alias or target.__name__, target.__name__}):
            with contextlib.suppress(ImportError, AttributeError):
                if getattr(import_module(module), name, None) is target:
                    names.append(f"{module}.{name}")
    return names


def parameters(target: type) -> list[dict]:
    found = []
    for parameter in inspect.signature(target.__init__).parameters.values():
        if parameter.name == "self" or parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        required = parameter.default is parameter.empty
        found.append({"name": parameter.name, "required": required, **({} if required else {"default": parameter.default})})
    return found


def name_of(target: type) -> str | None:
    """The `name` by which a configuration asks for a class of FusionBench 0.1, instead of `_target_`."""
    from fusion_bench.compat.method import AlgorithmFactory

    return next((name for name, path in AlgorithmFactory._aglorithms.items() if path.endswith(f".{target.__name__}")), None)


def weights_for(target: type):
    """Weights of two experts: layer-wise ones come from a file alone."""
    return str(FIXTURES / "methods/merging_weights-p8-32.pt") if "LayerWise" in target.__name__ else [0.3, 0.5]


def keys_wanted(target: type, config: dict) -> list[dict]:
    """The keys of such a class's configuration, and whether it merges without them: `weights` are given, and nothing is learned."""
    from omegaconf.errors import ConfigAttributeError

    from groups import fusionbench

    told = {key: value for key, value in config.items() if key != "name"} | {"weights": weights_for(target), "fast_dev_run": False}
    found = []
    for key in told:
        algorithm = target(OmegaConf.create({other: value for other, value in told.items() if other != key}))
        # One of them would tell the logger of a program, and there is none.
        algorithm.log_hyperparams = lambda config: None
        try:
            fusionbench.merged(algorithm, "p8-32")
            found.append({"name": key, "required": False})
        except ConfigAttributeError:
            found.append({"name": key, "required": True})
    return found


def method_facts(target: type, config: dict, alias: str) -> dict:
    name = name_of(target)
    own = parameters(target)
    if target.__name__ == "RegMeanAlgorithmForCLIP":
        # It hands on what it does not name.
        own += parameters(target.__mro__[[base.__name__ for base in target.__mro__].index("RegMeanAlgorithm")])
    facts = {"names": importable_names(target, "fusion_bench.method", alias), **({"name": name} if name else {})}
    return facts | {"parameters": keys_wanted(target, config) if name else own, "configuration": plain(config)}


def program_facts() -> dict:
    """Classes, their parameters, and what FusionBench's own configuration gives them."""
    import fusion_bench.method
    import fusion_bench.method.singular_value_calibration as calibration
    import fusion_bench.modelpool
    import fusion_bench.programs
    import fusion_bench_config

    from groups import fusionbench  # noqa: F401 - lets the task pool be imported under transformers 5

    import fusion_bench.taskpool

    root = Path(next(iter(fusion_bench_config.__path__)))
    unexported = {"SingularValueCalibrationArithmeticTask": calibration, "SingularValueCalibrationWithBaseMethod": calibration}
    methods = {}
    for name, path in METHODS.items():
        target = getattr(unexported.get(name, fusion_bench.method), name)
        config = yaml.load((root / "method" / f"{path}.yaml").read_text(), Loader=get_yaml_loader())
        methods[name] = method_facts(target, config, name)
    classes = {}
    for module, names in (
        (fusion_bench.modelpool, ["CLIPVisionModelPool"]),
        (fusion_bench.taskpool, ["CLIPVisionModelTaskPool", "DummyTaskPool"]),
        (fusion_bench.programs, ["FabricModelFusionProgram", "ModelFusionProgram"]),
    ):
        for name in names:
            target = getattr(module, name)
            classes[name] = {"names": importable_names(target, module.__name__), "parameters": parameters(target)}
    return {"methods": methods, "classes": classes}


def write_gzipped(path: Path, value) -> None:
    path.write_bytes(gzip.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0))


def make(out: Path) -> None:
    folder = out / "configuration"
    made = versions("hydra-core", "omegaconf", "fusion-bench", "datasets")
    environment_of_cases = {"environment": ENVIRONMENT, "now": NOW.isoformat()}
    write_json(folder / "yaml.json", {"versions": made, "cases": yaml_cases()})
    write_json(folder / "overrides.json", {"versions": made, "cases": override_cases()})
    write_json(folder / "interpolations.json", {"versions": made, **environment_of_cases, "cases": interpolation_cases()})
    write_json(folder / "trees.json", {"versions": made, **environment_of_cases, "cases": tree_cases()})
    write_json(folder / "sweeps.json", {"versions": made, "cases": sweep_cases()})
    write_json(folder / "splits.json", {"versions": made, "cases": split_cases()})
    write_json(folder / "program.json", {"versions": made, **program_facts()})
    write_gzipped(folder / "own.json.gz", {"versions": made, **environment_of_cases, "cases": own_cases()})
    write_gzipped(folder / "fusionbench-tree.json.gz", {"versions": made, **environment_of_cases, **fusion_bench_fixture()})
