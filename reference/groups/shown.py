"""configuration/shown.json: what Hydra prints for `--cfg job` and `--info defaults`; src/program/hydra/show.ts is held to it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .common import FIXTURES, versions, write_json

PROJECT = FIXTURES.parent.parent

APPLICATION = """
import hydra

@hydra.main(version_base=None, config_path="tree", config_name="config")
def main(config):
    raise SystemExit("it ran")

main()
"""

ODD_VALUES = """
texts:
  - ''
  - ' blank '
  - 'yes'
  - 'y'
  - 'null'
  - '1e5'
  - '1_000'
  - '0x1F'
  - 'nan'
  - '2024-01-01'
  - '- dash'
  - '-dash'
  - 'a: b'
  - 'a:b'
  - 'a #b'
  - 'a#b'
  - '# c'
  - "it's"
  - "'quoted'"
  - '"quoted"'
  - '{braces}/x'
  - '[a]'
  - '%percent'
  - '@at'
  - '`tick'
  - '!tag'
  - '&anchor'
  - '*star'
  - '?'
  - '? question'
  - '???'
  - '???x'
  - '='
  - '<<'
  - '---'
  - 'ends:'
  - 'grüße 画像'
  - "two\\nlines"
  - 'a photo of a {}, which goes on for so long that a line of eighty characters cannot hold all of it, nor two of them'
  - "it's a photo of a {}, which goes on for so long that a line of eighty characters cannot hold all of it, nor two"
  - onewordthatgoesonforsolongthatalineofeightycharacterscannotholdallofitandthatcannotbebroken
numbers: [1, -1, 0, 1.0, 0.1, 1.0e-05, 1e20, 1.5e300, .inf, -.inf, .nan]
others: [true, false, null, [], {}, [[1, [2]], {a: 1, b: [{c: 2}]}]]
? 'yes'
: key
'1': key
? 'a: b'
: key
empty_list: []
empty_section: {}
nested:
  deeper:
    - a: 1
      b:
        c: ${numbers}
    - ${texts.3}
"""

FILES = {
    "config.yaml": "defaults:\n  - base\n  - db: mysql\n  - server@inner: apache\n  - optional missing: nothing\n  - _self_\nown: ${db.name} ${oc.env:STUDIO_CASE,none}\n",
    "base.yaml": "shared: 1\n",
    "db/mysql.yaml": "defaults:\n  - engine: innodb\nname: mysql\n",
    "db/engine/innodb.yaml": "kind: innodb\n",
    "db/sqlite.yaml": "name: sqlite\n",
    "server/apache.yaml": "# @package _global_\nserver: apache\n",
    "odd.yaml": ODD_VALUES,
}

OWN = (
    {"name": "fabric_model_fusion", "overrides": []},
    {"name": "fabric_model_fusion", "overrides": ["method=ties_merging", "method.threshold=30", "seed=7"]},
    {"name": "model_fusion", "overrides": ["modelpool=CLIPVisionModelPool/clip-vit-base-patch16_TA8", "taskpool=CLIPVisionModelTaskPool/clip-vit-classification_TA8_B16"]},
    {"name": "clip_task_arithmetic", "folder": "_get_started", "overrides": ["method.scaling_factor=0.5"]},
)  # fmt: skip
"""Questions to the project's own configurations; `folder` is the one below them that is named."""

TREE = (
    {"name": "config", "overrides": []},
    {"name": "config", "overrides": ["db=sqlite", "+new.key=[1,{a:b}]", "shared=2"]},
    {"name": "config", "overrides": ["+db@second=sqlite", "~server@inner"]},
    {"name": "odd", "overrides": []},
)
"""Questions to the tree above."""

MORE = (
    {"name": "config", "overrides": [], "package": "db"},
    {"name": "config", "overrides": [], "package": "db.name"},
    {"name": "config", "overrides": [], "resolve": True},
    {"name": "odd", "overrides": [], "package": "nested", "resolve": True},
)
"""Questions of `--cfg job` alone."""


def printed(application: Path, tree: Path, case: dict) -> dict:
    """The case with what the application prints, whose configurations lie in `tree`."""
    arguments = ["--config-path", str(tree / case.get("folder", "")), "--config-name", case["name"]]
    arguments += ["--cfg", "job"] if case["show"] == "job" else ["--info", "defaults"]
    arguments += ["--package", case["package"]] if "package" in case else []
    arguments += ["--resolve"] if "resolve" in case else []
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("FUSION_BENCH_", "STUDIO_"))}
    command = [sys.executable, str(application), *arguments, *case["overrides"]]
    result = subprocess.run(command, check=True, capture_output=True, text=True, cwd=application.parent, env=environment)
    return {**case, "printed": result.stdout}


def both(cases) -> list[dict]:
    return [{"show": show, **case} for case in cases for show in ("job", "defaults")]


def make(out: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        application = Path(name) / "application.py"
        application.write_text(APPLICATION, encoding="utf-8")
        tree = Path(name) / "tree"
        for path, text in FILES.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text(text, encoding="utf-8")
        others = both(TREE) + [{"show": "job", **case} for case in MORE]
        write_json(
            out / "configuration" / "shown.json",
            {
                "versions": versions("hydra-core", "omegaconf", "PyYAML"),
                "own": [printed(application, PROJECT / "config", case) for case in both(OWN)],
                "files": FILES,
                "cases": [printed(application, tree, case) for case in others],
            },
        )
