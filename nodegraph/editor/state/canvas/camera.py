"""What part of the world the canvas shows: zoom, and which world point is at its top left corner."""

from dataclasses import dataclass, field
from typing import Final

from nodegraph.editor.state.placements import Point

LEAST: Final = 0.25
MOST: Final = 2.0
STEP: Final = 1.1
"""One notch of the wheel."""
Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass
class Camera:
    """x, y: the world point at the top left of the canvas; width, height: the canvas in pixels.

    zoom: pixels per world unit, without the display's scale; scale: the display's.
    """

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    scale: float = 1.0
    width: float = 800.0
    height: float = 600.0
    _fitted: tuple[Rect | None, float, float] = field(default=(None, 0.0, 1.0), repr=False, compare=False)
    _after: tuple[float, float, float] | None = field(default=None, repr=False, compare=False)

    @property
    def pixels(self) -> float:
        """Pixels per world unit."""
        return self.zoom * self.scale

    def to_world(self, point: Point) -> Point:
        """The world point at a pixel of the canvas."""
        return point[0] / self.pixels + self.x, point[1] / self.pixels + self.y

    def to_screen(self, point: Point) -> Point:
        """The pixel of the canvas at a world point."""
        return (point[0] - self.x) * self.pixels, (point[1] - self.y) * self.pixels

    @property
    def view(self) -> Rect:
        """The part of the world that can be seen."""
        right, bottom = self.to_world((self.width, self.height))
        return self.x, self.y, right, bottom

    @property
    def center(self) -> Point:
        """The world point in the middle."""
        return self.to_world((self.width / 2, self.height / 2))

    def pan(self, dx: float, dy: float) -> None:
        """Move what is shown by so many pixels."""
        self.x -= dx / self.pixels
        self.y -= dy / self.pixels

    def zoom_at(self, pixel: Point, zoom: float) -> None:
        """Zoom, keeping the world point at `pixel` where it is."""
        before = self.to_world(pixel)
        self.zoom = min(max(zoom, LEAST), MOST)
        after = self.to_world(pixel)
        self.x += before[0] - after[0]
        self.y += before[1] - after[1]

    def look_at(self, point: Point) -> None:
        """Put this world point in the middle."""
        now = self.center
        self.x += point[0] - now[0]
        self.y += point[1] - now[1]

    def resize(self, width: float, height: float, scale: float) -> None:
        """The canvas has another size, or the display another scale; what was made to fit and not moved since fits."""
        if (width, height, scale) != (self.width, self.height, self.scale):
            self.width, self.height, self.scale = width, height, scale
            if self._after == (self.x, self.y, self.zoom):
                self.fit(*self._fitted)

    def fit(self, rect: Rect | None, margin: float = 40.0, most: float = 1.0) -> None:
        """Show this part of the world as large as it fits, at most at zoom `most`; None: the origin at zoom 1."""
        self._fit(rect, margin, most)
        self._fitted, self._after = (rect, margin, most), (self.x, self.y, self.zoom)

    def _fit(self, rect: Rect | None, margin: float, most: float) -> None:
        if rect is None:
            self.x, self.y, self.zoom = -margin, -margin, 1.0
            return
        left, top, right, bottom = rect
        room = (max(self.width - 2 * margin, 50.0), max(self.height - 2 * margin, 50.0))
        size = (max(right - left, 1.0) * self.scale, max(bottom - top, 1.0) * self.scale)
        self.zoom = min(max(min(room[0] / size[0], room[1] / size[1]), LEAST), most)
        self.look_at(((left + right) / 2, (top + bottom) / 2))


def union(rects: "list[Rect]") -> Rect | None:
    """The rectangle around all of them; None for none."""
    if not rects:
        return None
    lefts, tops, rights, bottoms = zip(*rects, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def overlap(one: Rect, other: Rect) -> bool:
    """Whether two rectangles share a point."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
