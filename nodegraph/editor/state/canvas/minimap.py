"""The small map in the canvas's corner: where it is, and how the world fits into it."""

from typing import Final

from nodegraph.editor.state.canvas.camera import Camera, Rect, union
from nodegraph.editor.state.canvas.scene import Scene
from nodegraph.editor.state.placements import Point

SIZE: Final = (200.0, 130.0)
MARGIN: Final = 12.0
_MOST: Final = 0.3
"""Of the canvas's width and height: in a small window, or at a large scale, the map does not hide the graph."""


class Minimap:
    """Pixels here count from the canvas's top left corner."""

    def __init__(self, camera: Camera, scene: Scene) -> None:
        self._camera, self._scene = camera, scene
        self._held: tuple[float, Point] | None = None

    def hold(self, on: bool) -> None:
        """While the view is dragged here, the map itself stays as it is."""
        self._held = self.fitting() if on else None

    @property
    def rect(self) -> Rect:
        """Its place at the lower right."""
        camera = self._camera
        scale = min(camera.scale, _MOST * camera.width / SIZE[0], _MOST * camera.height / SIZE[1])
        width, height = SIZE[0] * scale, SIZE[1] * scale
        right, bottom = camera.width - MARGIN * camera.scale, camera.height - MARGIN * camera.scale
        return right - width, bottom - height, right, bottom

    def contains(self, pixel: Point) -> bool:
        """Whether a pixel lies in it."""
        left, top, right, bottom = self.rect
        return left <= pixel[0] <= right and top <= pixel[1] <= bottom

    @property
    def world(self) -> Rect:
        """The part of the world it shows: everything, and what the canvas shows."""
        found = union([*self._scene.everything(), self._camera.view])
        return found or self._camera.view

    def fitting(self) -> tuple[float, Point]:
        """Pixels per world unit, and the pixel of the world's origin."""
        if self._held is not None:
            return self._held
        world, rect = self.world, self.rect
        size = (max(world[2] - world[0], 1.0), max(world[3] - world[1], 1.0))
        scale = min((rect[2] - rect[0]) / size[0], (rect[3] - rect[1]) / size[1]) * 0.94
        x = (rect[0] + rect[2]) / 2 - (world[0] + world[2]) / 2 * scale
        y = (rect[1] + rect[3]) / 2 - (world[1] + world[3]) / 2 * scale
        return scale, (x, y)

    def to_world(self, pixel: Point) -> Point:
        """The world point at a pixel of the map."""
        scale, origin = self.fitting()
        return (pixel[0] - origin[0]) / scale, (pixel[1] - origin[1]) / scale
