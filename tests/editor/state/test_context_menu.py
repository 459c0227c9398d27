"""Right clicks: what is offered for nodes, wires, notes and frames, and that it works."""

from collections.abc import Iterator

import pytest

from nodegraph.core.graph import Wire
from nodegraph.editor.state.canvas.scene import Hit
from nodegraph.editor.state.context_menu import COLORS, MenuEntry, menu_for
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.edits.sheets import add_group, add_note, sheet_of
from nodegraph.editor.state.items import Item
from tests.editor.state.support import editor_of, has_wire, select, undo_all

WIRE = Wire("trails", "image", "glow", "image")


@pytest.fixture
def editor() -> Iterator[Editor]:
    with editor_of("starter") as editor:
        before = editor.workspace.document
        yield editor
        undo_all(editor)
        assert editor.workspace.document == before


def entry(entries: list[MenuEntry], title: str) -> MenuEntry:
    return next(one for one in entries if one.title == title)


def test_a_node_offers_commands_with_their_keys(editor: Editor) -> None:
    select(editor, "glow")
    entries = menu_for(editor, Hit(Item("node", "glow")))
    bypass = entry(entries, "Bypass")
    assert (bypass.shortcut, bypass.checked, bypass.enabled) == ("Ctrl+B", False, True)
    bypass.run()
    assert editor.workspace.document.graph.nodes["glow"].state == "bypass"
    assert entry(menu_for(editor, Hit(Item("node", "glow"))), "Bypass").checked


def test_a_wire_is_cut_and_its_ends_are_found(editor: Editor) -> None:
    entries = menu_for(editor, Hit(wire=WIRE))
    assert [one.title for one in entries] == ["Put a node here…", "Disconnect", "Go to Trails", "Go to Glow"]
    entries[3].run()
    assert editor.workspace.selected_nodes == ["glow"]
    entries[1].run()
    assert not has_wire(editor, str(WIRE))


def test_a_node_is_put_into_a_wire_as_one_step(editor: Editor) -> None:
    editor.canvas.scene.refresh()
    entry(menu_for(editor, Hit(wire=WIRE), (300, 200)), "Put a node here…").run()
    assert editor.palette.heading == "Put a node into the wire"
    assert "Number" not in [one.title for one in editor.palette.entries]
    editor.palette.query = "kal"
    editor.palette.choose()
    assert has_wire(editor, "trails.image -> kaleidoscope.image")
    assert has_wire(editor, "kaleidoscope.image -> glow.image")
    assert editor.workspace.undo() == "Add Kaleidoscope"
    assert has_wire(editor, str(WIRE))


@pytest.mark.parametrize("kind", ["note", "group"])
def test_notes_and_frames_change_their_colour(editor: Editor, kind: str) -> None:
    space = editor.workspace
    made = add_note(space.document, (0, 0)) if kind == "note" else add_group(space.document, (0, 0, 9, 9))
    space.do("Add", made[0], select=[made[1]])
    entries = menu_for(editor, Hit(made[1]))
    entry(entries, "Red").run()
    sheet = sheet_of(space.document, made[1])
    assert sheet is not None
    assert sheet.color == COLORS["Red"]
    assert entry(menu_for(editor, Hit(made[1])), "Red").checked


def test_a_frame_selects_what_is_inside(editor: Editor) -> None:
    editor.canvas.scene.refresh()
    space = editor.workspace
    document, frame = add_group(space.document, editor.canvas.scene.rect("glow"))
    space.do("Group", document)
    entry(menu_for(editor, Hit(frame)), "Select what is inside").run()
    assert space.selected_nodes == ["glow"]


def test_the_empty_canvas_has_no_menu(editor: Editor) -> None:
    assert menu_for(editor, Hit()) == []
