"""Find in the graph."""

from collections.abc import Iterator

import pytest

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.edits.nodes import rename
from nodegraph.editor.state.edits.sheets import add_group, add_note
from nodegraph.editor.state.items import Item
from tests.editor.state.support import editor_of


@pytest.fixture
def editor() -> Iterator[Editor]:
    with editor_of("starter") as editor:
        yield editor


def test_a_node_is_found_by_title_type_and_id(editor: Editor) -> None:
    space = editor.workspace
    space.do("Rename", rename(space.document, "night", "Dark sky"))
    for query in ("dark s", "hue sat", "night"):
        editor.finder.open()
        editor.finder.query = query
        assert "night" in [one.item.id for one in editor.finder.found], query


def test_enter_selects_it_and_brings_it_to_the_middle(editor: Editor) -> None:
    editor.finder.open()
    editor.finder.query = "glow"
    editor.finder.choose()
    assert editor.workspace.selected_nodes == ["glow"]
    left, top, right, bottom = editor.canvas.scene.rect("glow")
    assert editor.canvas.camera.center == pytest.approx(((left + right) / 2, (top + bottom) / 2))
    assert not editor.finder.is_open


def test_notes_and_frames_are_found_by_their_text(editor: Editor) -> None:
    space = editor.workspace
    document, note = add_note(space.document, (5000, 0), "Grüße an alle")
    document, group = add_group(document, (0, 0, 10, 10), "Colours")
    space.do("Add", document)
    editor.finder.open()
    editor.finder.query = "grusse"
    editor.finder.choose()
    assert editor.workspace.selection == {note}
    editor.finder.open()
    editor.finder.query = "colours"
    assert Item("group", group.id) in [one.item for one in editor.finder.found]


def test_the_marks_go_round_and_nothing_found_changes_nothing(editor: Editor) -> None:
    editor.finder.open()
    editor.finder.up()
    assert editor.finder.index == len(editor.finder.found) - 1
    editor.finder.down()
    assert editor.finder.index == 0
    editor.finder.query = "qqqqqq"
    editor.finder.down()
    editor.finder.choose()
    assert editor.workspace.selection == frozenset()
    assert editor.finder.is_open
