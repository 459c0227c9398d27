"""Gestures of wires: both directions, where they may go and why not, taken off, inserted, cut."""

import pytest

from nodegraph.editor.state.canvas.boxes import PinKey
from nodegraph.editor.state.canvas.canvas import RIGHT
from nodegraph.editor.state.canvas.requests import OpenPalette, Refused
from tests.editor.state.hand import ALT, CTRL, Hand, graph_of, rich

FAR = (-250.0, -250.0)


def middle(hand: Hand, node: str) -> tuple[float, float]:
    left, _, right, bottom = hand.canvas.scene.rect(node)
    return (left + right) / 2, bottom - 8


@pytest.mark.parametrize("forward", [True, False])
def test_a_wire_is_dragged_in_either_direction(forward: bool) -> None:
    hand = Hand(graph_of("camera blur"))
    ends = (hand.out("camera"), hand.into("blur"))
    hand.drag(*(ends if forward else reversed(ends)))
    assert hand.wires() == {"camera.image -> blur.image"}
    assert hand.workspace.undo_label == "Connect"
    assert len(hand.workspace.history.undos) == 1
    hand.undone()


def test_a_number_is_wired_to_a_parameter() -> None:
    hand = Hand(graph_of("wave blur"))
    hand.drag(hand.out("wave", "value"), hand.into("blur", "passes"))
    assert hand.wires() == {"wave.value -> blur.passes"}
    hand.undone()


def test_a_new_wire_takes_the_place_of_the_old() -> None:
    hand = Hand(graph_of("camera blur camera2", "camera.image blur.image"))
    hand.drag(hand.out("camera2"), hand.into("blur"))
    assert hand.wires() == {"camera2.image -> blur.image"}
    assert len(hand.workspace.history.undos) == 1
    hand.undone()


def test_while_a_wire_is_dragged_every_pin_says_whether_it_fits_and_why_not() -> None:
    hand = Hand(graph_of("camera blur words wave", "blur.image blur.image"))
    hand.pull(hand.out("wave", "value"), (500.0, -200.0))
    overlay = hand.canvas.overlay
    assert overlay.refusals[PinKey("blur", "in", "radius")] == ""
    assert overlay.refusals[PinKey("blur", "in", "image")] == "This gives number; Blur takes image here."
    assert overlay.refusals[PinKey("camera", "out", "image")] == "Connect an output with an input."
    assert overlay.refusals[PinKey("wave", "out", "value")] == ""
    assert PinKey("words", "in", "text") in overlay.adapted
    assert PinKey("blur", "in", "radius") not in overlay.adapted
    hand.move(hand.into("blur"))
    assert hand.canvas.overlay.reason == "This gives number; Blur takes image here."
    assert hand.canvas.overlay.remark == ""
    hand.move(hand.into("words", "text"))
    assert hand.canvas.overlay.reason == ""
    assert hand.canvas.overlay.remark == "Converts number to text."
    wire = hand.canvas.overlay.wire
    assert wire is not None
    assert wire.end == hand.into("words", "text"), "it clings to a pin that fits"


def test_a_refused_drop_says_why_and_changes_nothing() -> None:
    hand = Hand(graph_of("wave blur"))
    hand.drag(hand.out("wave", "value"), hand.into("blur"))
    assert hand.asked == [Refused("This gives number; Blur takes image here.")]
    assert hand.document is hand.start


def test_a_loop_is_refused_and_goes_through_a_delay() -> None:
    hand = Hand(graph_of("blur blend delay", "blur.image blend.base"))
    hand.drag(hand.out("blend"), hand.into("blur"))
    assert hand.asked == [Refused("This would make a loop; put a Frame Delay into it.")]
    hand.drag(hand.out("blend"), hand.into("delay"))
    hand.drag(hand.out("delay"), hand.into("blur"))
    assert len(hand.wires()) == 3
    hand.undone()


def test_a_drop_on_a_body_connects_the_first_free_input_that_fits() -> None:
    hand = Hand(graph_of("camera blend wave"))
    hand.drag(hand.out("camera"), middle(hand, "blend"))
    hand.drag(hand.out("camera"), middle(hand, "blend"))
    hand.drag(hand.out("wave", "value"), middle(hand, "blend"))
    assert hand.wires() == {
        "camera.image -> blend.base",
        "camera.image -> blend.layer",
        "wave.value -> blend.radius",
    }
    hand.drag(hand.into("blend", "layer"), middle(hand, "camera"))
    hand.undone()


def test_a_drop_on_a_body_that_takes_nothing_says_why() -> None:
    hand = Hand(graph_of("wave screen"))
    hand.drag(hand.out("wave", "value"), middle(hand, "screen"))
    assert hand.asked == [Refused("This gives number; Screen takes image here.")]


def test_a_drop_on_the_empty_canvas_opens_the_palette_with_the_pin() -> None:
    hand = Hand(graph_of("camera"))
    hand.drag(hand.out("camera"), FAR)
    (asked,) = hand.asked
    assert isinstance(asked, OpenPalette)
    assert asked.pin is not None
    assert asked.pin.key == PinKey("camera", "out", "image")
    assert asked.at == pytest.approx(FAR)
    assert hand.document is hand.start


