"""The tip beside the pointer, when it has rested on something."""

import time
from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.canvas import Canvas
from nodegraph.editor.state.canvas.scene import Hit
from nodegraph.editor.state.canvas.tips import Tip, Tips
from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.sized import Tag
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure

REST: Final = 0.4
"""Seconds the pointer rests before a tip is shown."""
_FRESH: Final = 0.25
"""Seconds after which its value is looked at again."""
_WIDTH, _PAD, _TITLE, _TEXT = 330.0, 10.0, 14.0, 13.0
_Line = tuple[str, str, float, str]
"""Text, font, size, colour."""


class TipsView:
    """Drawn over the canvas, in its pixels."""

    def __init__(self, canvas: Canvas, tips: Tips, look: Look, measure: Measure, parent: Tag) -> None:
        self._canvas, self._tips, self._look, self._measure = canvas, tips, look, measure
        self._layer: Tag = dpg.add_draw_layer(parent=parent)
        self._over = Hit()
        self._since = self._looked = 0.0
        self._at: Point = (0.0, 0.0)
        self._shown: Tip | None = None

    def update(self, allowed: bool) -> None:
        """Follow the pointer. allowed: nothing else lies over the canvas."""
        canvas, now = self._canvas, time.monotonic()
        hit = Hit() if canvas.busy or not allowed else canvas.hover
        if hit != self._over:
            self._over, self._since, self._looked = hit, now, 0.0
            self._show(None)
        if hit == Hit() or now - self._since < REST or now - self._looked < _FRESH:
            if self._shown is None:
                self._at = canvas.pointer
            return
        self._looked = now
        self._show(self._tips.of(hit))

    def _show(self, tip: Tip | None) -> None:
        if tip == self._shown:
            return
        self._shown = tip
        dpg.delete_item(self._layer, children_only=True)
        if tip is not None:
            self._draw(self._lines(tip))

    def _lines(self, tip: Tip) -> list[_Line]:
        title = f"{tip.title}  ({tip.detail})" if tip.detail else tip.title
        parts = [
            (title, "bold", _TITLE, "text"),
            (tip.wrong, "body", _TEXT, "warning"),
            (tip.text, "body", _TEXT, "dim"),
            (tip.value, "body", _TEXT, "value"),
        ]
        return [
            (line, font, size, color)
            for text, font, size, color in parts
            if text
            for line in self._measure.wrapped(text, font, size, _WIDTH)
        ]

    def _draw(self, lines: list[_Line]) -> None:
        camera, look, scale = self._canvas.camera, self._look, self._canvas.camera.scale
        width = max(self._measure.width(text, font, size) for text, font, size, _ in lines) * scale + 2 * _PAD * scale
        height = (sum(size * 1.35 for _, _, size, _ in lines) + 2 * _PAD - 3) * scale
        x = max(min(self._at[0] + 16 * scale, camera.width - width - 6), 6.0)
        y = self._at[1] + 22 * scale
        if y + height > camera.height - 6:
            y = max(self._at[1] - height - 10 * scale, 6.0)
        ground, edge = look.color("raised"), look.color("border")
        dpg.draw_rectangle(
            (x, y), (x + width, y + height), color=edge, fill=ground, rounding=6 * scale, parent=self._layer
        )
        top = y + _PAD * scale - 1
        for text, font, size, color in lines:
            item = dpg.draw_text(
                (x + _PAD * scale, top), text, size=round(size * scale), color=look.color(color), parent=self._layer
            )
            dpg.bind_item_font(item, look.font(font))
            top += size * 1.35 * scale
