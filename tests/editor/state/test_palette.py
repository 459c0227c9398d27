"""The palette: what it lists, what a choice adds and connects, and that one undo takes it back."""

from collections.abc import Iterator

import pytest

from nodegraph.editor.state.canvas.boxes import TITLE, WIDTH
from nodegraph.editor.state.canvas.requests import OpenPalette
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import placement
from tests.editor.state.support import editor_of, has_wire, pin, undo_all


@pytest.fixture
def editor() -> Iterator[Editor]:
    with editor_of("starter") as editor:
        yield editor


def titles(editor: Editor) -> list[str]:
    return [entry.title for entry in editor.palette.entries]


def choose(editor: Editor, query: str) -> None:
    editor.palette.query = query
    editor.palette.choose()


def test_without_a_query_it_lists_everything_the_most_used_first(editor: Editor) -> None:
    editor.settings.usage["filter.trails"] = 4
    editor.palette.open((0, 0), (0, 0))
    assert len(titles(editor)) == len(editor.workspace.registry.definitions)
    assert titles(editor)[0] == "Trails"


def test_what_is_typed_finds_and_enter_adds_it_where_the_palette_was_opened(editor: Editor) -> None:
    before = editor.workspace.document
    editor.settings.snap = False
    editor.palette.open((1000, 500), (10, 10))
    choose(editor, "kaleid")
    id = editor.workspace.selected_nodes[0]
    assert editor.workspace.document.graph.nodes[id].type == "filter.kaleidoscope"
    place = placement(editor.workspace.document, id)
    assert (place.x + WIDTH / 2, place.y + TITLE / 2) == (1000, 500)
    assert not editor.palette.is_open
    assert editor.settings.usage["filter.kaleidoscope"] == 1
    assert editor.workspace.undo() == "Add Kaleidoscope"
    assert editor.workspace.document == before


def test_with_snap_it_lies_on_the_grid(editor: Editor) -> None:
    editor.palette.open((1003, 507), (10, 10))
    choose(editor, "kaleid")
    place = placement(editor.workspace.document, editor.workspace.selected_nodes[0])
    assert (place.x % 16, place.y % 16) == (0, 0)


def test_from_an_output_it_lists_what_takes_it_and_connects_the_choice(editor: Editor) -> None:
    before = editor.workspace.document
    editor.settings.snap = False
    editor.palette.open((900, 300), (0, 0), pin(editor, "vignette", "out", "image"))
    assert editor.palette.heading == "Add a node that takes image"
    assert "Number" not in titles(editor)[:100]
    choose(editor, "kaleid")
    assert has_wire(editor, "vignette.image -> kaleidoscope.image")
    editor.canvas.scene.refresh()
    found = editor.canvas.scene.pin_point(pin(editor, "kaleidoscope", "in", "image").key)
    assert found == pytest.approx((900, 300))
    undo_all(editor)
    assert editor.workspace.document == before


def test_from_an_input_it_lists_what_gives_it_and_replaces_the_wire_there(editor: Editor) -> None:
    editor.palette.open((900, 300), (0, 0), pin(editor, "glow", "in", "image"))
    choose(editor, "test pattern")
    assert has_wire(editor, "test_pattern.image -> glow.image")
    assert not has_wire(editor, "trails.image -> glow.image")


def test_from_a_number_a_parameter_is_driven(editor: Editor) -> None:
    editor.palette.open((0, 0), (0, 0))
    choose(editor, "lfo")
    editor.palette.open((900, 300), (0, 0), pin(editor, "lfo", "out", "number"))
    choose(editor, "swirl")
    assert any(wire.source == "lfo" and wire.target == "swirl" for wire in editor.workspace.document.graph.wires)


def test_the_marks_go_round_and_pages_stop_at_the_ends(editor: Editor) -> None:
    palette = editor.palette
    palette.open((0, 0), (0, 0))
    last = len(palette.entries) - 1
    palette.up()
    assert palette.index == last
    palette.down()
    assert palette.index == 0
    palette.down(8)
    palette.up(80)
    assert palette.index == 0
    palette.down(1000)
    assert palette.index == last


def test_nothing_found_means_nothing_chosen(editor: Editor) -> None:
    before = editor.workspace.document
    editor.palette.open((0, 0), (0, 0))
    choose(editor, "qqqqqq")
    editor.palette.up()
    assert editor.palette.marked is None
    assert editor.palette.is_open
    editor.palette.close()
    assert editor.workspace.document is before


def test_a_gesture_that_asks_opens_it(editor: Editor) -> None:
    editor.canvas.ask(OpenPalette((5, 6), (7, 8)))
    editor.tick()
    assert editor.palette.is_open
    assert editor.palette.pixel == (7, 8)


def test_a_greater_sign_searches_commands(editor: Editor) -> None:
    editor.palette.open_commands()
    assert editor.palette.heading == "Commands"
    editor.palette.query = ">select all"
    assert titles(editor)[0] == "Select all"
    editor.palette.choose()
    assert Item("node", "glow") in editor.workspace.selection


def test_a_command_without_anything_to_work_on_says_so(editor: Editor) -> None:
    editor.palette.open_commands()
    choose(editor, ">bypass")
    assert "nothing to work on" in editor.notices.log[-1].text


def test_a_choice_that_would_make_a_loop_is_added_unconnected_and_says_why(editor: Editor) -> None:
    item = next(one for one in editor.palette.items if one.type_id == "filter.kaleidoscope")
    wrong = pin(editor, "video", "in", "audio")
    id = editor.palette.insert(item, (0, 0), wrong)
    assert id in editor.workspace.document.graph.nodes
    assert not [wire for wire in editor.workspace.document.graph.wires if id in (wire.source, wire.target)]


def test_every_type_can_be_added_and_taken_back(editor: Editor) -> None:
    before = editor.workspace.document
    for item in editor.palette.items:
        editor.palette.insert(item, (0, 0))
    assert len(editor.workspace.document.graph.nodes) == len(before.graph.nodes) + len(editor.palette.items)
    undo_all(editor)
    assert editor.workspace.document == before
