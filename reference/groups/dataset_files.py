"""dataset-files/: what `datasets.load_dataset` makes of folders of pictures and of Parquet files: which rows, in which order, of which class."""

import hashlib
import io
import shutil
import tempfile
import zipfile
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from groups.common import quiet, versions, write_json

CARD = """\
---
configs:
- config_name: small
  data_files:
  - split: train
    path: small/train-*
  - split: test
    path: small/test-*
- config_name: large
  data_dir: large
dataset_info:
- config_name: small
  features:
  - name: image
    dtype: image
  - name: label
    dtype:
      class_label:
        names:
          '0': zero
          '1': one
          '2': two
---
# Digits
"""

TREES: dict[str, list[str]] = {
    "flat": ["cat/2.png", "cat/10.png", "cat/1.png", "a/1.png", "a-b/1.png", "a b/x.jpg", "README.md", "notes.txt", "a/notes.txt"],
    "folders": ["train/cat/1.png", "train/dog/1.png", "train/only-here/1.png", "test/cat/2.png", "test/dog/3.png", "Testing/emu/1.png"],
    "keywords": ["valid/cat/1.png", "valid/dog/1.png", "evaluation/cat/2.png", "evaluation/dog/2.png", "training data/cat/3.png", "training data/dog/5.png", "my-test set/dog/4.png"],
    "file-names": ["cat/test_1.png", "dog/a-test-2.png", "cat/train_1.png", "dog/train 2.png", "dog/contest.png"],
    "scenes": ["train_interior/1.png", "train_station/1.png", "valley/1.png", "abbey/1.png"],
    "doubled": ["test/a-test/1.png", "test/b/1.png"],
    "uneven": ["cat/1.png", "dog/deep/1.png"],
    "lone": ["cat/1.png", "cat/2.png"],
    "special": ["cat/1.png", "dog/1.png", "__MACOSX/cat/1.png", ".cache/cat/1.png", "cat/.hidden.png"],
    "described": ["cat/1.png", "dog/1.png", "metadata.csv"],
    "capitals": ["Cat/1.PNG", "dog/1.JPeG", "Zebra/1.tiff"],
    "shards": ["data/test-00000-of-00002.parquet", "data/test-00001-of-00002.parquet", "data/extra-00000-of-00001.parquet", "data/train-00000-of-00001-0123456789abcdef.parquet"],
    "card": ["README.md", "small/train-0.parquet", "small/test-0.parquet", "large/train.parquet", "large/test.parquet"],
    "packed": ["train.zip", "test.zip"],
    "half-packed": ["cat/1.png", "dog/1.png", "more.zip"],
    "mixed": ["digits/test.parquet", "cat/1.png", "dog/1.png"],
}

PACKED = ["dog/2.png", "dog/10.png", "cat/1.png", "cat b/1.png", "cat-b/1.png", "__MACOSX/cat/1.png", "cat/.hidden.png", "notes.txt"]
"""What every zip holds, in this order."""

CASES: list[dict] = [
    {"tree": "flat", "path": "imagefolder", "split": "train"},
    {"tree": "flat", "path": "imagefolder", "split": "test"},
    {"tree": "flat", "split": "train"},
    {"tree": "flat", "path": "imagefolder", "split": "train[1:3]"},
    {"tree": "flat", "path": "imagefolder", "split": "train[:50%]"},
    {"tree": "flat", "path": "imagefolder", "split": "train[-2:]+train[:1]"},
    {"tree": "flat", "path": "imagefolder", "data_files": {"test": ["cat/1*.png", "a/1.png"], "train": "a-b/*"}, "split": "test"},
    {"tree": "flat", "path": "imagefolder", "data_files": "*/[1x].???", "split": "train"},
    {"tree": "flat", "path": "imagefolder", "data_files": ["**/1.png"], "split": "train"},
    {"tree": "flat", "path": "imagefolder", "data_files": ["cat/3.png"], "split": "train"},
    {"tree": "folders", "path": "imagefolder", "split": "test"},
    {"tree": "folders", "path": "imagefolder", "split": "train"},
    {"tree": "folders", "split": "test"},
    {"tree": "folders", "data_dir": "test", "split": "train"},
    {"tree": "keywords", "path": "imagefolder", "split": "validation"},
    {"tree": "keywords", "path": "imagefolder", "split": "test"},
    {"tree": "keywords", "path": "imagefolder", "split": "train"},
    {"tree": "file-names", "path": "imagefolder", "split": "test"},
    {"tree": "file-names", "path": "imagefolder", "split": "train"},
    {"tree": "scenes", "path": "imagefolder", "split": "train"},
    {"tree": "doubled", "path": "imagefolder", "split": "test"},
    {"tree": "uneven", "path": "imagefolder", "split": "train"},
    {"tree": "lone", "path": "imagefolder", "split": "train"},
    {"tree": "special", "path": "imagefolder", "split": "train"},
    {"tree": "described", "path": "imagefolder", "split": "train"},
    {"tree": "capitals", "path": "imagefolder", "split": "train"},
    {"tree": "shards", "split": "test"},
    {"tree": "shards", "split": "extra"},
    {"tree": "shards", "split": "train"},
    {"tree": "shards", "split": "test[3:6]+extra"},
    {"tree": "shards", "path": "parquet", "split": "test"},
    {"tree": "shards", "path": "parquet", "data_files": {"mine": "data/test-00001-*"}, "split": "mine"},
    {"tree": "card", "name": "small", "split": "test"},
    {"tree": "card", "name": "large", "split": "train"},
    {"tree": "card", "name": "medium", "split": "test"},
    {"tree": "card", "split": "test"},
    {"tree": "mixed", "split": "train"},
    {"tree": "half-packed", "path": "imagefolder", "split": "train"},
]


