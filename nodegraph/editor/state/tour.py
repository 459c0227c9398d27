"""The guided start: three minutes on the starter preset. Each step is a sentence that is done, not read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nodegraph.core.preset import Preset

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

SEEN: Final = "tour"
PRESET: Final = "starter"


@dataclass(frozen=True)
class Start:
    """How things were when a step began."""

    document: Preset
    view: tuple[float, float, float]
    undone: int


@dataclass(frozen=True)
class Step:
    """title: what it is about. text: what to do. done: whether it is, since `Start`; None for a step to read."""

    title: str
    text: str
    done: "Callable[[Editor, Start], bool] | None" = None


class Tour:
    """Where somebody is in the guided start; `index` is None when it is not on."""

    def __init__(self, editor: "Editor") -> None:
        self._editor = editor
        self._start = self._now()
        self.index: int | None = None

    def start(self) -> None:
        """Begin, on the document as it is."""
        self._go(0)

    def tick(self) -> None:
        """Once a frame: a step that is done leads to the next."""
        step = self.step
        if step is not None and step.done is not None and step.done(self._editor, self._start):
            self.skip()

    def skip(self) -> None:
        """On to the next step, done or not; after the last one the tour is over."""
        if self.index is not None:
            self._go(self.index + 1)

    def back(self) -> None:
        """The step before again."""
        if self.index:
            self._go(self.index - 1)

    def stop(self) -> None:
        """Enough; it is not offered again by itself."""
        self.index = None
        settings = self._editor.settings
        if SEEN not in settings.hints_seen:
            settings.hints_seen.append(SEEN)
            settings.changed()

    @property
    def step(self) -> Step | None:
        """What to do now."""
        return None if self.index is None else STEPS[self.index]

    @property
    def progress(self) -> float:
        """0 at the beginning to 1 at the last step."""
        return (self.index or 0) / (len(STEPS) - 1)

    def _go(self, index: int) -> None:
        if index >= len(STEPS):
            self.stop()
            self._editor.tell("That was the guided start. Press ? for every shortcut.", "good")
            return
        self.index, self._start = index, self._now()

    def _now(self) -> Start:
        workspace, camera = self._editor.workspace, self._editor.canvas.camera
        return Start(workspace.document, (camera.x, camera.y, camera.zoom), len(workspace.history.redos))


def _moved(editor: "Editor", start: Start) -> bool:
    camera = editor.canvas.camera
    return camera.zoom != start.view[2]


def _runs(editor: "Editor", _: Start) -> bool:
    return editor.player.state in ("running", "paused")


def _selected(editor: "Editor", _: Start) -> bool:
    return "glow" in editor.workspace.selected_nodes or _type_selected(editor, "filter.glow")


def _type_selected(editor: "Editor", type_id: str) -> bool:
    nodes = editor.workspace.document.graph.nodes
    return any(nodes[id].type == type_id for id in editor.workspace.selected_nodes)


def _param_changed(editor: "Editor", start: Start) -> bool:
    now, before = editor.workspace.document.graph.nodes, start.document.graph.nodes
    return any(id in before and node.params != before[id].params for id, node in now.items())


def _undone(editor: "Editor", start: Start) -> bool:
    return len(editor.workspace.history.redos) > start.undone


def _node_added(editor: "Editor", start: Start) -> bool:
    graph = editor.workspace.document.graph
    new = set(graph.nodes) - set(start.document.graph.nodes)
    return any(wire.target in new or wire.source in new for wire in graph.wires)


def _inserted(editor: "Editor", start: Start) -> bool:
    """A wire leads into something that something else fed before."""
    before = {(wire.target, wire.input): wire.source for wire in start.document.graph.wires}
    wires = editor.workspace.document.graph.wires
    return any(before.get((wire.target, wire.input), wire.source) != wire.source for wire in wires)


def _bypassed(editor: "Editor", start: Start) -> bool:
    nodes = editor.workspace.document.graph.nodes
    before = start.document.graph.nodes
    return any(node.state == "bypass" and (id not in before or before[id].state == "on") for id, node in nodes.items())


STEPS: Final[tuple[Step, ...]] = (
    Step(
        "A graph is a recipe",
        "Pictures go from left to right: a clip comes in, nodes change it, the last one writes a video. "
        "It is the starter preset; nothing you do here can break it.",
    ),
    Step(
        "Look around",
        "Turn the wheel to zoom at the pointer. The middle mouse button, or Space and drag, moves.",
        _moved,
    ),
    Step("Make it run", "Press Ctrl+Enter, or the round button on top. Every node shows its own picture.", _runs),
    Step("Choose a node", "Click the title of Glow. What can be set is on the right.", _selected),
    Step("Change something", "Drag one of its sliders. The picture follows while you drag.", _param_changed),
    Step("Take it back", "Press Ctrl+Z. Everything can be undone, also moves and wires.", _undone),
    Step(
        "Add a node",
        "Drag from the round pin on the right of Vignette, and let go over the empty canvas. "
        "Type “kal”, press Enter: a Kaleidoscope, connected.",
        _node_added,
    ),
    Step("Send it on", "Drag from the Kaleidoscope's right pin to the image pin of the last node.", _inserted),
    Step(
        "With and without",
        "Click a node and press Ctrl+B: the picture goes around it. Ctrl+B again brings it back.",
        _bypassed,
    ),
    Step(
        "It is yours now",
        "Ctrl+S saves it, Ctrl+Shift+E exports it for others, ? shows every shortcut, and Shift+F1 explains a node.",
    ),
)
