"""A pool of textures by size. They are never deleted: Dear PyGui 2.3 does not free the buffer of a deleted one."""

from typing import Final

import dearpygui.dearpygui as dpg
import numpy as np

from nodegraph.editor.views.thumbnails import Pixels

Tag = int | str
Size = tuple[int, int]
SIZES: Final[dict[Size, int]] = {(160, 90): 40, (192, 108): 32, (320, 180): 12}
"""Widths and heights of thumbnails, and how many of each are made at most: each costs a little in every frame."""
_LARGEST: Final = max(SIZES)


def size_for(pixels: float) -> Size:
    """The smallest size that fills `pixels` of the screen's width; the largest when none does."""
    return next((size for size in SIZES if size[0] >= pixels * 0.85), _LARGEST)


class Pool:
    """Lends textures. Dear PyGui reads an uploaded array in every frame: it is the pool's until the next upload."""

    def __init__(self) -> None:
        self._registry: Tag = dpg.add_texture_registry()
        self._free: dict[Size, list[Tag]] = {}
        self._arrays: dict[Tag, Pixels] = {}
        self._sizes: dict[Tag, Size] = {}

    def borrow(self, size: Size) -> Tag | None:
        """A texture of this size, with anything in it; None when there are enough already."""
        free = self._free.get(size)
        if free:
            return free.pop()
        if list(self._sizes.values()).count(size) >= SIZES[size]:
            return None
        blank = np.zeros((size[1], size[0], 3), np.float32)
        tag: Tag = dpg.add_raw_texture(*size, blank, format=dpg.mvFormat_Float_rgb, parent=self._registry)
        self._arrays[tag], self._sizes[tag] = blank, size
        return tag

    def give_back(self, tag: Tag) -> None:
        """A texture that is no longer drawn."""
        self._free.setdefault(self._sizes[tag], []).append(tag)

    def pixels(self, tag: Tag) -> Pixels:
        """What a texture shows: the array that was uploaded last, not to be changed."""
        return self._arrays[tag]

    def upload(self, tag: Tag, pixels: Pixels) -> Pixels:
        """Show these pixels from the next frames on; returns the array that was shown, which is free now."""
        before = self._arrays[tag]
        if pixels.shape != before.shape or pixels.dtype != np.float32 or not pixels.flags.c_contiguous:
            raise ValueError(f"A texture of {before.shape} was given {pixels.shape} {pixels.dtype}.")
        dpg.set_value(tag, pixels)
        self._arrays[tag] = pixels
        return before