def content(path: str) -> bytes:
    """A picture of its own for every path."""
    shade = int.from_bytes(hashlib.sha256(path.encode()).digest()[:3], "big")
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2), (shade >> 16, shade >> 8 & 255, shade & 255)).save(buffer, "PNG")
    return buffer.getvalue()


def write_parquet(path: Path, name: str, features: bool) -> None:
    rows = 4 if "train" in name else 5
    pictures = [{"bytes": content(f"{name}/{n}"), "path": None} for n in range(rows)]
    labels = [n * 2 % 3 for n in range(rows)]
    if features:
        columns = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["nil", "one", "two"])})
        datasets.Dataset.from_dict({"image": pictures, "label": labels}, features=columns).to_parquet(path, batch_size=2)
    else:
        pq.write_table(pa.table({"image": pictures, "label": labels}), path)


def write_zip(path: Path, name: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in PACKED:
            archive.writestr(zipfile.ZipInfo(entry), content(f"{name}/{entry}"))


def write_tree(folder: Path, tree: str) -> None:
    for name in TREES[tree]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".parquet"):
            write_parquet(path, name, features=tree != "card")
        elif name.endswith(".zip"):
            write_zip(path, name)
        elif name == "README.md":
            path.write_text(CARD if tree == "card" else "# No head\n")
        elif name == "metadata.csv":
            path.write_text("file_name,label\ncat/1.png,cat\ndog/1.png,dog\n")
        else:
            path.write_bytes(content(name))


def answer(case: dict, root: Path, cache: Path) -> dict:
    folder = root / case["tree"]
    arguments = {key: case[key] for key in ("name", "data_files", "split") if key in case}
    if "path" in case:
        arguments |= {"path": case["path"], "data_dir": str(folder)}
    else:
        arguments |= {"path": str(folder)} | ({"data_dir": case["data_dir"]} if "data_dir" in case else {})
    try:
        with quiet():
            dataset = datasets.load_dataset(**arguments, cache_dir=str(cache))
        undecoded = dataset.cast_column("image", datasets.Image(decode=False))
        feature = dataset.features["label"]
        rows = [
            {"picture": hashlib.sha256(row["image"]["bytes"] or Path(row["image"]["path"]).read_bytes()).hexdigest(), "label": row["label"]}
            for row in undecoded
        ]
        return {"classnames": getattr(feature, "names", None), "rows": rows}
    except Exception as error:  # noqa: BLE001 - whatever it is, the data cannot be scored
        return {"error": type(error).__name__}


def make(out: Path) -> None:
    folder = out / "dataset-files"
    shutil.rmtree(folder, ignore_errors=True)
    trees = folder / "trees"
    for tree in TREES:
        write_tree(trees / tree, tree)
    with tempfile.TemporaryDirectory() as cache:
        cases = [case | {"answer": answer(case, trees, Path(cache) / str(number))} for number, case in enumerate(CASES)]
    write_json(folder / "expected.json", {"made_with": versions("datasets", "fsspec", "pyarrow"), "cases": cases})
