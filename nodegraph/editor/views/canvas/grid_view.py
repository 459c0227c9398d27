"""The ground of the canvas: a grid that moves and zooms with the world."""

import math
from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.camera import Camera
from nodegraph.editor.views.canvas.sized import Tag
from nodegraph.editor.views.look import Look

STEP: Final = 32.0
_CLOSEST: Final = 18.0
"""Pixels between two lines at least; closer, every fourth is drawn."""


class GridView:
    """A pool of lines, moved when the camera moves."""

    def __init__(self, camera: Camera, look: Look, parent: Tag) -> None:
        self._camera, self._look = camera, look
        self._layer: Tag = dpg.add_draw_layer(parent=parent)
        self._lines: list[Tag] = []
        self._seen: object = None

    def update(self) -> None:
        """Follow the camera."""
        camera = self._camera
        now = (camera.x, camera.y, camera.pixels, camera.width, camera.height, self._look.theme)
        if now == self._seen:
            return
        self._seen = now
        step = STEP
        while step * camera.pixels < _CLOSEST * camera.scale:
            step *= 4
        left, top, right, bottom = camera.view
        lines = [((x, top), (x, bottom)) for x in _steps(left, right, step)]
        lines += [((left, y), (right, y)) for y in _steps(top, bottom, step)]
        color = self._look.color("grid")
        while len(self._lines) < len(lines):
            self._lines.append(dpg.draw_line((0, 0), (0, 0), color=color, parent=self._layer))
        for at, item in enumerate(self._lines):
            if at < len(lines):
                start, end = (camera.to_screen(point) for point in lines[at])
                dpg.configure_item(item, p1=list(start), p2=list(end), color=color, show=True)
            else:
                dpg.configure_item(item, show=False)


def _steps(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step)
    return [at * step for at in range(first, math.floor(high / step) + 1)]
