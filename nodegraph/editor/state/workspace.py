"""The open document with its history and selection. Every change goes through `do`, so that it can be undone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from nodegraph.core.errors import Problem
from nodegraph.core.preset import Preset
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec
from nodegraph.core.validate import validate
from nodegraph.editor.state.delta import Delta, difference
from nodegraph.editor.state.history import History, Mark
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import items_of


@dataclass(frozen=True)
class Moment:
    """The document, its history and the selection as they were; for `Workspace.back_to`."""

    document: Preset
    selection: frozenset[Item]
    history: History
    mark: Mark


class Workspace:
    """One document being edited. `document` and `selection` are new objects after every change.

    listeners: told each step (done, undone, redone), after it was applied.
    """

    def __init__(self, registry: Registry, document: Preset | None = None, path: Path | None = None) -> None:
        self.registry = registry
        self.listeners: list[Callable[[Delta], None]] = []
        self.load(document or Preset(), path)

    # --- the document -----------------------------------------------------------------------------------------------

    @property
    def document(self) -> Preset:
        """The document as it is now."""
        return self._document

    def load(self, document: Preset, path: Path | None, base: Path | None = None, dirty: bool = False) -> None:
        """Edit another document; its history begins here. `base`: where relative paths start, if not beside `path`.

        dirty: it is not saved anywhere (a recovered one).
        """
        self._document = document
        self._saved: Preset | None = None if dirty else document
        self.path = path
        self._base = base
        self.history = History()
        self.selection: frozenset[Item] = frozenset()
        self._problems: tuple[Preset, Registry, list[Problem]] | None = None
        self._clean: Preset | None = None

    def mark_saved(self, path: Path) -> None:
        """The document as it is now is in this file."""
        self.path, self._saved, self._base, self._clean = path, self._document, None, None
        self.history.seal()

    @property
    def dirty(self) -> bool:
        """Whether there is something that is not saved."""
        if self._saved is None:
            return True
        if self._document is not self._saved and self._document is not self._clean:
            if not difference(self._saved, self._document, "").is_empty:
                return True
            self._clean = self._document
        return False

    @property
    def name(self) -> str:
        """What a person calls the document."""
        return self._document.title or (self.path.stem if self.path else "") or "Untitled"

    @property
    def base(self) -> Path:
        """The folder relative paths start from."""
        return self._base or (self.path.resolve().parent if self.path else Path.cwd())

    # --- changes ----------------------------------------------------------------------------------------------------

    def do(self, label: str, document: Preset, merge: str = "", select: Iterable[Item] | None = None) -> None:
        """Make `document` the current one, as one undo step called `label`.

        Steps in a row with the same `merge` key become one, until `seal`. `select` becomes the selection.
        """
        step = self.history.record(self._document, document, label, merge)
        if not step.is_empty:
            self._become(document, step)
        if select is not None:
            self.select(select)

    def seal(self) -> None:
        """The gesture is over: the next change is a step of its own."""
        self.history.seal()

    def undo(self) -> str:
        """Take the last step back; its label, "" when there is none."""
        return self._moved(*self.history.undo(self._document))

    def redo(self) -> str:
        """Make the last undone step again; its label, "" when there is none."""
        return self._moved(*self.history.redo(self._document))

    def moment(self) -> Moment:
        """What is now, to come back to when a gesture is cancelled."""
        return Moment(self._document, self.selection, self.history, self.history.mark())

    def back_to(self, moment: Moment) -> None:
        """Have it as it was, without a trace; nothing when another document was loaded since."""
        if moment.history is not self.history:
            return
        step = difference(self._document, moment.document, "")
        self.history.back_to(moment.mark)
        if self._document is not moment.document:
            self._become(moment.document, step)
        self.select(moment.selection)

    @property
    def undo_label(self) -> str:
        """What `undo` would take back, "" for nothing."""
        return self.history.undos[-1].label if self.history.undos else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would make again, "" for nothing."""
        return self.history.redos[-1].label if self.history.redos else ""

    def _moved(self, document: Preset, step: Delta | None) -> str:
        if step is None:
            return ""
        self._become(document, step)
        return step.label

    def _become(self, document: Preset, step: Delta) -> None:
        self._document = document
        there = items_of(document)
        if not self.selection <= there:
            self.selection &= there
        for listener in [] if step.is_empty else self.listeners:
            listener(step)

    # --- looking ----------------------------------------------------------------------------------------------------

    def select(self, items: Iterable[Item]) -> None:
        """Select these and nothing else; what is not there is left out."""
        chosen = frozenset(items) & items_of(self._document)
        if chosen != self.selection:
            self.selection = chosen

    @property
    def selected_nodes(self) -> list[str]:
        """The ids of the selected nodes, in the document's order."""
        ids = {item.id for item in self.selection if item.kind == "node"}
        return [id for id in self._document.graph.nodes if id in ids]

    def spec(self, node_id: str) -> NodeSpec | None:
        """What kind of node this is; None when its type is not known here."""
        node = self._document.graph.nodes.get(node_id)
        found = self.registry.find(node.type) if node else None
        return found.spec if found else None

    def title(self, node_id: str) -> str:
        """What the canvas calls a node."""
        node, spec = self._document.graph.nodes.get(node_id), self.spec(node_id)
        return (node.title if node else "") or (spec.title if spec else "") or (node.type if node else node_id)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the graph, warnings included."""
        known, document, registry = self._problems, self._document, self.registry
        if known is None or known[0] is not document or known[1] is not registry:
            known = self._problems = (document, registry, validate(document.graph, registry))
        return known[2]
