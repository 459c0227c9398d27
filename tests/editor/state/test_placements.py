"""Where things are: a layout can hold anything, and keys we do not know stay."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.core.preset import Preset
from nodegraph.editor.state.canvas.scene import Scene
from nodegraph.editor.state.edits.moving import corners_of, move
from nodegraph.editor.state.edits.nodes import remove
from nodegraph.editor.state.edits.sheets import add_group, change_sheet, sheet_of
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import (
    LIMIT,
    Placement,
    free_id,
    groups,
    has_place,
    items_of,
    notes,
    number,
    placement,
    with_placements,
)
from nodegraph.editor.state.placing import placed
from nodegraph.editor.state.workspace import Workspace
from tests.editor.state.hand import REGISTRY, graph_of, rich, survives

_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_SHEET = st.dictionaries(st.sampled_from(["id", "x", "y", "width", "height", "text", "title", "color"]), _ANY)


@pytest.mark.parametrize("value", [None, "3", True, float("nan"), float("inf"), -float("inf"), [], {}])
def test_what_is_no_number_counts_as_the_default(value: Any) -> None:
    assert number(value, 7.0) == 7.0


@pytest.mark.parametrize(("value", "wanted"), [(3, 3.0), (-2.5, -2.5), (10**400, LIMIT), (-1e300, -LIMIT)])
def test_numbers_stay_within_bounds(value: Any, wanted: float) -> None:
    assert number(value) == wanted


@given(
    st.dictionaries(st.sampled_from(["nodes", "notes", "other"]), _ANY | st.dictionaries(st.text(max_size=4), _SHEET)),
    st.lists(_SHEET, max_size=4),
    _ANY,
)
def test_any_layout_can_be_shown_and_moved(layout: dict[str, Any], frames: list[dict[str, Any]], spot: Any) -> None:
    document = graph_of("camera blur", "camera.image blur.image")
    graph = replace(document.graph, groups=tuple(frames))
    document = replace(document, graph=graph, layout=layout | {"nodes": {"camera": spot}})
    workspace = Workspace(REGISTRY, placed(document, REGISTRY))
    scene = Scene(workspace)
    scene.refresh()
    everything = items_of(workspace.document)
    assert len(scene.everything()) == len(everything), "each thing is shown once"
    for left, top, right, bottom in scene.everything():
        assert -LIMIT <= left < right <= 3 * LIMIT
        assert -LIMIT <= top < bottom <= 3 * LIMIT
    corners = corners_of(workspace.document, everything)
    shifted = move(workspace.document, everything, 8.0, -8.0)
    for item, (x, y) in corners_of(shifted, everything).items():
        if abs(corners[item][0]) < LIMIT - 8 > abs(corners[item][1]):
            assert (x, y) == pytest.approx((corners[item][0] + 8, corners[item][1] - 8), abs=0.01)
    assert not items_of(remove(shifted, everything))


def test_frames_with_the_same_id_or_none_are_still_told_apart() -> None:
    rows = ({"id": "a", "x": 1}, {"id": "a", "x": 2}, {"x": 3}, {"id": 5, "x": 4})
    document = Preset(graph=replace(Preset().graph, groups=rows))
    assert [one.id for one in groups(document)] == ["a", "a2", "group3", "group4"]
    changed = change_sheet(document, Item("group", "a2"), text="second")
    assert [one.text for one in groups(changed)] == ["", "second", "", ""]
    assert [one.x for one in groups(remove(changed, [Item("group", "a2")]))] == [1, 3, 4]


def test_unknown_keys_of_places_notes_and_frames_stay_when_they_move() -> None:
    document = rich()
    moved = move(document, items_of(document), 10.0, 20.0)
    assert moved.layout["zoom"] == 2
    assert moved.layout["nodes"]["blur"]["pinned"] is True
    assert moved.layout["notes"]["note"]["font"] == "large"
    assert moved.graph.groups[0]["locked"] is True
    survives(moved)


def test_a_place_is_kept_to_the_hundredth_and_knows_whether_it_is_collapsed() -> None:
    document = with_placements(graph_of("camera"), {"camera": Placement(1.23456, 2.0, collapsed=True)})
    assert placement(document, "camera") == Placement(1.23, 2.0, collapsed=True)
    opened = with_placements(document, {"camera": Placement(1.23, 2.0)})
    assert "collapsed" not in opened.layout["nodes"]["camera"]


def test_new_nodes_are_put_below_the_others() -> None:
    document = graph_of("camera blur screen", "blur.image screen.image")
    places = {id: data for id, data in document.layout["nodes"].items() if id == "camera"}
    done = placed(replace(document, layout={"nodes": places}), REGISTRY)
    assert placement(done, "camera") == placement(document, "camera")
    assert all(has_place(done, id) for id in document.graph.nodes)
    assert min(placement(done, "blur").y, placement(done, "screen").y) > placement(done, "camera").y + 100


def test_a_document_with_places_is_left_as_it_is() -> None:
    document = rich()
    assert placed(document, REGISTRY) is document


def test_ids_count_on() -> None:
    assert free_id("blur", []) == "blur"
    assert free_id("blur", ["blur", "blur2"]) == "blur3"


def test_a_frame_goes_around_what_it_is_made_for() -> None:
    document, item = add_group(Preset(), (0.0, 0.0, 100.0, 50.0))
    sheet = sheet_of(document, item)
    assert sheet is not None
    assert sheet.x < 0
    assert sheet.y < 0
    assert sheet.x + sheet.width > 100
    assert sheet.y + sheet.height > 50


def test_notes_that_are_none_are_left_out() -> None:
    document = replace(Preset(), layout={"notes": {"a": 3, "b": {"text": 5, "color": "red", "width": -9}}})
    assert [(one.id, one.text, one.color, one.width) for one in notes(document)] == [("b", "", "#5b6b8c", 40.0)]
    assert items_of(document) == {Item("note", "b")}
