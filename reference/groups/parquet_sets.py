"""parquet/: image sets in Parquet files, as the `datasets` library writes them and as others do, and what is in them."""

import contextlib
import hashlib
import io
import shutil
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from groups.common import FIXTURES, read_json, versions, write_bytes, write_json
from groups.image_files import pixels

NAMES = ["zero", "one", "two"]

CODECS = ["zstd", "gzip", "brotli", "lz4", "snappy", "none"]

SCORED = FIXTURES / "scoring"
"""Pictures whose scores FusionBench tells."""


def picture(seed: int, level: int = 6) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels(9, 8, seed)).save(buffer, "PNG", compress_level=level)
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


def write_paths(path: Path, pictures: list[str]) -> None:
    """As `datasets` does without reading the files."""
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=NAMES[:2])})
    columns = {"image": pictures, "label": [n % 2 for n in range(len(pictures))]}
    with contextlib.chdir(path.parent):
        datasets.Dataset.from_dict(columns, features=features).to_parquet(path)


def expectation(files: list[str], classnames: list[str], content: list[tuple[bytes, int]]) -> dict:
    pictures = [hashlib.sha256(file).hexdigest() for file, _ in content]
    return {"files": files, "classnames": classnames, "labels": [label for _, label in content], "pictures": pictures}


def write_encodings(folder: Path) -> dict:
    """Rows without pictures worth the name, in the encodings that pyarrow writes when it is asked to, on many small pages."""
    count = 200
    files = [None if n % 7 == 3 else f"picture {n // 3 * 3}".encode() + bytes(n % 5) for n in range(count)]
    # Runs, changes, and differences of more than 53 bits.
    small = [None if n % 11 == 5 else (0 if n < 90 else n % 3) for n in range(count)]
    large = [(-1) ** n * (2**53 - 1 - n) if n % 40 < 3 else n * n for n in range(count)]
    names = [("cat", "catfish", "caterpillar")[n % 3] for n in range(count)]
    truths = [n % 3 == 0 or 40 < n < 80 for n in range(count)]
    kinds = {
        "dictionary": (files, pa.array(small, pa.int64()), {}),
        "plain": (files, pa.array(small, pa.int32()), {"use_dictionary": False}),
        "deltas": (files, pa.array(large, pa.int64()), {"use_dictionary": False, "column_encoding": {"image": "DELTA_LENGTH_BYTE_ARRAY", "label": "DELTA_BINARY_PACKED"}}),
        "deltas-32": (files, pa.array(small, pa.int32()), {"use_dictionary": False, "column_encoding": {"image": "DELTA_BYTE_ARRAY", "label": "DELTA_BINARY_PACKED"}}),
        "prefixes": (files, names, {"use_dictionary": False, "column_encoding": {"image": "PLAIN", "label": "DELTA_BYTE_ARRAY"}}),
        "streams": (files, pa.array(small, pa.int32()), {"use_dictionary": False, "column_encoding": {"image": "PLAIN", "label": "BYTE_STREAM_SPLIT"}}),
        "truths": (files, truths, {"use_dictionary": False, "column_encoding": {"image": "PLAIN", "label": "RLE"}}),
    }
    expected = {}
    for name, (images, labels, options) in kinds.items():
        for version in ("1.0", "2.0"):
            path = folder / f"{name}-{version[0]}.parquet"
            columns = {"image": images, "label": labels}
            write_plain(path, columns, compression="zstd", data_page_version=version, data_page_size=100, write_batch_size=30, row_group_size=120, **options)
            read = pq.read_table(path).to_pydict()
            content = {"labels": read["label"], "pictures": [file if file is None else file.hex() for file in read["image"]]}
            assert expected.setdefault(name, content) == content
    return expected


def make(out: Path) -> None:
    folder = out / "parquet"
    shutil.rmtree(folder, ignore_errors=True)
    train, first, second = rows(0, 5), rows(10, 9), rows(30, 4)
    write_datasets(folder / "digits/data/train-00000-of-00001.parquet", train, NAMES, 2)
    write_datasets(folder / "digits/data/test-00000-of-00002.parquet", first, NAMES, 4)
    write_datasets(folder / "digits/data/test-00001-of-00002.parquet", second, NAMES, 4)

    surfaces, names = scored("surfaces")
    write_datasets(folder / "scored/surfaces.parquet", surfaces, names, 64)
    (folder / "scored/zstd").mkdir()
    pq.write_table(pq.read_table(folder / "scored/surfaces.parquet"), folder / "scored/zstd/surfaces.parquet", row_group_size=64, compression="zstd")
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
    # Pictures that can be packed, so that there is something to unpack.
    loose = [(picture(110 + n, level=0), n % 3) for n in range(5)]
    columns = {"image": [{"bytes": file, "path": None} for file, _ in loose], "label": [label for _, label in loose]}
    for codec in CODECS:
        write_plain(folder / f"codecs/{codec}.parquet", columns, compression=codec)
    write_plain(folder / "codecs/zstd-pages-2.parquet", columns, compression="zstd", data_page_version="2.0")

    # Pictures by paths, as they are where a data set was made from files: beside the Parquet file, and one that is not there.
    named = [(picture(130 + n), n % 2) for n in range(4)]
    for n, (file, _) in enumerate(named):
        write_bytes(folder / f"paths/pictures/{n}.png", file)
    write_paths(folder / "paths/test.parquet", [f"pictures/{n}.png" for n in range(4)])
    shutil.copy(folder / "paths/test.parquet", folder / "paths-gone.parquet")
    write_plain(folder / "paths/texts.parquet", {"image": [f"./pictures/{n}.png" for n in range(4)], "label": [n % 2 for n in range(4)]})
    write_plain(folder / "no-pictures.parquet", {"text": ["a", "b"], "label": [0, 1]})
    write_plain(folder / "no-labels.parquet", {"image": structs})

    # What `datasets` lets stand for "no label": -1, as in the test splits of many sets, and nothing at all.
    unlabelled = [(picture(90 + n), label) for n, label in enumerate((1, -1, 0, None, 2, -1))]
    write_datasets(folder / "unlabelled.parquet", unlabelled, NAMES, 4)

    content = {
        "made_with": versions("datasets", "pyarrow", "Pillow"),
        "digits": expectation(["digits/data/train-00000-of-00001.parquet", "digits/data/test-00000-of-00002.parquet", "digits/data/test-00001-of-00002.parquet"], NAMES, first + second),
        "pets": expectation(["pets.parquet"], sorted_names, [(file, sorted_names.index(name)) for (file, _), name in zip(plain, names, strict=True)]),
        "codecs": expectation([f"codecs/{codec}.parquet" for codec in [*CODECS, "zstd-pages-2"]], ["0", "1", "2"], loose),
        "paths": expectation(["paths/test.parquet", *(f"paths/pictures/{n}.png" for n in range(4))], NAMES[:2], named),
        "numbered": expectation(["numbered.parquet"], ["0", "1", "2"], numbered),
        "unlabelled": expectation(["unlabelled.parquet"], NAMES, [row for row in unlabelled if row[1] not in (None, -1)]),
    }
    write_json(folder / "expected.json", content)
    write_json(folder / "encodings/expected.json", write_encodings(folder / "encodings"))
