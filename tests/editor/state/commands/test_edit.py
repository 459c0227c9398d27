"""The Edit menu: each command does what it says, and undo takes it back."""

from collections.abc import Iterator

import pytest

from nodegraph.editor.state.canvas.requests import EditText
from nodegraph.editor.state.commands.table import run
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import groups, notes, placement
from tests.editor.state.support import editor_of, has_wire, select, undo_all


@pytest.fixture
def editor() -> Iterator[Editor]:
    with editor_of("starter") as editor:
        before = editor.workspace.document
        yield editor
        undo_all(editor)
        assert editor.workspace.document == before


def ids(editor: Editor) -> set[str]:
    return set(editor.workspace.document.graph.nodes)


def test_copy_and_paste_go_through_text(editor: Editor) -> None:
    select(editor, "trails", "glow")
    run(editor, "edit.copy")
    assert '"filter.glow"' in editor.clipboard.text
    editor.canvas.pointer = (100.0, 100.0)
    run(editor, "edit.paste")
    assert {"trails2", "glow2"} <= ids(editor)
    assert has_wire(editor, "trails2.image -> glow2.image")
    assert not has_wire(editor, "neon.image -> trails2.image")
    assert set(editor.workspace.selected_nodes) == {"trails2", "glow2"}


def test_paste_with_inputs_keeps_what_fed_the_original(editor: Editor) -> None:
    select(editor, "trails")
    run(editor, "edit.copy")
    run(editor, "edit.paste_with_inputs")
    assert has_wire(editor, "neon.image -> trails2.image")


def test_pasting_twice_does_not_hide_the_first_copy(editor: Editor) -> None:
    select(editor, "trails")
    run(editor, "edit.copy")
    run(editor, "edit.paste")
    run(editor, "edit.paste")
    places = [placement(editor.workspace.document, id) for id in ("trails2", "trails3")]
    assert places[0] != places[1]


def test_what_is_no_graph_is_not_pasted_but_said(editor: Editor) -> None:
    editor.clipboard.text = "Grüße"
    run(editor, "edit.paste")
    assert editor.notices.log[-1].kind == "warning"


def test_cut_takes_away_and_paste_brings_back(editor: Editor) -> None:
    select(editor, "glow")
    run(editor, "edit.cut")
    assert "glow" not in ids(editor)
    run(editor, "edit.paste")
    assert "glow" in ids(editor)


@pytest.mark.parametrize(("command", "fed"), [("duplicate", False), ("duplicate_with_inputs", True)])
def test_duplicates_lie_beside_the_original(editor: Editor, command: str, fed: bool) -> None:
    select(editor, "glow")
    run(editor, f"edit.{command}")
    old, new = (placement(editor.workspace.document, id) for id in ("glow", "glow2"))
    assert (new.x - old.x, new.y - old.y) == pytest.approx((32, 32))
    assert has_wire(editor, "trails.image -> glow2.image") == fed


def test_delete_and_reconnect_joins_what_is_left(editor: Editor) -> None:
    select(editor, "glow", "trails")
    run(editor, "edit.delete_and_reconnect")
    assert has_wire(editor, "neon.image -> together.layer")
    assert not {"glow", "trails"} & ids(editor)


@pytest.mark.parametrize("state", ["bypass", "mute"])
def test_bypass_and_mute_toggle(editor: Editor, state: str) -> None:
    select(editor, "glow", "trails")
    run(editor, f"edit.{state}")
    assert {editor.workspace.document.graph.nodes[id].state for id in ("glow", "trails")} == {state}
    run(editor, f"edit.{state}")
    assert editor.workspace.document.graph.nodes["glow"].state == "on"


def test_of_a_mixed_selection_all_are_bypassed(editor: Editor) -> None:
    select(editor, "glow")
    run(editor, "edit.bypass")
    select(editor, "glow", "trails")
    run(editor, "edit.bypass")
    assert {editor.workspace.document.graph.nodes[id].state for id in ("glow", "trails")} == {"bypass"}


def test_collapse_and_expand(editor: Editor) -> None:
    select(editor, "glow")
    run(editor, "edit.collapse")
    assert placement(editor.workspace.document, "glow").collapsed
    run(editor, "edit.collapse")
    assert not placement(editor.workspace.document, "glow").collapsed


def test_a_frame_goes_around_what_is_selected(editor: Editor) -> None:
    select(editor, "glow", "trails")
    run(editor, "edit.group")
    frame = groups(editor.workspace.document)[0]
    inside = editor.canvas.scene.inside((frame.x, frame.y, frame.x + frame.width, frame.y + frame.height))
    assert {Item("node", "glow"), Item("node", "trails")} <= set(inside)


def test_a_note_is_put_at_the_pointer_ready_to_be_written(editor: Editor) -> None:
    editor.canvas.pointer = (200.0, 150.0)
    run(editor, "edit.note")
    note = notes(editor.workspace.document)[0]
    assert (note.x, note.y) == pytest.approx(editor.canvas.camera.to_world((200, 150)), abs=0.01)
    asked = editor.take(EditText)
    assert asked is not None
    assert asked.item == Item("note", note.id)


def test_rename_asks_at_the_node(editor: Editor) -> None:
    select(editor, "glow")
    assert run(editor, "edit.rename")
    asked = editor.take(EditText)
    assert asked is not None
    assert asked.item == Item("node", "glow")
    assert asked.pixel == pytest.approx(editor.canvas.camera.to_screen(editor.canvas.scene.corners["glow"]))


def test_nothing_selected_means_nothing_to_do(editor: Editor) -> None:
    for id in ("cut", "copy", "delete", "rename", "bypass", "group", "duplicate"):
        assert not run(editor, f"edit.{id}")


def test_undo_and_redo_say_what(editor: Editor) -> None:
    select(editor, "glow")
    run(editor, "edit.delete")
    run(editor, "edit.undo")
    assert "glow" in ids(editor)
    run(editor, "edit.redo")
    assert "glow" not in ids(editor)
