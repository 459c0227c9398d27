"""What a gesture on the canvas asks the rest of the editor for: plain data."""

from dataclasses import dataclass

from nodegraph.editor.state.canvas.boxes import Pin
from nodegraph.editor.state.canvas.scene import Hit
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Point


@dataclass(frozen=True)
class OpenPalette:
    """Search for a node to add at a world point; `pin` is what it should be connected to."""

    at: Point
    pixel: Point
    pin: Pin | None = None


@dataclass(frozen=True)
class OpenMenu:
    """The context menu of what was hit; `pixel` counts from the canvas's top left corner."""

    hit: Hit
    pixel: Point


@dataclass(frozen=True)
class EditParam:
    """Type or choose a parameter's value right on the canvas."""

    node: str
    name: str
    pixel: Point


@dataclass(frozen=True)
class EditText:
    """Type a node's title, a note's text or a frame's title."""

    item: Item
    pixel: Point


@dataclass(frozen=True)
class Refused:
    """A wire was dropped where it does not fit; `why` is a sentence."""

    why: str


Request = OpenPalette | OpenMenu | EditParam | EditText | Refused
