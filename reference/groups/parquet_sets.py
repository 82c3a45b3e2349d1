"""parquet/: image sets in Parquet files, as the `datasets` library writes them and as others do, and what is in them."""

import hashlib
import io
import shutil
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from groups.common import FIXTURES, read_json, versions, write_json
from groups.image_files import pixels

NAMES = ["zero", "one", "two"]

SCORED = FIXTURES / "scoring"
"""Pictures whose scores FusionBench tells."""


def picture(seed: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels(9, 8, seed)).save(buffer, "PNG")
    return buffer.getvalue()


def rows(first: int, count: int) -> list[tuple[bytes, int]]:
    return [(picture(first + n), (first + n) * 2 % 3) for n in range(count)]


def write_datasets(path: Path, content: list[tuple[bytes, int | None]], names: list[str], rows_per_group: int) -> None:
    """With the class names in the schema's metadata, and pictures as {bytes, path}."""
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=names)})
    columns = {"image": [{"bytes": file, "path": None} for file, _ in content], "label": [label for _, label in content]}
    path.parent.mkdir(parents=True, exist_ok=True)
    datasets.Dataset.from_dict(columns, features=features).to_parquet(path, batch_size=rows_per_group)


def scored(task: str) -> tuple[list[tuple[bytes, int]], list[str]]:
    """The pictures of a task of scoring/ in the order in which FusionBench scores them, and its class names."""
    listed = read_json(SCORED / "expected.json")["tasks"][task]
    files = [(SCORED / "images" / image).read_bytes() for image in listed["images"]]
    return list(zip(files, listed["labels"], strict=True)), read_json(SCORED / "images" / "tasks.json")[task]["classnames"]


def write_plain(path: Path, columns: dict, **options) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path, **options)


def expectation(files: list[str], classnames: list[str], content: list[tuple[bytes, int]]) -> dict:
    pictures = [hashlib.sha256(file).hexdigest() for file, _ in content]
    return {"files": files, "classnames": classnames, "labels": [label for _, label in content], "pictures": pictures}


def make(out: Path) -> None:
    folder = out / "parquet"
    shutil.rmtree(folder, ignore_errors=True)
    train, first, second = rows(0, 5), rows(10, 9), rows(30, 4)
    write_datasets(folder / "digits/data/train-00000-of-00001.parquet", train, NAMES, 2)
    write_datasets(folder / "digits/data/test-00000-of-00002.parquet", first, NAMES, 4)
    write_datasets(folder / "digits/data/test-00001-of-00002.parquet", second, NAMES, 4)

    surfaces, names = scored("surfaces")
    write_datasets(folder / "scored/surfaces.parquet", surfaces, names, 64)
    outlines, names = scored("outlines")
    write_datasets(folder / "scored/outlines/data/test-00000-of-00002.parquet", outlines[:23], names, 10)
    write_datasets(folder / "scored/outlines/data/test-00001-of-00002.parquet", outlines[23:], names, 10)

    plain = rows(50, 6)
    names = [("dog", "cat", "eel")[label] for _, label in plain]
    sorted_names = sorted(set(names))
    write_plain(folder / "pets.parquet", {"img": [file for file, _ in plain], "label": names, "note": ["x"] * 6}, compression="none")

    numbered = rows(70, 5)
    structs = [{"bytes": file, "path": f"{n}.png"} for n, (file, _) in enumerate(numbered)]
    write_plain(folder / "numbered.parquet", {"image": structs, "label": [label for _, label in numbered]}, compression="snappy")
    write_plain(folder / "zstd.parquet", {"image": structs, "label": [0, 1, 0, 1, 0]}, compression="zstd")
    write_plain(folder / "no-pictures.parquet", {"text": ["a", "b"], "label": [0, 1]})
    write_plain(folder / "no-labels.parquet", {"image": structs})

    # What `datasets` lets stand for "no label": -1, as in the test splits of many sets, and nothing at all.
    unlabelled = [(picture(90 + n), label) for n, label in enumerate((1, -1, 0, None, 2, -1))]
    write_datasets(folder / "unlabelled.parquet", unlabelled, NAMES, 4)

    content = {
        "made_with": versions("datasets", "pyarrow", "Pillow"),
        "digits": expectation(["digits/data/train-00000-of-00001.parquet", "digits/data/test-00000-of-00002.parquet", "digits/data/test-00001-of-00002.parquet"], NAMES, first + second),
        "pets": expectation(["pets.parquet"], sorted_names, [(file, sorted_names.index(name)) for (file, _), name in zip(plain, names, strict=True)]),
        "numbered": expectation(["numbered.parquet"], ["0", "1", "2"], numbered),
        "unlabelled": expectation(["unlabelled.parquet"], NAMES, [row for row in unlabelled if row[1] not in (None, -1)]),
    }
    write_json(folder / "expected.json", content)
