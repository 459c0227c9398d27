"""Find in the graph: nodes by title, type and id, notes and frames by their text."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nodegraph.editor.state.canvas.camera import union
from nodegraph.editor.state.fuzzy import best
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.shown import elided

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor


@dataclass(frozen=True)
class Found:
    """One thing in the graph: what it is called, and what it is."""

    item: Item
    title: str
    detail: str


class Finder:
    """What is typed and what it finds; `found` is a new list after every change."""

    def __init__(self, editor: "Editor") -> None:
        self._editor = editor
        self._query = ""
        self._everything: list[Found] = []
        self.is_open = False
        self.opened = 0
        self.found: list[Found] = []
        self.index = 0

    def open(self) -> None:
        """Begin, with what was typed before."""
        self._everything = everything(self._editor)
        self.is_open = True
        self.opened += 1
        self._search()

    def close(self) -> None:
        """Go on with what is selected now."""
        self.is_open = False

    @property
    def query(self) -> str:
        """What is typed."""
        return self._query

    @query.setter
    def query(self, text: str) -> None:
        if text != self._query:
            self._query = text
            self._search()

    def up(self) -> None:
        """Mark the one above; from the first on to the last."""
        self.index = (self.index - 1) % max(len(self.found), 1)

    def down(self) -> None:
        """Mark the one below; from the last on to the first."""
        self.index = (self.index + 1) % max(len(self.found), 1)

    def choose(self, index: int | None = None) -> None:
        """Select the marked one and bring it to the middle."""
        self.index = self.index if index is None else index
        if 0 <= self.index < len(self.found):
            go_to(self._editor, self.found[self.index].item)
            self.close()

    def _search(self) -> None:
        self.found = best(self._query, self._everything, lambda one: (one.title, one.item.id, one.detail))
        self.index = 0


def everything(editor: "Editor") -> list[Found]:
    """All there is on the canvas, nodes first, by title."""
    workspace = editor.workspace
    nodes = []
    for id, node in workspace.document.graph.nodes.items():
        spec = workspace.spec(id)
        kind = spec.title if spec else f"{node.type} (missing)"
        nodes.append(Found(Item("node", id), workspace.title(id), f"{kind} · {id}" if node.title else id))
    editor.canvas.scene.refresh()
    scene = editor.canvas.scene
    sheets = [Found(Item("group", one.id), elided(one.text, 60) or "Group", "Group") for one in scene.groups]
    sheets += [Found(Item("note", one.id), elided(one.text, 60) or "Note", "Note") for one in scene.notes]
    return [*sorted(nodes, key=lambda one: one.title.casefold()), *sheets]


def go_to(editor: "Editor", item: Item) -> None:
    """Select something and bring it to the middle of the canvas, large enough to read."""
    editor.workspace.select([item])
    editor.canvas.scene.refresh()
    rect = union(editor.canvas.scene.rects([item]))
    if rect is not None:
        camera = editor.canvas.camera
        camera.zoom = max(camera.zoom, 0.6)
        camera.look_at(((rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2))
