"""Chess pieces: six pieces in two colours, from piece sets, chess fonts and icon sets, each set one hand's drawing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .drawing import SIZE, centred, filled_outline, glyph_mask, iconify_svg, silhouette, svg_picture
from .sources import Sources

PIECES = ("king", "queen", "rook", "bishop", "knight", "pawn")
CLASSNAMES = tuple(f"{colour} {piece}" for colour in ("white", "black") for piece in PIECES)
_LETTERS = dict(zip(PIECES, "kqrbnp", strict=True))

# Left out: sets whose pieces do not look like the usual ones (abstract, fantasy, other games), and sets that draw the same
# pieces as one below (cburnett as cm-standard, cases as FreeSerif, DejaVu Sans Mono as DejaVu Sans, GW Monospace as Caslon).
_PYCHESS_SVG = tuple(
    "alpha chessicons chessmonk freestaunton kilfiger kosal leipzig magnetic maya merida "
    "merida_new pirat regular".split()
)
_PYCHESS_TTF = tuple(
    "adventurer condal harlequin kingdom leipzig lucena magnetic mark maroquin maya medieval merida "
    "motif usual".split()
)
_UNICODE_FONTS = {
    "dejavu": "DejaVuSans.ttf",
    "freeserif": "FreeSerif.ttf",
    "caslon": "CaslonRoman.ttf",
    "noto-symbols": "NotoSansSymbols2-Regular.ttf",
    "symbola": "Symbola_hint.ttf",
}
_ICONS = ("game-icons", "mdi", "fa6-solid", "tabler")
_UNICODE_WHITE_KING, _UNICODE_BLACK_KING = 0x2654, 0x265A
# The layout that most printed-diagram fonts share: white pieces on white squares, then black pieces on white squares.
_DIAGRAM_LETTERS = dict(zip(CLASSNAMES, "kqrbnplwtvmo", strict=True))


@dataclass(frozen=True)
class PieceSet:
    """One hand's drawing of pieces: class name to RGBA picture."""

    name: str
    pictures: dict[str, Image.Image]


def piece_sets(sources: Sources) -> list[PieceSet]:
    """Every piece set the sources hold."""
    fonts = {path.name: path for path in sources.fonts()}
    pychess = sources.debian("pychess") / "usr/share/pychess/pieces"
    found: list[PieceSet] = []
    for name in _PYCHESS_SVG:
        found.append(_from_svg_files(f"pychess-{name}", pychess / name))
    for name in _PYCHESS_TTF:
        found.append(_from_font(f"pychess-ttf-{name}", pychess / "ttf" / f"{name}.ttf", _DIAGRAM_LETTERS))
    for name, file in _UNICODE_FONTS.items():
        found.append(_from_font(f"font-{name}", fonts[file], _unicode_letters()))
    for name in _ICONS:
        found.append(_from_icons(name, sources.iconify(name)))
    found.append(_from_openmoji(sources.iconify("openmoji")))
    found.append(_from_sprite("cm-standard", sources.npm("cm-chessboard") / "assets/pieces/standard.svg"))
    found.append(_from_xboard(sources.debian("xboard") / "usr/share/games/xboard/themes/default"))
    return [piece_set for piece_set in found if piece_set.pictures]


def _unicode_letters() -> dict[str, str]:
    letters = {}
    for offset, piece in enumerate(PIECES):
        letters[f"white {piece}"] = chr(_UNICODE_WHITE_KING + offset)
        letters[f"black {piece}"] = chr(_UNICODE_BLACK_KING + offset)
    return letters


def _collect(name: str, draw) -> PieceSet:
    pictures = {classname: draw(*classname.split()) for classname in CLASSNAMES}
    return PieceSet(name, {key: picture for key, picture in pictures.items() if picture is not None})


def _from_svg_files(name: str, folder: Path) -> PieceSet:
    def draw(colour: str, piece: str) -> Image.Image | None:
        return svg_picture((folder / f"{colour[0]}{_LETTERS[piece]}.svg").read_bytes())

    return _collect(name, draw)


def _from_xboard(folder: Path) -> PieceSet:
    def draw(colour: str, piece: str) -> Image.Image | None:
        return svg_picture((folder / f"{colour.title()}{piece.title()}.svg").read_bytes())

    return _collect("xboard", draw)


def _from_font(name: str, font: Path, letters: dict[str, str]) -> PieceSet:
    def draw(colour: str, piece: str) -> Image.Image | None:
        mask = glyph_mask(font, letters[f"{colour} {piece}"])
        return None if mask is None else centred(filled_outline(mask))

    return _collect(name, draw)


def _from_icons(name: str, icon_set: dict) -> PieceSet:
    def draw(colour: str, piece: str) -> Image.Image | None:
        filled = f"chess-{piece}-filled"
        svg = iconify_svg(icon_set, filled) or iconify_svg(icon_set, f"chess-{piece}")
        shape = None if svg is None else svg_picture(svg, 4 * SIZE)
        if shape is None:
            return None
        canvas = Image.new("L", (5 * SIZE, 5 * SIZE), 0)
        canvas.paste(shape.getchannel("A"), (SIZE // 2, SIZE // 2))
        return centred(silhouette(canvas, colour == "white"))

    return _collect(name, draw)


def _from_openmoji(icon_set: dict) -> PieceSet:
    def draw(colour: str, piece: str) -> Image.Image | None:
        name = "chess-pawn" if (colour, piece) == ("black", "pawn") else f"{colour}-chess-{piece}"
        svg = iconify_svg(icon_set, name)
        return None if svg is None else svg_picture(svg)

    return _collect("openmoji", draw)


def _from_sprite(name: str, file: Path) -> PieceSet:
    body = re.sub(r"^.*?<svg[^>]*>", "", file.read_text(), count=1, flags=re.DOTALL).rsplit("</svg>", 1)[0]

    def draw(colour: str, piece: str) -> Image.Image | None:
        return svg_picture(
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="40" '
            f'viewBox="0 0 40 40"><defs>{body}</defs><use xlink:href="#{colour[0]}{_LETTERS[piece]}"/></svg>'
        )

    return _collect(name, draw)
