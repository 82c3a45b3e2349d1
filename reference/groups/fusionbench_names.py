"""fusionbench-names.json: every class and configuration of FusionBench that a configuration can name, and the program's list of them."""

import ast
import json
from pathlib import Path

import fusion_bench
import fusion_bench_config
import yaml
from fusion_bench.compat.method import AlgorithmFactory

from groups.common import FIXTURES, write_json

PACKAGE = Path(fusion_bench.__file__).parent
CONFIGS = Path(fusion_bench_config.__path__[0])
TABLE = Path(__file__).resolve().parent.parent.parent / "src" / "program" / "config" / "fusionbench" / "configs.json"

ROOTS = {
    "method": {"BaseAlgorithm", "BaseModelFusionAlgorithm", "ModelFusionAlgorithm"},
    "modelpool": {"BaseModelPool", "ModelPool"},
    "taskpool": {"BaseTaskPool", "TaskPool"},
    "program": {"BaseHydraProgram"},
}
"""What the classes of a section derive from."""


def last_name(node: ast.expr) -> str | None:
    node = node.value if isinstance(node, ast.Subscript) else node
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def class_tree() -> dict[str, set[str]]:
    """Class -> its bases, read from the sources: not everything can be imported without a GPU."""
    bases: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases.setdefault(node.name, set()).update(filter(None, map(last_name, node.bases)))
    return bases


def derives(name: str, roots: set[str], bases: dict[str, set[str]], above: tuple[str, ...] = ()) -> bool:
    if name in roots:
        return True
    return any(derives(base, roots, bases, (*above, name)) for base in bases.get(name, ()) if base not in above)


def aliases() -> dict[str, str]:
    """Other names of classes at the top level of modules: `ISO_C_Merge = IsotropicMergingInCommonSubspace`."""
    found = {}
    for path in sorted((PACKAGE / "method").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom):
                found.update({alias.asname: alias.name for alias in node.names if alias.asname and alias.name[0].isupper()})
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] = node.value.id
    return found


def configs() -> dict[str, str]:
    """Configuration (without .yaml) -> the class or the name that it asks for."""
    found = {}
    for group in ("method", "modelpool", "taskpool"):
        for path in sorted((CONFIGS / group).rglob("*.yaml")):
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
            content = content if isinstance(content, dict) else {}
            target = content.get("_target_") or content.get("name") or content.get("type")
            if isinstance(target, str) and target != "???":
                found[str(path.relative_to(CONFIGS).with_suffix(""))] = target.rpartition(".")[2]
    return found


def make(out: Path) -> None:
    bases = class_tree()
    classes = {kind: sorted(name for name in bases if derives(name, roots, bases)) for kind, roots in ROOTS.items()}
    known = set(classes["method"])
    classes["method"] = sorted(known | {alias for alias, name in aliases().items() if name in known})
    names = {name: target.rpartition(".")[2] for name, target in AlgorithmFactory._aglorithms.items()}
    table = json.dumps(configs(), indent=2) + "\n"
    if out == FIXTURES:
        TABLE.write_text(table, encoding="utf-8")
    else:
        assert TABLE.read_text(encoding="utf-8") == table, f"differs: {TABLE.name}"
    write_json(out / "fusionbench-names.json", {"classes": classes, "names": names})
