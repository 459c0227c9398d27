"""Draws in world units into one draw node, and keeps the sizes that do not follow the zoom."""

from collections.abc import Iterator
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.sized import Sized, Tag
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure

CLEAR: Final = (0, 0, 0, 0)
Color = Any


class Pen:
    """Everything it draws is in `root`; coordinates count from there."""

    def __init__(self, look: Look, measure: Measure, parent: Tag) -> None:
        self.look, self.measure = look, measure
        self.root: Tag = dpg.add_draw_node(parent=parent)
        self._sized = Sized()

    def clear(self) -> None:
        """Delete all."""
        dpg.delete_item(self.root, children_only=True)
        self._sized.clear()

    def follow(self, pixels: float) -> None:
        """Follow the zoom."""
        self._sized.follow(pixels)

    def rect(
        self, start: Point, end: Point, fill: Color, rounding: float = 0, edge: Color = CLEAR, thickness: float = 1.0
    ) -> Tag:
        """A rectangle."""
        item: Tag = dpg.draw_rectangle(start, end, color=edge, fill=fill, thickness=thickness, parent=self.root)
        if rounding:
            self._sized.add(item, "rounding", rounding)
        if thickness != 1.0:
            self._sized.add(item, "thickness", thickness)
        return item

    def text(self, at: Point, text: str, size: float, color: Color, font: str = "body") -> Tag:
        """One line, or several with line breaks; `at` is its top left corner."""
        item: Tag = dpg.draw_text(at, text, size=size, color=color, parent=self.root)
        if font != "body":
            dpg.bind_item_font(item, self.look.font(font))
        return self._sized.add(item, "size", size)

    def line(self, start: Point, end: Point, color: Color, thickness: float = 1.0) -> Tag:
        """A straight line."""
        item: Tag = dpg.draw_line(start, end, color=color, thickness=thickness, parent=self.root)
        return self._sized.add(item, "thickness", thickness)

    def circle(self, middle: Point, radius: float, color: Color, fill: Color, thickness: float = 1.0) -> Tag:
        """A circle."""
        item: Tag = dpg.draw_circle(middle, radius, color=color, fill=fill, thickness=thickness, parent=self.root)
        self._sized.add(item, "radius", radius)
        return self._sized.add(item, "thickness", thickness)

    def polygon(self, points: list[list[float]], color: Color, fill: Color, thickness: float = 1.0) -> Tag:
        """A closed shape of three corners or more."""
        parent = self.root
        if len(points) == 3:
            item = dpg.draw_triangle(*points, color=color, fill=fill, thickness=thickness, parent=parent)
        elif len(points) == 4:
            item = dpg.draw_quad(*points, color=color, fill=fill, thickness=thickness, parent=parent)
        else:
            closed = [*points, points[0]]
            item = dpg.draw_polygon(closed, color=color, fill=fill, thickness=thickness, parent=parent)
        return self._sized.add(item, "thickness", thickness)

    def curve(self, points: tuple[Point, Point, Point, Point], color: Color, thickness: float) -> Tag:
        """A cubic Bézier curve."""
        item: Tag = dpg.draw_bezier_cubic(*points, color=color, thickness=thickness, segments=24, parent=self.root)
        return self._sized.add(item, "thickness", thickness)

    def dashed(self, start: Point, end: Point, color: Color, corner: float = 0.0) -> None:
        """A rectangle's outline in dashes, its corners left open."""
        (left, top), (right, bottom) = start, end
        for one, other in _dashes(left + corner, right - corner):
            self.line((one, top), (other, top), color, 1.5)
            self.line((one, bottom), (other, bottom), color, 1.5)
        for one, other in _dashes(top + corner, bottom - corner):
            self.line((left, one), (left, other), color, 1.5)
            self.line((right, one), (right, other), color, 1.5)

    def striped(self, start: Point, end: Point, color: Color, gap: float = 14.0) -> None:
        """Diagonal stripes within a rectangle."""
        (left, top), (right, bottom) = start, end
        at = left - (bottom - top) + gap
        while at < right:
            low, high = max(at, left), min(at + bottom - top, right)
            if high > low:
                self.line((low, bottom - (low - at)), (high, bottom - (high - at)), color, 3.0)
            at += gap


def _dashes(start: float, end: float, dash: float = 7.0, gap: float = 5.0) -> Iterator[tuple[float, float]]:
    at = start
    while at < end:
        yield at, min(at + dash, end)
        at += dash + gap
