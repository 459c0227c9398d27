"""Text as masks, through Pillow: any script, anti-aliased, and no font file that could be missing.

Pillow's built-in TrueType font draws what it can; for other scripts a font of the system that has the letters is
looked for.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from nodegraph.sdk import NodeError
from nodes.filter._pixels import Pixels

_FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
_LONGEST: Final = 2000


@lru_cache(maxsize=512)
def text_mask(text: str, size: int, font: Path = Path(), align: str = "left", stroke: int = 0) -> Pixels:
    """`text` (lines by \\n) as a mask 0..255 just large enough, with lines of equal height; `size` in pixels.

    Raises NodeError when `font` is given and cannot be read.
    """
    text = text[:_LONGEST] or " "
    face = _face(font, size, frozenset(text))
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
    strange = {letter for letter in letters if not letter.isspace() and not _has(built_in, letter)}
    path = _system_font_with(frozenset(strange)) if strange else None
    return ImageFont.truetype(str(path), size) if path else built_in


@lru_cache(maxsize=64)
def _built_in(size: int) -> ImageFont.FreeTypeFont:
    face = ImageFont.load_default(size)
    if not isinstance(face, ImageFont.FreeTypeFont):
        raise NodeError(
            "Pillow was built without FreeType.", "Install Pillow's own wheel: pip install --force-reinstall pillow."
        )
    return face


@lru_cache(maxsize=4096)
def _has(face: ImageFont.FreeTypeFont, letter: str) -> bool:
    """Whether a font draws a letter otherwise than a character that no font has."""
    return bool(_bitmap(face, letter) != _bitmap(face, "\U0010fffe"))


def _bitmap(face: ImageFont.FreeTypeFont, letter: str) -> Any:
    mask = face.getmask(letter)
    return mask.size, bytes(mask)


@lru_cache(maxsize=64)
def _system_font_with(letters: frozenset[str]) -> Path | None:
    """The first font (by path, so always the same) of this machine that has all letters."""
    for path in _system_fonts():
        try:
            face = ImageFont.truetype(str(path), 16)
        except OSError:
            continue
        if all(_has(face, letter) for letter in letters):
            return path
    return None


@lru_cache(maxsize=1)
def _system_fonts() -> tuple[Path, ...]:
    folders = [Path(folder).expanduser() for folder in _FOLDERS]
    return tuple(
        path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in (".ttf", ".otf", ".ttc") and "Italic" not in path.stem
    )
