"""What a right click on something offers: commands of the table, and what is only for wires, notes and frames."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nodegraph.core.graph import Wire
from nodegraph.editor.state.canvas.scene import Hit
from nodegraph.editor.state.commands.table import BY_ID
from nodegraph.editor.state.edits.sheets import change_sheet, sheet_of
from nodegraph.editor.state.edits.wires import disconnect
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Point

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

COLORS: Final = {
    "Slate": "#5b6b8c",
    "Blue": "#3f6fb5",
    "Green": "#3f8f6a",
    "Yellow": "#c9a94b",
    "Orange": "#c0713a",
    "Red": "#b5484c",
    "Purple": "#7d5aa8",
}
_NODE: Final = (
    ("help.node", "run.to_selection"),
    ("edit.rename", "edit.duplicate", "edit.duplicate_with_inputs", "edit.copy", "edit.cut"),
    ("edit.bypass", "edit.mute", "edit.collapse", "edit.group"),
    ("edit.delete", "edit.delete_and_reconnect"),
)
_SHEET: Final = (("edit.rename", "edit.duplicate", "edit.copy", "edit.cut"), ("edit.delete",))


@dataclass(frozen=True)
class MenuEntry:
    """One line. section: a separator is drawn where it changes. submenu: inside another menu of this name."""

    title: str
    run: Callable[[], None]
    shortcut: str = ""
    enabled: bool = True
    checked: bool | None = None
    section: int = 0
    submenu: str = ""


def menu_for(editor: "Editor", hit: Hit, pixel: Point = (0.0, 0.0)) -> list[MenuEntry]:
    """The lines for what was hit at a pixel of the canvas; the selection is what they work on."""
    if hit.wire is not None:
        return _wire(editor, hit.wire, pixel)
    if hit.item is None:
        return []
    if hit.item.kind == "node":
        return _commands(editor, _NODE)
    return _sheet(editor, hit.item)


def _commands(editor: "Editor", sections: tuple[tuple[str, ...], ...], first: int = 0) -> list[MenuEntry]:
    entries = []
    for section, ids in enumerate(sections, first):
        for command in (BY_ID[id] for id in ids):
            checked = command.checked(editor) if command.checked else None
            run = _calling(command.run, editor)
            title, able = command.title_in(editor), command.enabled(editor)
            entries.append(MenuEntry(title, run, command.shortcut, able, checked, section))
    return entries


def _calling(run: "Callable[[Editor], None]", editor: "Editor") -> Callable[[], None]:
    return lambda: run(editor)


def _wire(editor: "Editor", wire: Wire, pixel: Point) -> list[MenuEntry]:
    space = editor.workspace

    def cut() -> None:
        space.do("Disconnect", disconnect(space.document, [wire]))

    def show(node: str) -> Callable[[], None]:
        return lambda: editor.canvas.center_on(node)

    return [
        MenuEntry("Put a node here…", lambda: editor.palette.open_on_wire(wire, pixel)),
        MenuEntry("Disconnect", cut, "Double-click"),
        MenuEntry(f"Go to {space.title(wire.source)}", show(wire.source), section=1),
        MenuEntry(f"Go to {space.title(wire.target)}", show(wire.target), section=1),
    ]


def _sheet(editor: "Editor", item: Item) -> list[MenuEntry]:
    space = editor.workspace
    found = sheet_of(space.document, item)

    def paint(color: str) -> Callable[[], None]:
        return lambda: space.do("Colour", change_sheet(space.document, item, color=color))

    def inside() -> None:
        editor.canvas.scene.refresh()
        rects = editor.canvas.scene.rects([item])
        space.select([item, *editor.canvas.scene.inside(rects[0])] if rects else [])

    entries = [
        MenuEntry(name, paint(color), checked=found is not None and found.color == color, submenu="Colour")
        for name, color in COLORS.items()
    ]
    entries += [MenuEntry("Select what is inside", inside)] if item.kind == "group" else []
    return entries + _commands(editor, _SHEET, 1)
