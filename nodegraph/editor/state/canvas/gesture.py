"""What is common to all gestures: the canvas they happen on, modifier keys, and what is drawn meanwhile."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nodegraph.core.graph import Wire
from nodegraph.editor.state.canvas.boxes import PinKey, Side
from nodegraph.editor.state.canvas.camera import Rect
from nodegraph.editor.state.placements import Point

if TYPE_CHECKING:
    from nodegraph.editor.state.canvas.canvas import Canvas


STEADY: Final = 4.0
"""Pixels a pressed pointer may move and it is still a click."""


@dataclass(frozen=True)
class Mods:
    """The modifier keys that are held."""

    ctrl: bool = False
    shift: bool = False
    alt: bool = False


@dataclass(frozen=True)
class LooseWire:
    """The wire being dragged: from a pin (side says which end) to a point in the world."""

    start: Point
    end: Point
    side: Side
    types: tuple[str, ...]


@dataclass
class Overlay:
    """What a gesture shows while it lasts, in world coordinates.

    refusals: for every pin why the dragged wire cannot go there ("" where it can); adapted: pins where values are
    converted; reason: why the pin at the pointer refuses; remark: what else to say there; insert: the wire a dragged
    node would go into.
    """

    box: Rect | None = None
    wire: LooseWire | None = None
    cut: list[Point] = field(default_factory=list)
    refusals: dict[PinKey, str] = field(default_factory=dict)
    adapted: frozenset[PinKey] = frozenset()
    reason: str = ""
    remark: str = ""
    insert: Wire | None = None


class Gesture:
    """Something that begins with a press and ends with a release. Points are pixels of the canvas.

    edits: it builds on the document as it left it; when someone else changes that meanwhile, it is over.
    """

    button = 0
    edits = True

    def __init__(self, canvas: "Canvas", pixel: Point, mods: Mods) -> None:
        self.canvas = canvas
        self.start = self.now = pixel
        self.mods = mods
        self.moved = False
        self.before = canvas.workspace.moment()
        self._known = self.before.document

    def move(self, pixel: Point, mods: Mods) -> None:
        """The pointer is somewhere else. A few pixels are a trembling hand, not a drag."""
        self.now, self.mods = pixel, mods
        away = max(abs(pixel[0] - self.start[0]), abs(pixel[1] - self.start[1]))
        if not self.moved and away >= STEADY * self.canvas.camera.scale:
            self.moved = True
            self.begin()
        if self.moved:
            self.drag()
        self._known = self.canvas.workspace.document

    @property
    def stale(self) -> bool:
        """Whether the document was changed by something else than this."""
        return self.edits and self.canvas.workspace.document is not self._known

    def begin(self) -> None:
        """It has become a drag."""

    def drag(self) -> None:
        """The pointer has moved on."""

    def drop(self) -> None:
        """The button is up after a drag."""

    def click(self) -> None:
        """The button is up and nothing was dragged."""

    def release(self) -> None:
        """The button is up."""
        if self.moved:
            self.drop()
        else:
            self.click()
        self.canvas.workspace.seal()

    def cancel(self) -> None:
        """Esc: as if nothing had happened."""
        self.canvas.workspace.back_to(self.before)

    @property
    def world(self) -> Point:
        """Where the pointer is in the world."""
        return self.canvas.camera.to_world(self.now)

    @property
    def offset(self) -> Point:
        """How far it was dragged, in world units."""
        pixels = self.canvas.camera.pixels
        return (self.now[0] - self.start[0]) / pixels, (self.now[1] - self.start[1]) / pixels
