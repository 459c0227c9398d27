"""Draw items whose size does not follow the canvas's transform: texts, radii, line widths, rounded corners."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

Tag = int | str
LEAST_TEXT: Final = 3.0
"""Pixels; smaller text is not drawn any better."""


class Sized:
    """Remembers the size of each item at 100 %, and sets it anew when the zoom changes."""

    def __init__(self) -> None:
        self._items: list[tuple[Tag, str, float]] = []
        self._at = 0.0

    def clear(self) -> None:
        """Forget all items: they were deleted."""
        self._items.clear()
        self._at = 0.0

    def add(self, item: Tag, attribute: str, size: float) -> Tag:
        """Look after `attribute` ("size", "radius", "thickness" or "rounding") of an item."""
        self._items.append((item, attribute, size))
        return item

    def follow(self, pixels: float) -> None:
        """Set every size for so many pixels per world unit."""
        if pixels == self._at:
            return
        self._at = pixels
        for item, attribute, size in self._items:
            value: Any = size * pixels
            if attribute == "size":
                value = max(value, LEAST_TEXT)
            elif attribute == "thickness":
                value = max(value, 1.0)
            dpg.configure_item(item, **{attribute: value})
