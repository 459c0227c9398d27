"""Symmetry and repetition."""

import math
from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Filter, Image, param
from nodes.filter._maps import Float, cached, cartesian, polar, warped, wrapped
from nodes.filter._pixels import as_frame, size_of


class Mirror(Filter, id="filter.mirror", category="Filter/Warp", keywords=("symmetry", "reflect")):
    """Make an image symmetric: one half, or one quarter, is reflected onto the rest."""

    keep: Literal["left", "right", "top", "bottom", "top left", "top right", "bottom left", "bottom right"] = param(
        "left", "The part that is kept and reflected."
    )

    def process(self, image: Image) -> Image:
        result = image
        if "left" in self.keep or "right" in self.keep:
            result = _folded(result, 1, "left" in self.keep)
        if "top" in self.keep or "bottom" in self.keep:
            result = _folded(result, 0, "top" in self.keep)
        return result


def _folded(image: Image, axis: int, first: bool) -> Image:
    """The first or last half along an axis (0 rows, 1 columns) and its reflection; a middle line stays."""
    length = image.shape[axis]
    half = (length + 1) // 2
    kept = image[:, :half] if axis == 1 else image[:half]
    if not first:
        kept = image[:, length - half :] if axis == 1 else image[length - half :]
    other = cv2.flip(kept, axis)
    rest = length - half
    if axis == 1:
        return as_frame(np.hstack([kept, other[:, half - rest :]] if first else [other[:, :rest], kept]))
    return as_frame(np.vstack([kept, other[half - rest :]] if first else [other[:rest], kept]))


class Kaleidoscope(Filter, id="filter.kaleidoscope", category="Filter/Warp"):
    """Reflect a wedge of the image around the centre."""

    segments: int = param(6, "How many wedges, each a mirror image of its neighbours.", ge=1, le=32, step=1)
    angle: float = param(0.0, "Turn the wedge that is taken.", ge=-360, le=360, step=1, unit="°")
    turn: float = param(0.0, "Turn the whole pattern.", ge=-360, le=360, step=1, unit="°")
    zoom: float = param(1.0, "Above 1 shows less of the image, larger.", ge=0.1, le=10, step=0.05)

    def process(self, image: Image) -> Image:
        return warped(image, _kaleidoscope(*size_of(image), self.segments, self.angle, self.turn, self.zoom))


@cached
def _kaleidoscope(
    width: int, height: int, segments: int, angle: float, turn: float, zoom: float
) -> tuple[Float, Float]:
    radius, theta = polar(width, height)
    wedge = 2 * math.pi / segments
    folded = wrapped(theta + np.float32(math.radians(turn)), wedge)
    folded = np.minimum(folded, np.float32(wedge) - folded) - np.float32(math.radians(angle))
    return cartesian(radius * np.float32(1 / zoom), folded)


class Tile(Filter, id="filter.tile", category="Filter/Warp", keywords=("repeat", "video wall")):
    """Repeat an image in columns and rows, inside its own size."""

    columns: int = param(2, "How many side by side.", ge=1, le=32, step=1)
    rows: int = param(2, "How many above each other.", ge=1, le=32, step=1)
    mirror: bool = param(False, "Flip every second one, so that edges meet.")

    def process(self, image: Image) -> Image:
        width, height = size_of(image)
        wide, high = max(1, math.ceil(width / self.columns)), max(1, math.ceil(height / self.rows))
        one = cv2.resize(image, (wide, high), interpolation=cv2.INTER_AREA)
        flipped = cv2.flip(one, 1) if self.mirror else one
        row = np.hstack([flipped if column % 2 else one for column in range(self.columns)])[:, :width]
        other = cv2.flip(row, 0) if self.mirror else row
        return as_frame(np.vstack([other if index % 2 else row for index in range(self.rows)])[:height])
