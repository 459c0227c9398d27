"""The Edit menu's cut, copy, paste and duplicate. Everything goes through text, so that it travels."""

from typing import TYPE_CHECKING, Final

from nodegraph.editor.state.commands.command import Command
from nodegraph.editor.state.documents.clip import from_clip, to_clip
from nodegraph.editor.state.edits import nodes
from nodegraph.editor.state.edits.pasting import Clip, clip_of, paste
from nodegraph.editor.state.placements import Point, placement

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

_ASIDE: Final = 32.0
"""How far a copy is put from what it is a copy of."""


def _copy(editor: "Editor") -> None:
    text = to_clip(editor.workspace.document, editor.workspace.selection)
    if text:
        editor.clipboard.text = text


def _cut(editor: "Editor") -> None:
    _copy(editor)
    remove_selected(editor, "Cut")


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


def remove_selected(editor: "Editor", label: str) -> None:
    """Delete what is selected, as a step of this name."""
    workspace = editor.workspace
    workspace.do(label, nodes.remove(workspace.document, workspace.selection), select=[])


def any_selected(editor: "Editor") -> bool:
    """Whether anything is selected."""
    return bool(editor.workspace.selection)


def nodes_selected(editor: "Editor") -> bool:
    """Whether a node is selected."""
    return any(item.kind == "node" for item in editor.workspace.selection)


COPYING: Final = (
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
)
"""The commands, in the order of the menu."""