def test_a_drop_on_a_wire_far_from_nodes_opens_the_palette_too() -> None:
    hand = Hand(graph_of("camera wave wave2 screen", "camera.image screen.image"))
    curve = hand.canvas.scene.curve(hand.document.graph.wires[0])
    assert curve is not None
    x, y = hand.out("wave", "value")
    spot = ((hand.canvas.scene.rect("wave")[2] + hand.canvas.scene.rect("wave2")[0]) / 2, curve[0][1])
    assert hand.canvas.scene.wire_at(spot)
    hand.drag((x, y), spot)
    assert [type(one) for one in hand.asked] == [OpenPalette]


# --- taking off -----------------------------------------------------------------------------------------------------


def test_an_end_taken_off_and_dropped_nowhere_disconnects() -> None:
    hand = Hand(rich())
    hand.pull(hand.into("blur"), FAR)
    assert "camera.image -> blur.image" not in hand.wires()
    hand.let_go(FAR)
    assert "camera.image -> blur.image" not in hand.wires()
    assert hand.workspace.undo_label == "Disconnect"
    assert hand.asked == []
    hand.undone()


def test_an_end_taken_off_and_put_elsewhere_is_one_step() -> None:
    hand = Hand(rich())
    hand.drag(hand.into("blur"), hand.into("blend", "layer"))
    assert "camera.image -> blend.layer" in hand.wires()
    assert "camera.image -> blur.image" not in hand.wires()
    assert (hand.workspace.undo_label, len(hand.workspace.history.undos)) == ("Reconnect", 1)
    hand.undone()


def test_an_end_put_back_where_it_was_leaves_no_trace() -> None:
    hand = Hand(rich())
    hand.pull(hand.into("blur"), FAR)
    hand.let_go(hand.into("blur"))
    assert hand.document is hand.start
    assert hand.workspace.undo_label == ""


def test_a_refused_drop_of_a_taken_end_puts_it_back() -> None:
    hand = Hand(rich())
    hand.drag(hand.into("blur"), hand.into("blend", "radius"))
    assert hand.document is hand.start
    assert hand.workspace.undo_label == ""
    assert [type(one) for one in hand.asked] == [Refused]


@pytest.mark.parametrize(("share", "left"), [(0.15, "blend.base"), (0.85, "camera.image")])
def test_a_wire_is_grabbed_by_its_nearer_end(share: float, left: str) -> None:
    hand = Hand(graph_of("camera blur blend", "camera.image blend.base"))
    start, end = hand.out("camera"), hand.into("blend", "base")
    x = start[0] + (end[0] - start[0]) * share
    grab = (min(max(x, start[0] + 20), end[0] - 20), start[1] if share < 0.5 else end[1])
    hand.pull(grab, (grab[0], grab[1] - 250.0))
    wire = hand.canvas.overlay.wire
    assert wire is not None
    node, name = left.split(".")
    assert wire.start == (hand.into(node, name) if name == "base" else hand.out(node, name))
    hand.let_go((grab[0], grab[1] - 250.0))
    assert hand.wires() == set()
    hand.undone()


def test_a_click_on_a_pin_selects_its_node_and_on_a_wire_does_nothing() -> None:
    hand = Hand(rich())
    hand.click(hand.into("blur"))
    assert hand.selected() == {"blur"}
    x, y = hand.out("camera")
    hand.click((x + 30, y))
    assert hand.document is hand.start


# --- cutting --------------------------------------------------------------------------------------------------------


def test_a_stroke_cuts_every_wire_it_crosses_in_one_step() -> None:
    hand = Hand(graph_of("camera blur blend", "camera.image blur.image", "camera.image blend.base"))
    hand.pull((270.0, -100.0), (270.0, 300.0), CTRL, RIGHT)
    assert len(hand.canvas.overlay.cut) > 2
    hand.let_go((270.0, 300.0), CTRL, RIGHT)
    assert hand.wires() == set()
    assert hand.workspace.undo_label == "Cut 2 wires"
    hand.undone()


def test_a_stroke_beside_the_wires_cuts_nothing() -> None:
    hand = Hand(graph_of("camera blur", "camera.image blur.image"))
    hand.drag((270.0, -100.0), (270.0, -200.0), CTRL, RIGHT)
    hand.click((270.0, -100.0), CTRL, RIGHT)
    assert hand.document is hand.start
    assert hand.asked == []


def test_a_copy_of_connected_nodes_is_not_put_into_a_wire() -> None:
    hand = Hand(graph_of("camera blur screen", "camera.image blur.image", "blur.image screen.image"))
    start = hand.title("blur")
    hand.drag(start, (start[0] + 8.0, start[1] + 8.0), ALT)
    assert "camera.image -> blur2.image" in hand.wires()
    assert "blur.image -> screen.image" in hand.wires()
    hand.undone()
