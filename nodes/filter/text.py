"""Text in pictures."""

from pathlib import Path
from typing import Literal

import numpy as np

from nodegraph.sdk import Color, Filter, Image, Text, param
from nodes.filter._composite import painted
from nodes.filter._pixels import size_of
from nodes.filter._text import text_mask

Anchor = Literal[
    "top left", "top", "top right", "left", "centre", "right", "bottom left", "bottom", "bottom right",
]  # fmt: skip


class TextOverlay(
    Filter, id="filter.text_overlay", category="Filter/Text", keywords=("title", "caption", "subtitle", "label")
):
    """Write text on an image: any script, several lines, with an outline and a box behind."""

    caption: str = param("Text", "What is written while no text is connected.", multiline=True)
    anchor: Anchor = param("bottom", "Where in the frame.")
    size: float = param(0.08, "Height of a line, as a fraction of the image's height.", ge=0.01, le=1, step=0.005)
    margin: float = param(0.04, "Distance from the frame, as a fraction of the height.", ge=0, le=0.5, step=0.005)
    color: Color = param((255, 255, 255), "Colour of the text.")
    outline: float = param(0.08, "Width of the outline, as a fraction of the size.", ge=0, le=0.5, step=0.01)
    outline_color: Color = param((0, 0, 0), "Colour of the outline.")
    box: float = param(0.0, "Opacity of a box behind the text.", ge=0, le=1, step=0.05)
    opacity: float = param(1.0, "Opacity of the text.", ge=0, le=1, step=0.05)
    font: Path = param(Path(), "A font file; empty takes the built-in one.", accept=(".ttf", ".otf", ".ttc"))

    def process(self, image: Image, text: Text | None = None) -> Image:
        words = self.caption if text is None else text
        if not words.strip():
            return image
        height = image.shape[0]
        size = max(6, min(1000, round(self.size * height)))
        align = "left" if "left" in self.anchor else "right" if "right" in self.anchor else "center"
        stroke = round(self.outline * size)
        wide = text_mask(words, size, self.font, align, stroke)
        x, y = self._corner(wide.shape, *size_of(image))
        canvas = image.copy()
        if self.box > 0:
            pad = size // 4
            plate = np.full((wide.shape[0] + 2 * pad, wide.shape[1] + 2 * pad), 255, np.uint8)
            painted(canvas, plate, self.outline_color, x - pad, y - pad, self.box)
        if stroke:
            painted(canvas, wide, self.outline_color, x, y, self.opacity)
        inner = text_mask(words, size, self.font, align)
        down, across = (wide.shape[0] - inner.shape[0]) // 2, (wide.shape[1] - inner.shape[1]) // 2
        painted(canvas, inner, self.color, x + across, y + down, self.opacity)
        return canvas

    def _corner(self, shape: tuple[int, ...], width: int, height: int) -> tuple[int, int]:
        margin = round(self.margin * height)
        x = (
            margin
            if "left" in self.anchor
            else width - margin - shape[1]
            if "right" in self.anchor
            else (width - shape[1]) // 2
        )
        y = (
            margin
            if "top" in self.anchor
            else height - margin - shape[0]
            if "bottom" in self.anchor
            else (height - shape[0]) // 2
        )
        return x, y
