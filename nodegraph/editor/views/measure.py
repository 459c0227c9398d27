"""How wide a text is in a font, texts cut to a width, and texts broken into lines."""

from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.views.look import Look

_SAMPLE: Final = 100
_GUESS: Final = 0.54
"""Width of a letter in heights, until the fonts are there (they are after the first frame)."""


class Measure:
    """Widths are for a text height in any unit, and in that unit; they are remembered letter by letter."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._letters: dict[tuple[str, str], float] = {}
        self._heights: dict[str, float] = {}

    def width(self, text: str, font: str, size: float) -> float:
        """The width of one line. Kerning is left out: texts come out at most a hair too wide."""
        return sum(self._letter(letter, font) for letter in text) * size

    def _letter(self, letter: str, font: str) -> float:
        known = self._letters.get((letter, font))
        if known is not None:
            return known
        found = dpg.get_text_size(letter * _SAMPLE, font=self._look.font(font))
        if not found or not found[0] or not found[1]:
            return _GUESS
        width = found[0] / _SAMPLE / found[1]
        self._letters[letter, font] = float(width)
        return float(width)

    @property
    def ready(self) -> bool:
        """Whether the fonts are there; before, widths are guesses."""
        found = dpg.get_text_size("x", font=self._look.font("body"))
        return bool(found and found[0])

    def elided(self, text: str, font: str, size: float, width: float) -> str:
        """The text, its end cut and marked with an ellipsis where it is wider than `width`."""
        text = text.replace("\n", " ")
        if self.width(text, font, size) <= width:
            return text
        room, kept = width - self.width("…", font, size), []
        for letter in text:
            room -= self._letter(letter, font) * size
            if room < 0:
                break
            kept.append(letter)
        return "".join(kept).rstrip() + "…"

    def wrapped(self, text: str, font: str, size: float, width: float) -> list[str]:
        """The text as lines that are at most `width` wide, broken between words."""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            line = ""
            for word in paragraph.split(" "):
                longer = f"{line} {word}" if line else word
                if line and self.width(longer, font, size) > width:
                    lines.append(line)
                    longer = word
                line = longer
            lines.append(line)
        return lines
