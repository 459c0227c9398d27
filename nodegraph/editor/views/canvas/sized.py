"""Draw items whose size does not follow the canvas's transform: texts, radii, line widths, rounded corners."""

from typing import Final

import dearpygui.dearpygui as dpg

Tag = int | str
LEAST_TEXT: Final = 3.0
"""Pixels; smaller text is not drawn any better."""
LEAST_CORNER: Final = 2.5
"""Pixels; a smaller rounded corner is not seen, but costs as much as a large one."""


class Sized:
    """Remembers the size of each item at 100 %, and sets it anew when the zoom changes.

    Sizes of texts and corners are whole pixels: glyphs stay sharp, few sizes of each font are made, and a small step of
    the zoom changes few items.
    """

    def __init__(self) -> None:
        self._items: dict[tuple[str, float], list[Tag]] = {}
        self._set: dict[tuple[str, float], float] = {}
        self._at = 0.0

    def clear(self) -> None:
        """Forget all items: they were deleted."""
        self._items.clear()
        self._set.clear()
        self._at = 0.0

    def add(self, item: Tag, attribute: str, size: float) -> Tag:
        """Look after `attribute` ("size", "radius", "thickness" or "rounding") of an item."""
        key = (attribute, size)
        self._items.setdefault(key, []).append(item)
        if self._set.pop(key, None) is not None:
            self._at = 0.0
        return item

    def follow(self, pixels: float) -> None:
        """Set every size for so many pixels per world unit."""
        if pixels == self._at:
            return
        self._at = pixels
        for key, items in self._items.items():
            value = in_pixels(*key, pixels)
            if self._set.get(key) != value:
                self._set[key] = value
                for item in items:
                    dpg.configure_item(item, **{key[0]: value})


def in_pixels(attribute: str, size: float, pixels: float) -> float:
    """A size as it is drawn."""
    value = size * pixels
    if attribute == "size":
        return float(max(round(value), LEAST_TEXT))
    if attribute == "rounding":
        return float(round(value)) if value >= LEAST_CORNER else 0.0
    if attribute == "thickness":
        return max(round(value * 4) / 4, 1.0)
    return round(value * 4) / 4
