"""Node types, documents and a hand on the canvas, for tests without a window."""

from dataclasses import dataclass, replace
from typing import Any

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.preset import Preset, read_preset, to_text
from nodegraph.core.registry import Definition, Registry
from nodegraph.core.spec import NodeSpec, Param, Port
from nodegraph.editor.state.canvas.boxes import PinKey, Side
from nodegraph.editor.state.canvas.canvas import LEFT, Canvas
from nodegraph.editor.state.canvas.gesture import Mods
from nodegraph.editor.state.canvas.requests import Request
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Placement, Point, Sheet, with_group, with_note, with_placements
from nodegraph.editor.state.workspace import Workspace

NONE, CTRL, SHIFT, ALT = Mods(), Mods(ctrl=True), Mods(shift=True), Mods(alt=True)
ROW, EMPTY = "camera blur screen", (-250.0, -250.0)
"""Three nodes one after another, and a point where nothing is."""


def _image(*names: str, optional: bool = False) -> tuple[Port, ...]:
    return tuple(Port(name, ("image",), optional=optional) for name in names)


_PARAMS = (
    Param("radius", "number", 5.0, "How far.", ge=0, le=100, unit="px"),
    Param("passes", "integer", 1, "How often.", ge=1, le=8),
    Param("strong", "boolean", False),
    Param("edge", "choice", "wrap", choices=("wrap", "mirror", "black")),
    Param("tint", "color", (0, 0, 255)),
    Param("free", "number", 1.0, "Hidden: the sixth."),
)
_SPECS = (
    NodeSpec("t.camera", "Camera", "source", "Sources", "", outputs=_image("image"), live=True),
    NodeSpec("t.blur", "Blur", "filter", "Filters", "", _image("image"), _image("image"), _PARAMS),
    NodeSpec("t.blend", "Blend", "filter", "Filters", "", _image("base", "layer"), _image("image"), _PARAMS[:1]),
    NodeSpec("t.wave", "Wave", "source", "Control", "", outputs=(Port("value", ("number",)),)),
    NodeSpec("t.words", "Words", "filter", "Text", "", (Port("text", ("text",)),), (Port("text", ("text",)),)),
    NodeSpec("t.delay", "Frame Delay", "filter", "Time", "", _image("image"), _image("image"), delay=True),
    NodeSpec("t.screen", "Screen", "sink", "Outputs", "", _image("image")),
)


def _no_code(*_: Any) -> Any:
    raise AssertionError("nothing runs here")


REGISTRY = Registry({spec.id: Definition(spec, _no_code) for spec in _SPECS})
WIRE = Wire("camera", "image", "blur", "image")


def graph_of(nodes: str, *wires: str) -> Preset:
    """``"camera blur2"`` are nodes of types t.camera and t.blur side by side; ``"camera.image blur2.image"`` a wire."""
    made = {id: GraphNode(id, f"t.{id.rstrip('0123456789')}") for id in nodes.split()}
    ends = [[end.split(".") for end in wire.split()] for wire in wires]
    graph = Graph(made, tuple(Wire(*source, *target) for source, target in ends))
    places = {id: Placement(at * 320.0, 0.0) for at, id in enumerate(made)}
    return with_placements(Preset(graph=graph), places)


def rich() -> Preset:
    """A document with everything in it: wires, a note, a frame, and keys nobody knows at every place."""
    document = graph_of(
        "camera blur blend wave screen",
        "camera.image blur.image",
        "blur.image blend.base",
        "wave.value blur.radius",
        "blend.image screen.image",
    )
    document = with_note(document, Sheet("note", 0.0, 400.0, 200.0, 100.0, "Look", "#c9a94b"))
    document = with_group(document, Sheet("group", 280.0, -60.0, 600.0, 420.0, "Middle", "#5b6b8c"))
    layout = {
        **document.layout,
        "zoom": 2,
        "nodes": {**document.layout["nodes"]},
        "notes": {**document.layout["notes"]},
    }
    layout["nodes"]["blur"] = {**layout["nodes"]["blur"], "pinned": True}
    layout["notes"]["note"] = {**layout["notes"]["note"], "font": "large"}
    blur = replace(document.graph.nodes["blur"], unknown={"since": 3})
    groups = tuple({**one, "locked": True} for one in document.graph.groups)
    graph = replace(document.graph, groups=groups).with_node(blur)
    return replace(
        document,
        graph=graph,
        layout=layout,
        unknown={"mood": "calm"},
        graph_unknown={"rate": 30},
        wire_unknown={WIRE: {"delay": 2}},
    )


