"""Search at the pointer: type, choose, and a node is there, connected to the dropped wire. ">" finds commands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nodegraph.core.graph import Wire
from nodegraph.core.preset import Preset
from nodegraph.core.registry import Registry
from nodegraph.editor.state.canvas.boxes import TITLE, WIDTH, Pin, Side, box_of
from nodegraph.editor.state.canvas.requests import OpenPalette
from nodegraph.editor.state.canvas.selecting import GRID
from nodegraph.editor.state.commands.command import Command
from nodegraph.editor.state.edits.nodes import add_node
from nodegraph.editor.state.edits.wires import WireRefused, connect, insert_on_wire
from nodegraph.editor.state.fuzzy import best
from nodegraph.editor.state.insertables import Insertable, first_fit, fitting, insertables, search
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Placement, Point, with_placements

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

COMMANDS: Final = ">"
PAGE: Final = 8


@dataclass(frozen=True)
class Entry:
    """One line: title on the left, detail on the right; `description` is shown when it is marked."""

    title: str
    detail: str
    description: str
    choice: Insertable | Command
    enabled: bool = True


class Palette:
    """What can be added or done, filtered by what is typed. `entries` is a new list after every change.

    pixel: where it opens, from the canvas's top left corner. pin: what the choice will be connected to.
    """

    def __init__(self, editor: "Editor") -> None:
        self._editor = editor
        self._known: tuple[Registry, list[Insertable]] | None = None
        self._items: Sequence[Insertable] = ()
        self._at: Point = (0.0, 0.0)
        self._query = ""
        self._commands_only = False
        self.is_open = False
        self.opened = 0
        self.pixel: Point = (0.0, 0.0)
        self.pin: Pin | None = None
        self._wire: Wire | None = None
        self.entries: list[Entry] = []
        self.index = 0

    def open(
        self,
        at: Point,
        pixel: Point,
        pin: Pin | None = None,
        items: Sequence[Insertable] | None = None,
        query: str = "",
    ) -> None:
        """Search for a node to add at the world point `at`; with a pin only for what fits it."""
        found = self.items if items is None else items
        self._items = found if pin is None else fitting(found, pin.types, pin.key.side)
        self._at, self.pixel, self.pin, self._wire = at, pixel, pin, None
        self.is_open = True
        self.opened += 1
        self._query, self._commands_only = query, False
        self._search()

    def open_on_wire(self, wire: Wire, pixel: Point) -> None:
        """Search for a node to put into a wire: what takes what it carries, and gives what its target takes."""
        boxes, camera = self._editor.canvas.scene.boxes, self._editor.canvas.camera
        start, end = boxes[wire.source].pin("out", wire.output), boxes[wire.target].pin("in", wire.input)
        if start is not None and end is not None:
            able = fitting(fitting(self.items, end.types, "in"), start.types, "out")
            self.open(camera.to_world(pixel), pixel, items=able)
            self._wire = wire

    def open_commands(self) -> None:
        """Search for a command, in the middle of the canvas."""
        camera = self._editor.canvas.camera
        self.open(camera.center, (camera.width / 2, camera.height / 4))
        self._commands_only = True
        self._search()

    def follow(self) -> None:
        """Open when a gesture on the canvas asked for it. Once a frame."""
        asked = self._editor.take(OpenPalette)
        if asked is not None:
            self.open(asked.at, asked.pixel, asked.pin)

    @property
    def items(self) -> list[Insertable]:
        """Every type of node there is."""
        registry = self._editor.workspace.registry
        if self._known is None or self._known[0] is not registry:
            self._known = (registry, insertables(registry))
        return self._known[1]

    # --- typing and choosing ----------------------------------------------------------------------------------------

    @property
    def query(self) -> str:
        """What is typed."""
        return self._query

    @query.setter
    def query(self, text: str) -> None:
        if text != self._query:
            self._query = text
            self._search()

    @property
    def heading(self) -> str:
        """What is looked for, in a few words."""
        if self.finds_commands:
            return "Commands"
        if self.pin is None:
            return "Add a node" if self._wire is None else "Put a node into the wire"
        takes = "that takes" if self.pin.key.side == "out" else "that gives"
        return f"Add a node {takes} {' or '.join(self.pin.types)}"

    @property
    def finds_commands(self) -> bool:
        """Whether it lists commands, not nodes."""
        return self._commands_only or self._query.startswith(COMMANDS)

    @property
    def marked(self) -> Entry | None:
        """The entry that Enter chooses."""
        return self.entries[self.index] if self.entries else None

    def up(self, by: int = 1) -> None:
        """Mark an entry further up; from the first on to the last."""
        self._mark(-by)

    def down(self, by: int = 1) -> None:
        """Mark an entry further down; from the last on to the first."""
        self._mark(by)

    def _mark(self, by: int) -> None:
        count = len(self.entries)
        if count:
            wrapped = (self.index + by) % count
            self.index = wrapped if abs(by) == 1 else min(max(self.index + by, 0), count - 1)

    def close(self) -> None:
        """Nothing is chosen."""
        self.is_open = False
        self.pin = self._wire = None

    def choose(self, index: int | None = None) -> None:
        """Add the marked node (or the one at `index`), or carry the command out."""
        if index is not None and 0 <= index < len(self.entries):
            self.index = index
        entry, pin, wire = self.marked, self.pin, self._wire
        if entry is None:
            return
        self.close()
        if isinstance(entry.choice, Insertable):
            self.insert(entry.choice, self._at, pin, wire)
        elif entry.enabled:
            entry.choice.run(self._editor)
        else:
            self._editor.tell(f"{entry.title} has nothing to work on now.")

    def insert(self, item: Insertable, at: Point, pin: Pin | None = None, into: Wire | None = None) -> str:
        """Add a node with its middle (or its connected pin) at `at`, as one undo step; its id. into: a wire."""
        workspace, why = self._editor.workspace, ""
        document, id = add_node(workspace.document, item.spec, at)
        wire = wire_to(item, id, pin) if pin else None
        if wire is not None:
            try:
                document = connect(document, workspace.registry, wire)
            except WireRefused as error:
                wire, why = None, error.message
        document = _put(document, workspace.registry, id, at, wire, snap=self._editor.settings.snap)
        if into is not None:
            document = insert_on_wire(document, workspace.registry, id, into)
        workspace.seal()
        workspace.do(f"Add {item.title}", document, select=[Item("node", id)])
        self._editor.settings.count(item.type_id)
        if why:
            self._editor.tell(f"{item.title} is not connected: {why}", "warning")
        return id

    # --- searching --------------------------------------------------------------------------------------------------

    def _search(self) -> None:
        if self.finds_commands:
            self.entries = self._commands(self._query.removeprefix(COMMANDS))
        else:
            found = search(self._query, self._items, self._editor.settings.usage)
            self.entries = [Entry(one.title, one.category, one.description, one) for one in found]
        self.index = 0

    def _commands(self, query: str) -> list[Entry]:
        from nodegraph.editor.state.commands.table import COMMANDS as TABLE

        able = [one for one in TABLE if one.visible(self._editor)]
        found = best(query, able, lambda one: (one.title_in(self._editor), one.submenu or one.menu))
        return [
            Entry(_named(one, self._editor), one.shortcut or one.menu, one.help, one, one.enabled(self._editor))
            for one in found
        ]


def _named(command: Command, editor: "Editor") -> str:
    title = command.title_in(editor)
    return f"{command.submenu}: {title}" if command.submenu else title


def wire_to(item: Insertable, id: str, pin: Pin) -> Wire | None:
    """The wire between a pin and a new node of this type; None when nothing fits."""
    name = first_fit(item.spec, pin.types, pin.key.side)
    if name is None:
        return None
    key = pin.key
    return Wire(key.node, key.name, id, name) if key.side == "out" else Wire(id, name, key.node, key.name)


def _put(document: Preset, registry: Registry, id: str, at: Point, wire: Wire | None, *, snap: bool) -> Preset:
    """With the new node's connected pin, or the middle of its title, at `at`."""
    node, found = document.graph.nodes[id], registry.find(document.graph.nodes[id].type)
    dx, dy = WIDTH / 2, TITLE / 2
    if wire is not None:
        side: Side = "in" if wire.target == id else "out"
        name = wire.input if wire.target == id else wire.output
        box = box_of(node, found.spec if found else None, Placement(), [name] if side == "in" else [], [])
        pin = box.pin(side, name)
        dx, dy = (pin.x, pin.y) if pin else (dx, dy)
    x, y = at[0] - dx, at[1] - dy
    if snap:
        x, y = round(x / GRID) * GRID, round(y / GRID) * GRID
    return with_placements(document, {id: Placement(x, y)})
