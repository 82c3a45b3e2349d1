"""webdataset/: tar archives in every format that Python writes, and what `datasets` makes of those in WebDataset's convention."""

import gzip
import hashlib
import io
import shutil
import tarfile
import tempfile
from pathlib import Path

import datasets

from groups.common import quiet, versions, write_bytes, write_json
from groups.parquet_sets import picture

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}

LONG = "a" * 60 + "/" + "b" * 60 + "/" + "c" * 90
"""Longer than the field of a name, short enough for that of a prefix."""

Files = list[tuple[str, bytes]]


def archive(files: Files, form: int = tarfile.USTAR_FORMAT, extras: bool = False) -> bytes:
    """`extras`: a folder, a link and a hidden file among them."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as tar:
        if extras:
            for name, kind in (("folder/", tarfile.DIRTYPE), ("link.png", tarfile.SYMTYPE)):
                info = tarfile.TarInfo(name)
                info.type, info.linkname = kind, "elsewhere" if kind == tarfile.SYMTYPE else ""
                tar.addfile(info)
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_580_702_706
            tar.addfile(info, io.BytesIO(data))
    return target.getvalue()


def names_and_sums(data: bytes) -> list[list[str]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [[info.name, hashlib.sha256(tar.extractfile(info).read()).hexdigest()] for info in tar if info.isreg()]


def samples(first: int, count: int, label, picture_name: str = "png", label_name: str = "cls") -> Files:
    files = []
    for n in range(first, first + count):
        files += [(f"s{n:07d}.{label_name}", label(n)), (f"s{n:07d}.{picture_name}", picture(200 + n))]
    return files


def number(n: int) -> bytes:
    return str(n * 2 % 3).encode()


SETS: dict[str, dict[str, Files]] = {
    # As CLIP benchmark's repositories are.
    "numbers": {
        "train/0.tar": samples(0, 2, number, "jpg"),
        "test/0.tar": samples(10, 3, number, "jpg"),
        "test/1.tar": samples(20, 2, number, "jpg"),
    },
    "blanks": {"test.tar": samples(0, 3, lambda n: f" +{n % 2}\n".encode())},
    "folders": {"test.tar": [(f"some.thing/{name}", data) for name, data in samples(0, 2, number)] + [("x/.hidden.png", b"?"), ("x/__y.png", b"?")]},
    "several": {"test.tar": [(name.replace(".png", ".left.png"), data) for name, data in samples(0, 3, number)]},
    "repeated": {"test.tar": [("a.png", picture(1)), ("a.cls", b"0"), ("a.png", picture(2))]},
    "uneven": {"test.tar": samples(0, 2, number) + [("z.png", picture(3))]},
    "late": {"test.tar": samples(0, 6, number) + [("z.png", picture(3))]},
    "words": {"test.tar": samples(0, 3, lambda n: b"one")},
}
"""WebDatasets by the names of their archives, read as split `test`."""

CLASSNAMES = "zero\none\ntwo\n"


def answer(folder: Path, cache: Path) -> dict:
    files = {split: sorted(map(str, [*folder.glob(f"{split}/*.tar"), *folder.glob(f"{split}.tar")])) for split in ("test",)}
    try:
        with quiet():
            rows = datasets.load_dataset("webdataset", data_files=files, split="test", cache_dir=str(cache))
        column = next(name for name, feature in rows.features.items() if isinstance(feature, datasets.Image))
        rows = rows.cast_column(column, datasets.Image(decode=False))
        label = next(name for name in rows.column_names if name == "cls")
        return {"column": column, "rows": [{"path": row[column]["path"], "picture": hashlib.sha256(row[column]["bytes"]).hexdigest(), "label": row[label]} for row in rows]}
    except Exception as error:  # noqa: BLE001 - whatever it is, the data cannot be scored
        return {"error": type(error).__name__}


def make(out: Path) -> None:
    folder = out / "webdataset"
    shutil.rmtree(folder, ignore_errors=True)
    plain: Files = [("cat/1.png", picture(1)), ("cat/größe 猫.png", picture(2)), ("dog/empty.txt", b""), (f"{LONG}.txt", b"long")]
    very_long = [*plain, (f"{'d' * 200}/{'e' * 300}.txt", b"very long")]
    tars = {name: archive(very_long if name != "ustar" else plain, form, extras=True) for name, form in FORMATS.items()}
    tars["ustar-gz"] = gzip.compress(tars["ustar"], 9, mtime=0)
    listed = {}
    for name, data in tars.items():
        file = f"{name.removesuffix('-gz')}.tar{'.gz' if name.endswith('-gz') else ''}"
        write_bytes(folder / "archives" / file, data)
        listed[file] = names_and_sums(data)
    answers = {}
    with tempfile.TemporaryDirectory() as cache:
        for name, archives in SETS.items():
            for path, files in archives.items():
                write_bytes(folder / name / path, archive(files))
            answers[name] = answer(folder / name, Path(cache) / name)
    (folder / "numbers/classnames.txt").write_text(CLASSNAMES)
    write_json(folder / "expected.json", {"made_with": versions("datasets", "pyarrow"), "archives": listed, "sets": answers})
