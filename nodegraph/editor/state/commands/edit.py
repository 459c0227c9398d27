"""The Edit menu."""

from typing import TYPE_CHECKING, Final

from nodegraph.core.graph import State
from nodegraph.editor.state.canvas.camera import union
from nodegraph.editor.state.canvas.requests import EditText
from nodegraph.editor.state.commands.command import Command
from nodegraph.editor.state.commands.copying import (
    COPYING,
    any_selected,
    nodes_selected,
    pointer_or_center,
    remove_selected,
)
from nodegraph.editor.state.edits import nodes
from nodegraph.editor.state.edits.sheets import add_group, add_note
from nodegraph.editor.state.edits.wires import reconnected
from nodegraph.editor.state.placements import items_of, placement

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor


def _undo(editor: "Editor") -> None:
    editor.canvas.cancel()
    editor.workspace.undo()


def _redo(editor: "Editor") -> None:
    editor.canvas.cancel()
    editor.workspace.redo()


def _delete(editor: "Editor") -> None:
    remove_selected(editor, "Delete")


def _delete_and_reconnect(editor: "Editor") -> None:
    workspace = editor.workspace
    joined = reconnected(workspace.document, workspace.registry, workspace.selected_nodes)
    workspace.do("Delete and reconnect", nodes.remove(joined, workspace.selection), select=[])


def _select_all(editor: "Editor") -> None:
    editor.workspace.select(items_of(editor.workspace.document))


def _rename(editor: "Editor") -> None:
    item = min(editor.workspace.selection)
    editor.canvas.scene.refresh()
    left, top, _, _ = editor.canvas.scene.rects([item])[0]
    editor.canvas.ask(EditText(item, editor.canvas.camera.to_screen((left, top))))


def _toggle_state(editor: "Editor", state: State, label: str) -> None:
    """On again when all have the state already."""
    workspace, ids = editor.workspace, editor.workspace.selected_nodes
    all_have = all(workspace.document.graph.nodes[id].state == state for id in ids)
    workspace.do(label, nodes.set_state(workspace.document, ids, "on" if all_have else state))


def _bypass(editor: "Editor") -> None:
    _toggle_state(editor, "bypass", "Bypass")


def _mute(editor: "Editor") -> None:
    _toggle_state(editor, "mute", "Mute")


def _all_are(editor: "Editor", state: State) -> bool:
    found = editor.workspace.document.graph.nodes
    ids = editor.workspace.selected_nodes
    return bool(ids) and all(found[id].state == state for id in ids)


def _collapse(editor: "Editor") -> None:
    workspace = editor.workspace
    wanted = not _collapsed(editor)
    label = "Collapse" if wanted else "Expand"
    workspace.do(label, nodes.collapse(workspace.document, workspace.selected_nodes, wanted))


def _collapsed(editor: "Editor") -> bool:
    ids = editor.workspace.selected_nodes
    return bool(ids) and all(placement(editor.workspace.document, id).collapsed for id in ids)


def _group(editor: "Editor") -> None:
    workspace = editor.workspace
    editor.canvas.scene.refresh()
    around = union(editor.canvas.scene.rects(workspace.selection))
    if around is not None:
        document, item = add_group(workspace.document, around)
        workspace.do("Group", document, select=[item])


def _note(editor: "Editor") -> None:
    document, item = add_note(editor.workspace.document, pointer_or_center(editor))
    editor.workspace.seal()
    editor.workspace.do("Add note", document, select=[item])
    editor.canvas.scene.refresh()
    _rename(editor)


def _find(editor: "Editor") -> None:
    editor.finder.open()


def _search(editor: "Editor") -> None:
    camera = editor.canvas.camera
    at = pointer_or_center(editor)
    editor.palette.open(at, camera.to_screen(at))


def _label(verb: str, what: str) -> str:
    return f"{verb} {what}" if what else verb


EDIT: Final = (
    Command(
        "edit.undo",
        "Undo",
        "Edit",
        _undo,
        "Take back the last step.",
        ("Ctrl+Z",),
        enabled=lambda editor: bool(editor.workspace.undo_label),
        label=lambda editor: _label("Undo", editor.workspace.undo_label),
    ),
    Command(
        "edit.redo",
        "Redo",
        "Edit",
        _redo,
        "Make the step again that was taken back.",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        enabled=lambda editor: bool(editor.workspace.redo_label),
        label=lambda editor: _label("Redo", editor.workspace.redo_label),
    ),
    *COPYING,
    Command(
        "edit.delete",
        "Delete",
        "Edit",
        _delete,
        "Delete what is selected. A frame's content stays.",
        ("Delete", "Backspace"),
        section=2,
        enabled=any_selected,
    ),
    Command(
        "edit.delete_and_reconnect",
        "Delete and reconnect",
        "Edit",
        _delete_and_reconnect,
        "Delete the selected nodes and join what was before and after them.",
        ("Ctrl+Delete", "Ctrl+Backspace"),
        section=2,
        enabled=nodes_selected,
    ),
    Command("edit.select_all", "Select all", "Edit", _select_all, "Select everything.", ("Ctrl+A",), section=2),
    Command(
        "edit.add",
        "Add a node…",
        "Edit",
        _search,
        "Search for a node and add it at the pointer. Also: double-click or right-click the empty canvas.",
        ("Tab",),
        section=3,
    ),
    Command(
        "edit.find",
        "Find in graph…",
        "Edit",
        _find,
        "Find a node by its title, type or id, and go there.",
        ("Ctrl+F",),
        section=3,
    ),
    Command(
        "edit.rename",
        "Rename",
        "Edit",
        _rename,
        "Give a node, note or frame another name.",
        ("F2",),
        section=4,
        enabled=any_selected,
    ),
    Command(
        "edit.bypass",
        "Bypass",
        "Edit",
        _bypass,
        "What comes into the selected nodes passes through them unchanged.",
        ("Ctrl+B",),
        section=4,
        enabled=nodes_selected,
        checked=lambda editor: _all_are(editor, "bypass"),
    ),
    Command(
        "edit.mute",
        "Mute",
        "Edit",
        _mute,
        "The selected nodes give nothing, and what they feed waits.",
        ("Ctrl+M",),
        section=4,
        enabled=nodes_selected,
        checked=lambda editor: _all_are(editor, "mute"),
    ),
    Command(
        "edit.collapse",
        "Collapse",
        "Edit",
        _collapse,
        "Show only the titles of the selected nodes.",
        ("Alt+C",),
        section=4,
        enabled=nodes_selected,
        checked=_collapsed,
    ),
    Command(
        "edit.group",
        "Group",
        "Edit",
        _group,
        "A frame with a title around what is selected; it moves its content along.",
        ("Ctrl+G",),
        section=4,
        enabled=any_selected,
    ),
    Command("edit.note", "Add note", "Edit", _note, "A note at the pointer.", ("Shift+N",), section=4),
)
"""The commands, in the order of the menu."""
