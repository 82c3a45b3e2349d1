"""src/taskpool/datasets/data: class names and prompt templates of FusionBench's CLIP tasks, and what their test is held to."""

import hashlib
import json
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from groups import fusionbench  # noqa: F401 - lets FusionBench be imported under transformers 5
from groups.common import FIXTURES, write_json
from fusion_bench.tasks.clip_classification import CLIPTemplateFactory

DATA = Path(__file__).resolve().parent.parent.parent / "src" / "taskpool" / "datasets" / "data"
PACKAGE = "fusion_bench.tasks.clip_classification"

MISNAMED = {"mango_leaf_disease": "mongo_leaf_disease"}
"""A module that FusionBench's own table gets wrong."""

WIDTH = 100
"""Arrays that fit into this width stand on one line, as the project's formatter has them."""


def modules() -> dict[str, tuple[str, str]]:
    """Task name -> file and the name of its list of class names."""
    found = {}
    for task, entry in CLIPTemplateFactory._dataset_mapping.items():
        module, names = (entry, "classnames") if isinstance(entry, str) else (entry["module"], entry["classnames"])
        module = module.removeprefix(".").rpartition(".")[2]
        found[task] = (MISNAMED.get(module, module), names)
    return found


def information(module: str, names: str) -> dict:
    source = import_module(f"{PACKAGE}.{module}")
    marker = "\x00"
    templates = [template(marker) for template in source.templates]
    assert all(template.count(marker) == 1 for template in templates), module
    return {
        "source": f"fusion-bench {version('fusion-bench')}, fusion_bench/tasks/clip_classification/{module}.py (MIT licence)",
        "classnames": [str(name) for name in getattr(source, names)],
        "templates": [template.replace(marker, "{}") for template in templates],
    }


def formatted(value: dict) -> str:
    """JSON as Biome formats it."""
    lines = []
    for key, item in value.items():
        line = f"  {json.dumps(key)}: {json.dumps(item, ensure_ascii=False)}"
        if isinstance(item, list) and len(line) + 1 > WIDTH:
            items = ",\n".join(f"    {json.dumps(part, ensure_ascii=False)}" for part in item)
            line = f"  {json.dumps(key)}: [\n{items}\n  ]"
        lines.append(line)
    return "{\n" + ",\n".join(lines) + "\n}\n"


def make(out: Path) -> None:
    files, digests = {}, {}
    tasks = modules()
    for module, names in dict.fromkeys(tasks.values()):
        content = information(module, names)
        files[f"{module}.json"] = formatted(content)
        text = json.dumps([content["classnames"], content["templates"]], ensure_ascii=False, separators=(",", ":"))
        digests[module] = {
            "classes": len(content["classnames"]),
            "templates": len(content["templates"]),
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        }
    names_file = formatted({task: module for task, (module, _) in tasks.items()})
    if out == FIXTURES:
        DATA.mkdir(exist_ok=True)
        for name, text in files.items():
            (DATA / name).write_text(text, encoding="utf-8")
        (DATA.parent / "names.json").write_text(names_file, encoding="utf-8")
    else:
        expected = {**{DATA / name: text for name, text in files.items()}, DATA.parent / "names.json": names_file}
        wrong = [path.name for path, text in expected.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
        assert not wrong, f"differs: {', '.join(wrong)}"
    write_json(out / "classnames.json", {"tasks": {task: module for task, (module, _) in tasks.items()}, "files": digests})
