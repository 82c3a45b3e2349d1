"""Makes reference/fixtures with the real transformers, FusionBench, safetensors, Pillow and PEFT.

    reference/setup.sh
    /opt/studio-reference/bin/python reference/make_fixtures.py [--check] [group ...]

Without groups all are made, in the order in which they need each other. With --check they are made in a temporary
folder and compared with the committed files: the exit status is 1 where a byte differs.
"""

import argparse
import filecmp
import importlib
import sys
import tempfile
import time
from pathlib import Path

from groups.common import FIXTURES

GROUPS = (
    "tokenizer",
    "pictures",
    "models",
    "merge",
    "mergekit",
    "layers",
    "safetensors_cases",
    "safetensors_mutations",
    "safetensors_writer",
    "images",
    "image_oddities",
    "picture_formats",
    "processors",
    "tokens",
    "clip",
    "published_clips",
    "scoring",
    "formats_dtypes",
    "formats_torch",
    "formats_shards",
    "formats_layouts",
    "formats_lora",
    "lora_open_clip",
    "formats_pool",
    "formats_settings",
    "formats_training",
    "relatives",
    "methods",
    "relations",
    "matrix_methods",
    "regmean",
    "mergekit_methods",
    "statistics",
    "linear_algebra",
    "spectral",
    "configuration",
    "shown",
    "fusionbench_names",
    "classnames",
    "random_splits",
    "parquet_sets",
    "dataset_files",
    "webdataset_sets",
    "zips",
)
"""Modules of reference/groups, each with `make(out: Path)`. A group reads what earlier groups committed from FIXTURES."""


def differences(made: Path) -> list[str]:
    """The files under `made` that are missing from the committed fixtures or differ from them."""
    files = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    return [str(f) for f in files if not (FIXTURES / f).is_file() or not filecmp.cmp(made / f, FIXTURES / f, shallow=False)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="group", help=f"one of {', '.join(GROUPS)}")
    parser.add_argument("--check", action="store_true", help="compare with the committed files, change nothing")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.groups if name not in GROUPS]
    if unknown:
        parser.error(f"unknown group {', '.join(unknown)}; there are {', '.join(GROUPS)}")

    wrong: list[str] = []
    for name in arguments.groups or GROUPS:
        started = time.time()
        make = importlib.import_module(f"groups.{name}").make
        if arguments.check:
            with tempfile.TemporaryDirectory() as folder:
                make(Path(folder))
                wrong += differences(Path(folder))
        else:
            make(FIXTURES)
        print(f"{name}: {time.time() - started:.1f} s", flush=True)
    for file in wrong:
        print(f"differs: {file}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
