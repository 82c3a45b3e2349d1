"""zips/: archives as different programs write them, and the names that Python reads in them. Needs nothing but Python and Info-ZIP's zip."""

import hashlib
import io
import json
import os
import subprocess
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

CONTENT = {
    "cat/1.png": b"a first picture " * 40,
    "cat/größe 猫.png": bytes(range(256)) * 3,
    "dog/deep/1.png": b"",
    "tasks.json": b"{}",
}
"""What every archive holds, by path."""

WHEN = (2020, 2, 3, 4, 5, 6)


class Unseekable(io.RawIOBase):
    """A pipe: sizes follow the data, in descriptors."""

    def __init__(self):
        self.written = b""

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.written += bytes(data)
        return len(data)


def fill(archive: zipfile.ZipFile, compression: int, name_of=lambda path: path, force_zip64: bool = False) -> None:
    for path, data in CONTENT.items():
        info = zipfile.ZipInfo(name_of(path), WHEN)
        info.compress_type = compression
        with archive.open(info, "w", force_zip64=force_zip64) as entry:
            entry.write(data)


def by_python(compression: int, streamed: bool = False, **options) -> bytes:
    target = Unseekable() if streamed else io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        fill(archive, compression, **options)
    return target.written if isinstance(target, Unseekable) else target.getvalue()


def zip64_throughout(streamed: bool) -> bytes:
    """As if every entry and the directory were above what 32 bits hold."""
    limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 1, 1
    try:
        return by_python(zipfile.ZIP_DEFLATED, streamed, force_zip64=True)
    finally:
        zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits


def as_finder() -> bytes:
    """As macOS's Finder: streamed, folders as entries, resource forks beside them."""
    target = Unseekable()
    with zipfile.ZipFile(target, "w") as archive:
        for folder in ("cat/", "__MACOSX/", "__MACOSX/cat/"):
            archive.writestr(zipfile.ZipInfo(folder, WHEN), b"")
        fill(archive, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("__MACOSX/cat/._1.png", WHEN), b"\0\5\x16\7")
    return target.written


def commented() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        fill(archive, zipfile.ZIP_STORED)
        archive.comment = b"Pictures of a summer. " * 100
    return target.getvalue()


def by_info_zip(streamed: bool) -> bytes:
    """As `zip -r`, in an order of our own. What it writes before the data is longer than what stands in the directory; streamed, sizes follow the data."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "pictures")
        for path, data in CONTENT.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        for file in [folder, *folder.rglob("*")]:
            os.utime(file, (1_580_702_706, 1_580_702_706))
        files = sorted(str(file.relative_to(folder)) for file in folder.rglob("*"))
        environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        command = ["zip", "-q", "-" if streamed else "../out.zip", *files]
        done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True)
        return done.stdout if streamed else Path(name, "out.zip").read_bytes()


class RawName(zipfile.ZipInfo):
    """An entry with a name of these bytes, which is said to be UTF-8 or is not."""

    def __init__(self, raw: bytes, utf8: bool = False, extra: bytes = b""):
        super().__init__(raw.decode("latin-1"), WHEN)
        self.raw, self.utf8, self.extra = raw, utf8, extra

    def _encodeFilenameFlags(self):
        return self.raw, self.flag_bits | (0x800 if self.utf8 else 0)


def unicode_path(raw: bytes, name: str) -> bytes:
    """Info-ZIP's field of the same name in UTF-8."""
    data = struct.pack("<BL", 1, zlib.crc32(raw)) + name.encode()
    return struct.pack("<HH", 0x7075, len(data)) + data


def of_names(infos: list[zipfile.ZipInfo]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for info in infos:
            archive.writestr(info, b"x")
    return target.getvalue()


def named() -> dict[str, bytes]:
    windows = [f"{name}/1.png".encode("cp437") for name in ("Müller", "café", "naïve")]
    upper = [bytes(range(first, first + 32)) for first in range(128, 256, 32)]
    path = windows[0]
    return {
        "code-page-437": of_names([RawName(raw) for raw in windows + upper]),
        "utf-8": of_names([RawName("Müller/1.png".encode(), utf8=True), RawName("\ufeffcafé/1.png".encode(), utf8=True), RawName("Müller/2.png".encode())]),
        "unicode-path": of_names([RawName(path, extra=unicode_path(path, "Müller/1.png")), RawName(b"cat/1.png", extra=unicode_path(b"cat/1.png", "猫/1.png"))]),
        "nul": of_names([RawName(b"cat/1.png\0.exe")]),
        "not-utf-8": of_names([RawName(path, utf8=True)]),
    }


def names_in(data: bytes) -> list[str] | str:
    """As Python's zipfile reads them, or the type of its error."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except (UnicodeDecodeError, zipfile.BadZipFile) as error:
        return type(error).__name__


def make(out: Path) -> None:
    archives = {
        "python-stored": by_python(zipfile.ZIP_STORED),
        "python-deflated": by_python(zipfile.ZIP_DEFLATED),
        "python-streamed": by_python(zipfile.ZIP_DEFLATED, streamed=True),
        "python-zip64": zip64_throughout(streamed=False),
        "python-zip64-streamed": zip64_throughout(streamed=True),
        "windows-backslashes": by_python(zipfile.ZIP_DEFLATED, name_of=lambda path: path.replace("/", "\\")),
        "finder": as_finder(),
        "commented": commented(),
        "info-zip": by_info_zip(streamed=False),
        "info-zip-streamed": by_info_zip(streamed=True),
    }
    folder = out / "zips"
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in archives.items():
        (folder / f"{name}.zip").write_bytes(data)
    names = folder / "names"
    names.mkdir(exist_ok=True)
    for name, data in named().items():
        (names / f"{name}.zip").write_bytes(data)
    read = {str(file.relative_to(folder)): names_in(file.read_bytes()) for file in sorted(folder.rglob("*.zip"))}
    (names / "names.json").write_text(json.dumps(read, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    expected = {path: hashlib.sha256(data).hexdigest() for path, data in CONTENT.items()}
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
