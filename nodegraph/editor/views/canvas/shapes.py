"""Pins: a shape and a colour for each type, so that a colour-blind person can tell them apart."""

import math
from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.looks import TYPE_SHAPES
from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.sized import Sized, Tag

RADIUS: Final = 5.5
Color = tuple[int, int, int, int]

_CORNERS: Final = {
    "square": (4, 45.0),
    "diamond": (4, 0.0),
    "triangle": (3, 0.0),
    "hexagon": (6, 30.0),
    "pentagon": (5, -90.0),
}


def draw_pin(parent: Tag, sized: Sized, middle: Point, type: str, color: Color, fill: Color, small: bool) -> Tag:
    """One pin; `fill` is the ground for one that nothing is connected to."""
    radius = RADIUS * (0.72 if small else 1.0)
    shape = TYPE_SHAPES.get(type, "circle")
    if shape not in _CORNERS:
        item = dpg.draw_circle(middle, radius, color=color, fill=fill, thickness=2.0, parent=parent, segments=20)
        sized.add(item, "radius", radius)
    else:
        points = _polygon(middle, radius * 1.2, *_CORNERS[shape])
        if len(points) == 3:
            item = dpg.draw_triangle(*points, color=color, fill=fill, thickness=2.0, parent=parent)
        elif len(points) == 4:
            item = dpg.draw_quad(*points, color=color, fill=fill, thickness=2.0, parent=parent)
        else:
            item = dpg.draw_polygon([*points, points[0]], color=color, fill=fill, thickness=2.0, parent=parent)
    sized.add(item, "thickness", 2.0)
    return item


def _polygon(middle: Point, radius: float, corners: int, turn: float) -> list[list[float]]:
    angles = [math.radians(turn + 360.0 * at / corners) for at in range(corners)]
    return [[middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle)] for angle in angles]
