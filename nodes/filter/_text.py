"""Text as masks, through Pillow: any script, anti-aliased, and no font file that could be missing.

Pillow's built-in TrueType font has the basic Latin letters, DejaVu Sans beside this pack those of most alphabets. For
others the system's fonts are searched; a letter that none has is written without its accents, or as a question mark.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from nodegraph.sdk import NodeError
from nodes.filter._pixels import Pixels

_BUNDLED: Final = Path(__file__).parent.parent / "fonts" / "DejaVuSans.ttf"
_FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_LESS_FITTING: Final = ("bold", "italic", "oblique", "serif", "mono", "math", "light", "thin", "condensed", "black")
_MOST_FONTS: Final = 400
_PLAIN: Final = {
    "ß": "ss",
    "æ": "ae",
    "Æ": "AE",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "×": "x",
    "€": "EUR",
    "–": "-",
    "—": "-",
}
_LONGEST: Final = 2000


@lru_cache(maxsize=512)
def text_mask(text: str, size: int, font: Path = Path(), align: str = "left", stroke: int = 0) -> Pixels:
    """`text` (lines by \\n) as a mask 0..255 just large enough, with lines of equal height; `size` in pixels.

    Raises NodeError when `font` is given and cannot be read.
    """
    face = _face(font, size, frozenset(text[:_LONGEST]))
    text = "".join(_drawable(face, letter) for letter in text[:_LONGEST]) or " "
    probe = ImageDraw.Draw(Pictures.new("L", (1, 1)))
    left, top, right, bottom = probe.multiline_textbbox((0, 0), text, face, align=align, stroke_width=stroke)
    ascent, descent = face.getmetrics()
    top, bottom = min(int(top), 0), max(int(bottom) + 1, ascent + descent)
    area = max(1, int(right - left) + 2), max(1, bottom - top)
    sheet = Pictures.new("L", area)
    ImageDraw.Draw(sheet).multiline_text((1 - left, -top), text, 255, face, align=align, stroke_width=stroke)
    return np.asarray(sheet).copy()


def _face(font: Path, size: int, letters: frozenset[str]) -> ImageFont.FreeTypeFont:
    if font != Path():
        try:
            return ImageFont.truetype(str(font), size)
        except OSError as error:
            raise NodeError(f"Cannot read the font {font}: {error}.", "Choose a .ttf, .otf or .ttc file.") from error
    built_in = _built_in(size)
    strange = frozenset(letter for letter in letters if not _has(built_in, letter))
    path = _font_for(strange) if strange else None
    return ImageFont.truetype(str(path), size) if path else built_in


@lru_cache(maxsize=64)
def _built_in(size: int) -> ImageFont.FreeTypeFont:
    face = ImageFont.load_default(size)
    if not isinstance(face, ImageFont.FreeTypeFont):
        raise NodeError("Pillow was built without FreeType.", "Install Pillow's own wheel again.")
    return face


@lru_cache(maxsize=8192)
def _has(face: ImageFont.FreeTypeFont, letter: str) -> bool:
    """Whether a font draws a letter otherwise than a character that no font has."""
    return letter.isspace() or bool(_bitmap(face, letter) != _bitmap(face, "\U0010fffe"))


def _bitmap(face: ImageFont.FreeTypeFont, letter: str) -> Any:
    mask = face.getmask(letter)
    return mask.size, bytes(mask)


@lru_cache(maxsize=8192)
def _drawable(face: ImageFont.FreeTypeFont, letter: str) -> str:
    """The letter, else what it is without its accents (ü becomes u), else a question mark."""
    if letter == "\n" or _has(face, letter):
        return letter
    plain = unicodedata.normalize("NFKD", _PLAIN.get(letter, letter))
    kept = "".join(part for part in plain if not unicodedata.combining(part) and _has(face, part))
    return kept or "?"


@lru_cache(maxsize=256)
def _font_for(letters: frozenset[str]) -> Path | None:
    """The font, ours or this machine's, that has most of the letters, the first of equals; None when none has any."""
    best: Path | None = None
    most = 0
    for path in (_BUNDLED, *_system_fonts()):
        face = _probe(path)
        count = sum(_has(face, letter) for letter in letters) if face else 0
        if count > most:
            best, most = path, count
        if most == len(letters):
            break
    return best


@lru_cache(maxsize=_MOST_FONTS)
def _probe(path: Path) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype(str(path), 16)
    except OSError:
        return None


@lru_cache(maxsize=1)
def _system_fonts() -> tuple[Path, ...]:
    """Fonts of this machine, upright ones without serifs first."""
    folders = [Path(folder).expanduser() for folder in _FOLDERS]
    found = [path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*"))]
    fonts = [path for path in found if path.suffix.lower() in (".ttf", ".otf", ".ttc")]
    return tuple(sorted(fonts, key=lambda path: sum(word in path.stem.lower() for word in _LESS_FITTING))[:_MOST_FONTS])
