"""Pins: a shape and a colour for each type, so that a colour-blind person can tell them apart."""

import math
from typing import Final

from nodegraph.editor.state.looks import TYPE_SHAPES
from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.pen import Color, Pen
from nodegraph.editor.views.canvas.sized import Tag

RADIUS: Final = 5.0
_EDGE: Final = 1.75

_CORNERS: Final = {
    "square": (4, 45.0, 1.25),
    "diamond": (4, 0.0, 1.3),
    "triangle": (3, 0.0, 1.35),
    "hexagon": (6, 30.0, 1.12),
    "pentagon": (5, -90.0, 1.18),
}
"""Corners, the angle of the first, and the radius, so that all shapes weigh the same to the eye."""


def draw_pin(pen: Pen, middle: Point, type: str, color: Color, fill: Color, small: bool) -> Tag:
    """One pin; `fill` is the ground for one that nothing is connected to."""
    radius = RADIUS * (0.72 if small else 1.0)
    shape = TYPE_SHAPES.get(type, "circle")
    if shape not in _CORNERS:
        return pen.circle(middle, radius, color, fill, _EDGE)
    corners, turn, wide = _CORNERS[shape]
    return pen.polygon(corner_points(middle, radius * wide, corners, turn), color, fill, _EDGE)


def corner_points(middle: Point, radius: float, corners: int, turn: float) -> list[list[float]]:
    """The corners of a regular shape whose middle is that of its surrounding rectangle."""
    angles = [math.radians(turn + 360.0 * at / corners) for at in range(corners)]
    points = [[radius * math.cos(angle), radius * math.sin(angle)] for angle in angles]
    shift = [(min(ways) + max(ways)) / 2 for ways in zip(*points, strict=True)]
    return [[middle[0] + x - shift[0], middle[1] + y - shift[1]] for x, y in points]