def survives(document: Preset) -> None:
    """Assert that the document can be written and is the same when it is read."""
    text = to_text(document)
    assert to_text(read_preset(text.encode("utf-8"), "document")) == text


def undone(workspace: Workspace, start: Preset) -> None:
    """Assert that undoing everything gives the start, and redoing everything what was; every state is valid."""
    end, steps = workspace.document, 0
    survives(end)
    while workspace.undo():
        steps += 1
        survives(workspace.document)
    assert workspace.document == start
    for _ in range(steps):
        assert workspace.redo()
    assert workspace.document == end


@dataclass
class Wishes:
    """Settings of the canvas."""

    snap: bool = False
    minimap: bool = False


class Hand:
    """A canvas at zoom 1 with the world's origin in its middle, and a hand on it that works in world coordinates."""

    def __init__(self, document: Preset, snap: bool = False, minimap: bool = False) -> None:
        self.start = document
        self.workspace = Workspace(REGISTRY, document)
        self.asked: list[Request] = []
        self.canvas = Canvas(self.workspace, Wishes(snap, minimap), self.asked.append)
        self.canvas.camera.x, self.canvas.camera.y = -400.0, -300.0
        self.canvas.scene.refresh()

    @property
    def document(self) -> Preset:
        """The document now."""
        return self.workspace.document

    def pin(self, node: str, side: Side, name: str) -> Point:
        """Where a pin is."""
        found = self.canvas.scene.pin_point(PinKey(node, side, name))
        assert found is not None
        return found

    def out(self, node: str, name: str = "image") -> Point:
        """Where an output is."""
        return self.pin(node, "out", name)

    def into(self, node: str, name: str = "image") -> Point:
        """Where an input or parameter is."""
        return self.pin(node, "in", name)

    def title(self, node: str) -> Point:
        """A point in a node's title."""
        left, top, *_ = self.canvas.scene.rect(node)
        return left + 60.0, top + 10.0

    def row(self, node: str, name: str) -> Point:
        """The middle of a parameter's row."""
        left, top, *_ = self.canvas.scene.rect(node)
        row = next(one for one in self.canvas.scene.boxes[node].rows if one.param.name == name)
        return left + 100.0, top + row.y + 11.0

    def press(self, at: Point, mods: Mods = NONE, button: int = LEFT) -> None:
        """Press a button."""
        self.canvas.press(button, self.canvas.camera.to_screen(at), mods)

    def move(self, at: Point, mods: Mods = NONE) -> None:
        """Move there."""
        self.canvas.move(self.canvas.camera.to_screen(at), mods)

    def let_go(self, at: Point, mods: Mods = NONE, button: int = LEFT) -> None:
        """Release a button."""
        self.canvas.release(button, self.canvas.camera.to_screen(at), mods)

    def pull(self, start: Point, end: Point, mods: Mods = NONE, button: int = LEFT, steps: int = 4) -> None:
        """Press at the start and move to the end, the button still down."""
        self.press(start, mods, button)
        for step in range(1, steps + 1):
            share = step / steps
            self.move((start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share), mods)

    def drag(self, start: Point, end: Point, mods: Mods = NONE, button: int = LEFT) -> None:
        """Drag from one point to another."""
        self.pull(start, end, mods, button)
        self.let_go(end, mods, button)

    def click(self, at: Point, mods: Mods = NONE, button: int = LEFT) -> None:
        """Press and release."""
        self.press(at, mods, button)
        self.let_go(at, mods, button)

    def selected(self) -> set[str]:
        """The ids of what is selected."""
        return {item.id for item in self.workspace.selection}

    def wires(self) -> set[str]:
        """The wires as text."""
        return {str(wire) for wire in self.document.graph.wires}

    def undone(self) -> None:
        """Assert that everything can be undone and redone."""
        undone(self.workspace, self.start)


def item(id: str) -> Item:
    """The thing with this id: notes are called note…, frames group…."""
    kind = id.rstrip("0123456789")
    return Item("note", id) if kind == "note" else Item("group", id) if kind == "group" else Item("node", id)
