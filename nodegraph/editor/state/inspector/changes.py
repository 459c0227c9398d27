"""What the inspector changes: each change is one undo step, a drag or a typed text as a whole."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from nodegraph.core.graph import Failure, State, Sync, Wire
from nodegraph.core.preset import Preset
from nodegraph.core.preset_text import first_unwritable
from nodegraph.core.spec import Param
from nodegraph.editor.state.edits import nodes, wires
from nodegraph.editor.state.edits.sheets import change_sheet, sheet_of
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.workspace import Workspace

MAX_TAGS: Final = 40


class Changes:
    """Changes of one workspace. Those of one widget in a row become one step, until `seal`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def document(self) -> Preset:
        """The document as it is now."""
        return self._workspace.document

    def seal(self) -> None:
        """The widget was let go of: the next change is a step of its own."""
        self._workspace.seal()

    # --- parameters -------------------------------------------------------------------------------------------------

    def set_param(self, ids: Iterable[str], param: Param, value: Any) -> None:
        """Set one parameter of these nodes. What a document cannot hold, a typed "nan" for example, changes nothing."""
        if first_unwritable(_plain(value)):
            return
        document, there = self.document, self._there(ids)
        for id in there:
            document = nodes.set_param(document, id, param.name, _plain(value))
        self._workspace.do(_label("Set", param), document, merge=f"param:{'+'.join(there)}:{param.name}")

    def reset_param(self, ids: Iterable[str], param: Param) -> None:
        """Back to the default."""
        document = self.document
        for id in self._there(ids):
            document = nodes.reset_param(document, id, param.name)
        self.seal()
        self._workspace.do(_label("Reset", param), document)

    def detach(self, taken: Iterable[Wire]) -> None:
        """Take the wires away that drive a parameter."""
        self.seal()
        self._workspace.do("Detach", wires.disconnect(self.document, taken))

    # --- nodes ------------------------------------------------------------------------------------------------------

    def rename(self, id: str, title: str) -> None:
        """Call a node so; "" is its type's name."""
        if id in self.document.graph.nodes:
            self._workspace.do("Rename", nodes.rename(self.document, id, title), merge=f"title:{id}")

    def set_state(self, ids: Iterable[str], state: str) -> None:
        """on, bypass or mute."""
        label = {"on": "Switch on", "bypass": "Bypass", "mute": "Mute"}[state]
        self._once(label, nodes.set_state(self.document, ids, cast(State, state)))

    def set_failure(self, ids: Iterable[str], failure: str) -> None:
        """What is shown when it fails."""
        self._once("Set what is shown on failure", nodes.set_failure(self.document, ids, cast(Failure, failure)))

    def set_sync(self, ids: Iterable[str], sync: str) -> None:
        """Which frames its inputs are of."""
        self._once("Set inputs in step", nodes.set_sync(self.document, ids, cast(Sync, sync)))

    def set_place(self, id: str, **values: Any) -> None:
        """Change keys of where a model runs; one that is None, "" or 0 goes."""
        node = self.document.graph.nodes.get(id)
        if node is None:
            return
        place = {key: value for key, value in {**node.place, **values}.items() if value not in (None, "", 0)}
        changed = nodes.set_place(self.document, [id], place)
        self._workspace.do("Set the model's place", changed, merge=f"place:{id}:{'+'.join(values)}")

    # --- notes, frames, the document --------------------------------------------------------------------------------

    def set_sheet(self, item: Item, **values: float | str) -> None:
        """Change text, colour or size of a note or frame."""
        if sheet_of(self.document, item) is not None:
            what = "note" if item.kind == "note" else "frame"
            changed = change_sheet(self.document, item, **values)
            self._workspace.do(f"Change {what}", changed, merge=f"sheet:{item}:{'+'.join(values)}")

    def set_about(self, name: str, text: str) -> None:
        """Set title, description, author, licence or tags (as one text, with commas between) of the document."""
        value: Any = tags_of(text) if name == "tags" else text
        self._workspace.do(f"Set {name}", replace(self.document, **{name: value}), merge=f"about:{name}")

    def _there(self, ids: Iterable[str]) -> list[str]:
        """Those that are still there: a widget may speak after its node has gone."""
        return [id for id in ids if id in self.document.graph.nodes]

    def _once(self, label: str, document: Preset) -> None:
        self.seal()
        self._workspace.do(label, document)


def tags_of(text: str) -> tuple[str, ...]:
    """Tags from what a person typed: "glow, night" is two."""
    found = (" ".join(part.split()) for part in text.split(","))
    return tuple(dict.fromkeys(tag for tag in found if tag))[:MAX_TAGS]


def _label(verb: str, param: Param) -> str:
    return f"{verb} {param.name.replace('_', ' ')}"


def _plain(value: Any) -> Any:
    """What a document can hold; an empty path is an empty text, not the folder "."."""
    if isinstance(value, Path):
        return "" if value == Path() else str(value)
    return value
