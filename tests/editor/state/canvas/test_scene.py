"""Boxes, curves and what is at a point: followed by difference, the same as when made anew."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.preset import Preset
from nodegraph.editor.state.canvas.boxes import TITLE, PinKey
from nodegraph.editor.state.canvas.camera import LEAST, MOST, Camera, overlap, union
from nodegraph.editor.state.canvas.scene import DETAILED, Scene, curve_between, segments
from nodegraph.editor.state.edits import nodes
from nodegraph.editor.state.edits.moving import move
from nodegraph.editor.state.edits.wires import disconnect
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.workspace import Workspace
from tests.editor.state.hand import REGISTRY, WIRE, Hand, graph_of, item, rich
from tests.editor.state.test_history import edits


def scene_of(document: Preset) -> Scene:
    scene = Scene(Workspace(REGISTRY, document))
    scene.refresh()
    return scene


@given(st.data())
def test_a_scene_that_follows_is_the_same_as_a_new_one(data: st.DataObject) -> None:
    workspace = Workspace(REGISTRY, rich())
    scene = Scene(workspace)
    for step in range(8):
        workspace.do(str(step), data.draw(edits(workspace.document)))
        scene.refresh()
        new = scene_of(workspace.document)
        assert (scene.boxes, scene.corners) == (new.boxes, new.corners)
        assert (scene.notes, scene.groups) == (new.notes, new.groups)
        for wire in workspace.document.graph.wires:
            assert scene.curve(wire) == new.curve(wire)


def test_what_did_not_change_is_the_same_object() -> None:
    workspace = Workspace(REGISTRY, rich())
    scene = Scene(workspace)
    assert scene.refresh()
    assert not scene.refresh()
    before = dict(scene.boxes)
    workspace.do("Move", move(workspace.document, [item("blur")], 5.0, 5.0))
    assert scene.refresh()
    assert all(scene.boxes[id] is box for id, box in before.items())
    workspace.do("Set", nodes.set_param(workspace.document, "blur", "radius", 3.0))
    scene.refresh()
    assert [id for id, box in before.items() if scene.boxes[id] is not box] == ["blur"]


def test_another_registry_gives_other_boxes() -> None:
    workspace = Workspace(REGISTRY, graph_of("camera"))
    scene = Scene(workspace)
    scene.refresh()
    workspace.registry = replace(REGISTRY, definitions={})
    assert scene.refresh()
    assert scene.boxes["camera"].spec is None


def test_a_node_of_an_unknown_type_has_the_pins_its_wires_need() -> None:
    scene = scene_of(graph_of("camera lost screen", "camera.image lost.depth", "lost.result screen.image"))
    box = scene.boxes["lost"]
    assert {(pin.key.side, pin.key.name) for pin in box.pins} == {("in", "depth"), ("out", "result")}
    assert box.title == "t.lost"
    assert scene.curve(Wire("camera", "image", "lost", "depth")) is not None


def test_a_collapsed_node_is_its_title_with_all_pins_that_have_wires() -> None:
    workspace = Workspace(REGISTRY, rich())
    workspace.do("Collapse", nodes.collapse(rich(), ["blur"], collapsed=True))
    scene = Scene(workspace)
    scene.refresh()
    assert scene.boxes["blur"].height == TITLE
    assert scene.pin_point(PinKey("blur", "in", "radius")) is not None
    assert scene.pin_point(PinKey("blur", "in", "passes")) is None


def test_a_parameter_beyond_the_first_five_is_shown_when_a_wire_drives_it() -> None:
    names = [row.param.name for row in scene_of(graph_of("wave blur")).boxes["blur"].rows]
    assert names == ["radius", "passes", "strong", "edge", "tint"]
    driven = scene_of(graph_of("wave blur", "wave.value blur.free")).boxes["blur"].rows
    assert (driven[-1].param.name, driven[-1].driven) == ("free", True)


def test_wires_without_ends_have_no_curve() -> None:
    document = Preset(graph=Graph({"camera": GraphNode("camera", "t.camera")}, (WIRE,)))
    scene = scene_of(document)
    assert scene.curve(WIRE) is None
    assert scene.wire_at((0.0, 0.0)) is None


# --- what is at a point ---------------------------------------------------------------------------------------------


def test_pins_rows_titles_wires_notes_and_frames_are_hit() -> None:
    hand = Hand(rich())
    hit = hand.canvas.scene.hit
    pin = hit(hand.into("blur")).pin
    assert pin is not None
    assert pin.key == PinKey("blur", "in", "image")
    row = hit(hand.row("blur", "passes")).row
    assert row is not None
    assert row.param.name == "passes"
    assert hit(hand.title("blur")).title
    x, y = hand.out("camera")
    near_start = hit((x + 30, y))
    assert near_start.wire == WIRE
    assert near_start.near == "out"
    end = hand.into("blur")
    assert hit((end[0] - 30, end[1])).near == "in"
    assert hit((50.0, 450.0)).item == Item("note", "note")
    assert hit((199.0, 499.0)).corner
    assert hit((500.0, -50.0)).item == Item("group", "group")
    assert hit((870.0, 300.0)).item is None, "the inside of a frame is empty canvas"
    assert hit((-900.0, -900.0)).item is None


def test_the_node_on_top_is_hit_and_hides_the_pins_below() -> None:
    document = graph_of("camera blur")
    document = move(document, [Item("node", "blur")], -320 + 150, 0.0)
    scene = scene_of(document)
    pin = scene.pin_point(PinKey("camera", "out", "image"))
    assert pin is not None
    assert scene.hit(pin).item == Item("node", "blur")
    assert scene.hit(pin).pin is None
    scene.lift([Item("node", "camera")])
    found = scene.hit(pin).pin
    assert found is not None
    assert found.key.node == "camera"


def test_far_away_a_node_can_still_be_grabbed_between_its_pins() -> None:
    scene = scene_of(graph_of("blur"))
    left, top, right, _ = scene.rect("blur")
    for at in (left + 70, (left + right) / 2, right - 70):
        assert scene.hit((at, top + 20), reach=4.0).pin is None


def test_a_value_is_taken_only_where_it_can_be_read() -> None:
    scene = scene_of(graph_of("blur"))
    left, top, right, _ = scene.rect("blur")
    row = scene.boxes["blur"].rows[0]
    point = ((left + right) / 2, top + row.y + 5)
    assert scene.hit(point, reach=1 / DETAILED).row is row
    far = scene.hit(point, reach=1 / DETAILED + 0.1)
    assert far.item == Item("node", "blur")
    assert far.row is None, "a drag moves the node, and changes nothing unseen"


def test_inside_and_touching() -> None:
    scene = scene_of(rich())
    assert {one.id for one in scene.inside((280.0, -60.0, 880.0, 360.0))} == {"blur", "blend", "group"}
    assert {one.id for one in scene.touching((100.0, 10.0, 330.0, 20.0))} == {"camera", "blur"}
    everything = union(scene.everything())
    assert everything is not None
    assert len(scene.touching(everything)) == len(scene.everything())


@given(*[st.floats(-1000, 1000)] * 4)
def test_a_wire_leaves_to_the_right_and_arrives_from_the_left(x: float, y: float, u: float, v: float) -> None:
    start, first, second, end = curve_between((x, y), (u, v))
    assert (start, end) == ((x, y), (u, v))
    assert first[0] > x
    assert second[0] < u
    pieces = list(segments((start, first, second, end)))
    assert pieces[0][0] == start
    assert pieces[-1][1] == pytest.approx(end)


def test_a_disconnected_wire_is_no_longer_hit() -> None:
    workspace = Workspace(REGISTRY, rich())
    scene = Scene(workspace)
    scene.refresh()
    curve = scene.curve(WIRE)
    assert curve is not None
    at = ((curve[0][0] + curve[3][0]) / 2, (curve[0][1] + curve[3][1]) / 2)
    assert scene.wire_at(at) == WIRE
    workspace.do("Disconnect", disconnect(workspace.document, [WIRE]))
    scene.refresh()
    assert scene.wire_at(at) is None


# --- the camera -----------------------------------------------------------------------------------------------------


@given(st.floats(0, 800), st.floats(0, 600), st.floats(0.01, 10), st.sampled_from([1.0, 1.5, 2.0]))
def test_zooming_keeps_what_is_under_the_pointer(x: float, y: float, zoom: float, scale: float) -> None:
    camera = Camera(x=-30.0, y=55.0, zoom=0.8, scale=scale)
    before = camera.to_world((x, y))
    camera.zoom_at((x, y), zoom)
    assert LEAST <= camera.zoom <= MOST
    assert camera.to_world((x, y)) == pytest.approx(before)
    assert camera.to_screen(before) == pytest.approx((x, y))


@given(*[st.floats(-5000, 5000)] * 2, *[st.floats(10, 2500)] * 2)
def test_what_is_fitted_is_seen_whole(x: float, y: float, width: float, height: float) -> None:
    camera = Camera()
    camera.fit((x, y, x + width, y + height))
    left, top, right, bottom = camera.view
    small = width / (camera.width - 80) < 1 / LEAST > height / (camera.height - 80)
    assert not small or (left <= x and top <= y and x + width <= right and y + height <= bottom)
    assert camera.center == pytest.approx((x + width / 2, y + height / 2))
    assert camera.zoom <= 1.0


def test_nothing_is_fitted_at_the_origin() -> None:
    camera = Camera(x=500.0, zoom=0.3)
    camera.fit(None)
    assert camera.zoom == 1.0
    assert overlap(camera.view, (0.0, 0.0, 1.0, 1.0))


def test_panning_moves_by_pixels() -> None:
    camera = Camera(zoom=0.5, scale=2.0)
    camera.pan(10.0, -20.0)
    assert (camera.x, camera.y) == (-10.0, 20.0)


def test_what_was_made_to_fit_fits_after_the_window_has_its_size_until_it_is_moved() -> None:
    camera = Camera()
    camera.fit((0.0, 0.0, 2000.0, 300.0))
    camera.resize(500.0, 400.0, 1.0)
    assert camera.view[0] <= 0.0
    assert camera.view[2] >= min(2000.0, 500.0 / LEAST)
    assert camera.center == pytest.approx((1000.0, 150.0))
    camera.pan(10.0, 0.0)
    corner = (camera.x, camera.y, camera.zoom)
    camera.resize(900.0, 700.0, 2.0)
    assert (camera.x, camera.y, camera.zoom) == corner
