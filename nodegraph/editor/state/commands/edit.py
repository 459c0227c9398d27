"""The Edit menu."""

from typing import TYPE_CHECKING, Final

from nodegraph.core.graph import State
from nodegraph.editor.state.canvas.camera import union
from nodegraph.editor.state.canvas.requests import EditText
from nodegraph.editor.state.commands.command import Command
from nodegraph.editor.state.documents.clip import from_clip, to_clip
from nodegraph.editor.state.edits import nodes
from nodegraph.editor.state.edits.pasting import Clip, clip_of, paste
from nodegraph.editor.state.edits.sheets import add_group, add_note
from nodegraph.editor.state.edits.wires import reconnected
from nodegraph.editor.state.placements import Point, items_of, placement

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

_ASIDE: Final = 32.0
"""How far a copy is put from what it is a copy of."""


def _undo(editor: "Editor") -> None:
    editor.canvas.cancel()
    editor.workspace.undo()


def _redo(editor: "Editor") -> None:
    editor.canvas.cancel()
    editor.workspace.redo()


def _copy(editor: "Editor") -> None:
    text = to_clip(editor.workspace.document, editor.workspace.selection)
    if text:
        editor.clipboard.text = text


def _cut(editor: "Editor") -> None:
    _copy(editor)
    _remove(editor, "Cut")


def _paste(editor: "Editor") -> None:
    _paste_clip(editor, with_inputs=False)


def _paste_with_inputs(editor: "Editor") -> None:
    _paste_clip(editor, with_inputs=True)


def _paste_clip(editor: "Editor", *, with_inputs: bool) -> None:
    clip = from_clip(editor.clipboard.text)
    if isinstance(clip, str):
        editor.tell(clip, "warning")
    else:
        _put(editor, "Paste", clip, pointer_or_center(editor), with_inputs=with_inputs)


def _duplicate(editor: "Editor") -> None:
    _duplicate_clip(editor, with_inputs=False)


def _duplicate_with_inputs(editor: "Editor") -> None:
    _duplicate_clip(editor, with_inputs=True)


def _duplicate_clip(editor: "Editor", *, with_inputs: bool) -> None:
    clip = clip_of(editor.workspace.document, editor.workspace.selection)
    _put(editor, "Duplicate", clip, (clip.corner[0] + _ASIDE, clip.corner[1] + _ASIDE), with_inputs=with_inputs)


def _put(editor: "Editor", label: str, clip: Clip, at: Point, *, with_inputs: bool) -> None:
    """Two copies never lie exactly on each other."""
    workspace = editor.workspace
    places = (placement(workspace.document, id) for id in workspace.document.graph.nodes)
    taken = {(round(place.x), round(place.y)) for place in places}
    while (round(at[0]), round(at[1])) in taken:
        at = (at[0] + _ASIDE, at[1] + _ASIDE)
    document, came = paste(workspace.document, clip, at, with_inputs)
    workspace.seal()
    workspace.do(label, document, select=came)


def pointer_or_center(editor: "Editor") -> Point:
    """The world point under the pointer; the middle of the canvas when the pointer was never there."""
    camera, (x, y) = editor.canvas.camera, editor.canvas.pointer
    inside = 0 < x <= camera.width and 0 < y <= camera.height
    return camera.to_world((x, y)) if inside else camera.center


def _delete(editor: "Editor") -> None:
    _remove(editor, "Delete")


def _remove(editor: "Editor", label: str) -> None:
    workspace = editor.workspace
    workspace.do(label, nodes.remove(workspace.document, workspace.selection), select=[])


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


def any_selected(editor: "Editor") -> bool:
    """Whether anything is selected."""
    return bool(editor.workspace.selection)


def nodes_selected(editor: "Editor") -> bool:
    """Whether a node is selected."""
    return any(item.kind == "node" for item in editor.workspace.selection)


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
    Command(
        "edit.cut",
        "Cut",
        "Edit",
        _cut,
        "Copy what is selected as text, and delete it.",
        ("Ctrl+X",),
        section=1,
        enabled=any_selected,
    ),
    Command(
        "edit.copy",
        "Copy",
        "Edit",
        _copy,
        "Copy what is selected as text: paste it here, into another window, or into a chat.",
        ("Ctrl+C",),
        section=1,
        enabled=any_selected,
    ),
    Command("edit.paste", "Paste", "Edit", _paste, "Put a copy at the pointer.", ("Ctrl+V",), section=1),
    Command(
        "edit.paste_with_inputs",
        "Paste with inputs",
        "Edit",
        _paste_with_inputs,
        "Put a copy at the pointer, fed by what feeds the original.",
        ("Ctrl+Shift+V",),
        section=1,
    ),
    Command(
        "edit.duplicate",
        "Duplicate",
        "Edit",
        _duplicate,
        "A copy beside what is selected. Alt and drag does the same.",
        ("Ctrl+D",),
        section=1,
        enabled=any_selected,
    ),
    Command(
        "edit.duplicate_with_inputs",
        "Duplicate with inputs",
        "Edit",
        _duplicate_with_inputs,
        "A copy beside what is selected, fed by what feeds the original.",
        ("Ctrl+Shift+D",),
        section=1,
        enabled=any_selected,
    ),
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
