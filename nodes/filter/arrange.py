"""Arrange several pictures in one."""

import math
from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Color, Filter, Image, param
from nodes.filter._pixels import Pixels, as_frame, has_alpha, resized, size_of
from nodes.filter.resize import framed


class SideBySide(Filter, id="filter.side_by_side", category="Filter/Composite", keywords=("compare", "split screen")):
    """Put two images next to each other; the second is scaled in proportion to the first one's height (or width)."""

    direction: Literal["horizontal", "vertical"] = param("horizontal", "Next to each other, or one above the other.")
    gap: int = param(0, "Space between.", ge=0, le=500, step=1, unit="px")
    color: Color = param((0, 0, 0), "Colour of the gap.")

    def process(self, first: Image, second: Image) -> Image:
        wide, high = size_of(first)
        if self.direction == "horizontal":
            size = max(1, min(_LONGEST, round(second.shape[1] * high / second.shape[0]))), high
        else:
            size = wide, max(1, min(_LONGEST, round(second.shape[0] * wide / second.shape[1])))
        first, second = alike([first, resized(second, *size)])
        upright = self.direction == "horizontal"
        gap = np.empty((high, self.gap, first.shape[2]) if upright else (self.gap, wide, first.shape[2]), np.uint8)
        gap[:] = (*self.color, 255)[: first.shape[2]]
        return as_frame(np.concatenate([first, gap, second], axis=1 if upright else 0))


_LONGEST = 16384


def alike(images: list[Pixels]) -> list[Pixels]:
    """All images with alpha when one has it."""
    if not any(has_alpha(image) for image in images):
        return images
    return [image if has_alpha(image) else as_frame(cv2.cvtColor(image, cv2.COLOR_BGR2BGRA)) for image in images]


class Grid(Filter, id="filter.grid", category="Filter/Composite", keywords=("contact sheet", "multiview")):
    """Show up to nine images in a grid of equal cells with the first image's proportions; the others are fitted in."""

    columns: int = param(0, "Images per row; 0 makes the grid as square as it gets.", ge=0, le=9, step=1)
    width: int = param(
        1280, "Width of the grid; 0 makes cells as large as the first image.", ge=0, le=8192, step=2, unit="px"
    )
    gap: int = param(0, "Space between.", ge=0, le=500, step=1, unit="px")
    color: Color = param((0, 0, 0), "Colour behind.")

    def process(
        self,
        image1: Image,
        image2: Image | None = None,
        image3: Image | None = None,
        image4: Image | None = None,
        image5: Image | None = None,
        image6: Image | None = None,
        image7: Image | None = None,
        image8: Image | None = None,
        image9: Image | None = None,
    ) -> Image:
        given = (image1, image2, image3, image4, image5, image6, image7, image8, image9)
        images = alike([image for image in given if image is not None])
        columns = min(self.columns or math.ceil(math.sqrt(len(images))), len(images))
        rows = math.ceil(len(images) / columns)
        wide, high = self._cell(image1, columns)
        shape = rows * high + (rows - 1) * self.gap, columns * wide + (columns - 1) * self.gap, images[0].shape[2]
        sheet = np.empty(shape, np.uint8)
        sheet[:] = (*self.color, 255)[: shape[2]]
        for index, image in enumerate(images):
            top, left = index // columns * (high + self.gap), index % columns * (wide + self.gap)
            sheet[top : top + high, left : left + wide] = _fitted(image, wide, high, self.color)
        return sheet

    def _cell(self, first: Pixels, columns: int) -> tuple[int, int]:
        if self.width == 0:
            return size_of(first)
        wide = max(1, (self.width - (columns - 1) * self.gap) // columns)
        return wide, max(1, min(_LONGEST // columns, round(first.shape[0] * wide / first.shape[1])))


def _fitted(image: Pixels, wide: int, high: int, color: Color) -> Pixels:
    scale = min(wide / image.shape[1], high / image.shape[0])
    size = min(wide, max(1, round(image.shape[1] * scale))), min(high, max(1, round(image.shape[0] * scale)))
    return framed(resized(image, *size), wide, high, color)
