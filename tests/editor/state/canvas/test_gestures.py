"""Gestures of the hand: what they do, that all of it can be undone, and that Esc leaves no trace."""

from collections.abc import Callable

import pytest

from nodegraph.editor.state.canvas.boxes import WIDTH
from nodegraph.editor.state.canvas.canvas import RIGHT
from nodegraph.editor.state.canvas.gesture import Mods, Overlay
from nodegraph.editor.state.canvas.requests import EditParam
from nodegraph.editor.state.edits import nodes
from nodegraph.editor.state.edits.sheets import add_group
from nodegraph.editor.state.placements import placement
from tests.editor.state.hand import ALT, CTRL, EMPTY, ROW, SHIFT, Hand, graph_of, item, rich


def at(hand: Hand, id: str) -> tuple[float, float]:
    place = placement(hand.document, id)
    return place.x, place.y


# --- selecting ------------------------------------------------------------------------------------------------------


def test_a_click_selects_one_and_ctrl_or_shift_add_and_take_away() -> None:
    hand = Hand(graph_of(ROW))
    hand.click(hand.title("camera"))
    assert hand.selected() == {"camera"}
    hand.click(hand.title("blur"), CTRL)
    hand.click(hand.title("screen"), SHIFT)
    assert hand.selected() == {"camera", "blur", "screen"}
    hand.click(hand.title("blur"), SHIFT)
    assert hand.selected() == {"camera", "screen"}
    hand.click(hand.title("screen"))
    assert hand.selected() == {"screen"}
    hand.click(EMPTY, CTRL)
    assert hand.selected() == {"screen"}
    hand.click(EMPTY)
    assert hand.selected() == set()
    assert hand.document is hand.start


def test_a_box_selects_what_it_touches_and_ctrl_adds() -> None:
    hand = Hand(graph_of(ROW))
    hand.pull((-20.0, -20.0), (400.0, 5.0))
    assert hand.canvas.overlay.box == (-20.0, -20.0, 400.0, 5.0)
    hand.let_go((400.0, 5.0))
    assert hand.selected() == {"camera", "blur"}
    hand.drag((900.0, -20.0), (700.0, 5.0), CTRL)
    assert hand.selected() == {"camera", "blur", "screen"}
    hand.drag((900.0, -20.0), (700.0, 5.0))
    assert hand.selected() == {"screen"}


def test_a_box_takes_a_frame_only_when_it_holds_all_of_it() -> None:
    hand = Hand(rich())
    hand.drag((250.0, -200.0), (600.0, 0.5))
    assert hand.selected() == {"blur"}
    hand.drag((250.0, -200.0), (900.0, 390.0))
    assert "group" in hand.selected()


def test_a_trembling_hand_moves_nothing() -> None:
    hand = Hand(graph_of(ROW))
    start = hand.title("camera")
    hand.press(start)
    hand.move((start[0] + 2, start[1] - 3))
    hand.let_go((start[0] + 2, start[1] - 3))
    assert hand.document is hand.start


# --- moving ---------------------------------------------------------------------------------------------------------


def test_a_drag_moves_the_whole_selection_as_one_step() -> None:
    hand = Hand(graph_of(ROW))
    hand.click(hand.title("camera"))
    hand.click(hand.title("blur"), CTRL)
    start = hand.title("blur")
    hand.drag(start, (start[0] + 37.0, start[1] + 21.0))
    assert (at(hand, "camera"), at(hand, "blur"), at(hand, "screen")) == ((37, 21), (357, 21), (640, 0))
    assert len(hand.workspace.history.undos) == 1
    hand.undone()


def test_two_drags_are_two_steps() -> None:
    hand = Hand(graph_of(ROW))
    for _ in range(2):
        start = hand.title("camera")
        hand.drag(start, (start[0] + 50.0, start[1]))
    assert len(hand.workspace.history.undos) == 2
    hand.undone()


def test_a_drag_of_what_is_not_selected_moves_only_that_and_ctrl_takes_the_selection_along() -> None:
    hand = Hand(graph_of(ROW))
    hand.click(hand.title("camera"))
    start = hand.title("blur")
    hand.drag(start, (start[0], start[1] + 40.0))
    assert (at(hand, "camera")[1], at(hand, "blur")[1]) == (0, 40)
    start = hand.title("screen")
    hand.drag(start, (start[0], start[1] + 40.0), CTRL)
    assert (at(hand, "blur")[1], at(hand, "screen")[1]) == (80, 40)
    hand.undone()


def test_snapping_puts_things_on_the_grid() -> None:
    hand = Hand(graph_of(ROW), snap=True)
    start = hand.title("blur")
    hand.drag(start, (start[0] + 37.0, start[1] + 21.0))
    assert at(hand, "blur") == (352, 16)
    hand.undone()


def test_a_frame_takes_its_content_and_the_frames_in_it_along() -> None:
    hand = Hand(rich())
    inner, made = add_group(hand.document, (330.0, 10.0, 520.0, 300.0), "Inner")
    hand.start = inner
    hand.workspace.load(inner, None)
    hand.canvas.scene.refresh()
    hand.drag((500.0, -50.0), (510.0, 50.0))
    assert (at(hand, "blur"), at(hand, "blend"), at(hand, "camera")) == ((330, 100), (650, 100), (0, 0))
    frames = {one.id: one.y for one in hand.canvas.scene.groups}
    assert frames["group"] == 40
    assert frames[made.id] > 40
    assert len(hand.workspace.history.undos) == 1
    hand.undone()


def test_alt_drags_a_copy_with_its_inputs_and_leaves_the_original() -> None:
    hand = Hand(rich())
    start = hand.title("blur")
    hand.drag(start, (start[0] + 10.0, start[1] + 500.0), ALT)
    assert at(hand, "blur") == (320, 0)
    assert at(hand, "blur2") == (330, 500)
    assert {"camera.image -> blur2.image", "wave.value -> blur2.radius"} <= hand.wires()
    assert hand.selected() == {"blur2"}
    assert hand.workspace.undo_label == "Duplicate"
    assert len(hand.workspace.history.undos) == 1
    hand.undone()


def test_alt_drags_a_copy_of_a_frame_with_its_content() -> None:
    hand = Hand(rich())
    hand.drag((500.0, -50.0), (500.0, 950.0), ALT)
    assert at(hand, "blur") == (320, 0)
    assert at(hand, "blur2") == (320, 1000)
    assert {one.id: one.y for one in hand.canvas.scene.groups} == {"group": -60, "group2": 940}
    hand.undone()


def test_a_corner_resizes_a_note_and_a_frame() -> None:
    hand = Hand(rich())
    hand.drag((195.0, 495.0), (245.0, 515.0))
    hand.drag((875.0, 355.0), (1.0, 1.0))
    note, frame = hand.canvas.scene.notes[0], hand.canvas.scene.groups[0]
    assert (note.width, note.height) == (250, 120)
    assert (frame.width, frame.height) == (80, 66)
    assert len(hand.workspace.history.undos) == 2
    hand.undone()


def test_a_node_dropped_on_a_wire_is_put_into_it_in_one_step() -> None:
    hand = Hand(graph_of("camera screen blur", "camera.image screen.image"))
    start = hand.title("blur")
    hand.pull(start, (start[0] - 530.0, start[1] + 2.0))
    assert hand.canvas.overlay.insert is not None
    hand.let_go((start[0] - 530.0, start[1] + 2.0))
    assert hand.wires() == {"camera.image -> blur.image", "blur.image -> screen.image"}
    assert len(hand.workspace.history.undos) == 1
    hand.undone()


@pytest.mark.parametrize("other", ["wave", "blur2"])
def test_a_node_that_does_not_fit_or_is_connected_is_only_moved(other: str) -> None:
    hand = Hand(graph_of(f"camera screen {other} camera2", "camera.image screen.image", "camera2.image blur2.image"))
    start = hand.title(other)
    hand.pull(start, (start[0] - 530.0, start[1] - 20.0))
    assert hand.canvas.overlay.insert is None
    hand.let_go((start[0] - 530.0, start[1] - 20.0))
    assert "camera.image -> screen.image" in hand.wires()


# --- parameters -----------------------------------------------------------------------------------------------------


def test_a_drag_over_a_number_is_one_step_and_stays_in_its_range() -> None:
    hand = Hand(graph_of("blur"))
    start = hand.row("blur", "radius")
    hand.pull(start, (start[0] + WIDTH / 2, start[1]), steps=20)
    assert hand.document.graph.nodes["blur"].params["radius"] == pytest.approx(53.0, abs=2.5)
    hand.let_go((start[0] + 1000.0, start[1]))
    assert hand.document.graph.nodes["blur"].params["radius"] == 100.0
    assert len(hand.workspace.history.undos) == 1
    assert hand.selected() == {"blur"}
    hand.undone()


@pytest.mark.parametrize(("mods", "wanted"), [(Mods(), 15.0), (SHIFT, 6.0), (CTRL, 45.0)])
def test_shift_is_finer_and_ctrl_coarser(mods: Mods, wanted: float) -> None:
    hand = Hand(graph_of("blur"))
    start = hand.row("blur", "radius")
    hand.drag(start, (start[0] + WIDTH / 10, start[1]), mods)
    assert hand.document.graph.nodes["blur"].params["radius"] == pytest.approx(wanted, abs=0.05)


def test_a_whole_number_stays_whole() -> None:
    hand = Hand(graph_of("blur"))
    start = hand.row("blur", "passes")
    hand.drag(start, (start[0] + WIDTH / 3, start[1]))
    value = hand.document.graph.nodes["blur"].params["passes"]
    assert value == 3
    assert isinstance(value, int)


def test_a_click_turns_a_switch_and_asks_to_edit_anything_else() -> None:
    hand = Hand(graph_of("blur"))
    hand.click(hand.row("blur", "strong"))
    assert hand.document.graph.nodes["blur"].params == {"strong": True}
    hand.click(hand.row("blur", "strong"))
    assert hand.document.graph.nodes["blur"].params == {"strong": False}
    for name in ("radius", "edge", "tint"):
        hand.click(hand.row("blur", name))
    assert [(one.node, one.name) for one in hand.asked if isinstance(one, EditParam)] == [
        ("blur", "radius"),
        ("blur", "edge"),
        ("blur", "tint"),
    ]
    hand.undone()


def test_a_drag_over_a_switch_moves_the_node() -> None:
    hand = Hand(graph_of("blur"))
    start = hand.row("blur", "strong")
    hand.drag(start, (start[0] + 40.0, start[1]))
    assert at(hand, "blur") == (40, 0)
    assert hand.document.graph.nodes["blur"].params == {}


def test_a_driven_parameter_moves_the_node() -> None:
    hand = Hand(graph_of("blur wave", "wave.value blur.radius"))
    start = hand.row("blur", "radius")
    hand.drag(start, (start[0] + 40.0, start[1]))
    assert at(hand, "blur") == (40, 0)
    hand.click(start)
    assert hand.asked == []


@pytest.mark.parametrize("value", ["seven", True, None, float("inf"), 10**400, [1]])
def test_a_value_that_is_no_number_is_typed_not_dragged(value: object) -> None:
    document = graph_of("blur")
    hand = Hand(nodes.with_graph(document, document.graph.with_param("blur", "radius", value)))
    start = hand.row("blur", "radius")
    hand.click(start)
    assert isinstance(hand.asked[-1], EditParam)
    hand.drag(start, (start[0] + 40.0, start[1]))
    assert at(hand, "blur") == (40, 0)


# --- giving up ------------------------------------------------------------------------------------------------------


def there_and_back(hand: Hand) -> None:
    start = hand.title("blur")
    hand.pull(start, (0.0, 300.0))
    hand.move(start)


DRAGS: dict[str, Callable[[Hand], None]] = {
    "move": lambda hand: hand.pull(hand.title("blur"), (0.0, 300.0)),
    "move back to the start": there_and_back,
    "copy": lambda hand: hand.pull(hand.title("blur"), (0.0, 300.0), ALT),
    "box": lambda hand: hand.pull(EMPTY, (1000.0, 1000.0)),
    "resize": lambda hand: hand.pull((195.0, 495.0), (300.0, 600.0)),
    "parameter": lambda hand: hand.pull(hand.row("blend", "radius"), (900.0, 100.0)),
    "take off": lambda hand: hand.pull(hand.into("blur"), (0.0, 300.0)),
    "connect": lambda hand: hand.pull(hand.out("wave", "value"), hand.into("blend", "radius")),
    "cut": lambda hand: hand.pull((270.0, -100.0), (270.0, 300.0), CTRL, RIGHT),
    "press": lambda hand: hand.press(hand.title("screen")),
}


@pytest.mark.parametrize("name", DRAGS)
def test_esc_leaves_no_trace(name: str) -> None:
    hand = Hand(rich())
    hand.workspace.do("One", nodes.rename(hand.document, "wave", "One"))
    hand.workspace.do("Two", nodes.rename(hand.document, "wave", "Two"), select=[item("camera")])
    hand.workspace.undo()
    before = hand.document
    DRAGS[name](hand)
    assert hand.canvas.cancel()
    assert hand.document is before or hand.document == before
    assert (hand.workspace.undo_label, hand.workspace.redo_label) == ("One", "Two")
    assert hand.selected() == {"camera"}
    assert hand.asked == []
    assert not hand.canvas.busy
    assert hand.canvas.overlay == Overlay()
    assert not hand.canvas.cancel()
    hand.let_go((0.0, 0.0))
    hand.undone()


@pytest.mark.parametrize("name", DRAGS)
def test_a_command_under_a_gesture_ends_it(name: str) -> None:
    hand = Hand(rich())
    DRAGS[name](hand)
    chosen = [item("blur"), item("blend"), item("note"), item("camera")]
    hand.workspace.do("Delete", nodes.remove(hand.document, chosen))
    left = hand.document
    hand.move((400.0, 400.0))
    hand.let_go((400.0, 400.0), button=RIGHT if name == "cut" else 0)
    assert name in ("box",) or hand.document is left
    hand.undone()


def test_another_document_ends_a_gesture() -> None:
    hand = Hand(rich())
    hand.pull(hand.title("blur"), (0.0, 300.0))
    other = graph_of("camera")
    hand.workspace.load(other, None)
    hand.canvas.cancel()
    assert hand.document is other
    assert not hand.canvas.busy


def test_a_second_button_does_not_disturb_a_gesture() -> None:
    hand = Hand(graph_of(ROW))
    start = hand.title("camera")
    hand.pull(start, (start[0] + 50.0, start[1]))
    hand.press(start, button=RIGHT)
    hand.let_go(start, button=RIGHT)
    assert hand.canvas.busy
    hand.let_go((start[0] + 50.0, start[1]))
    assert at(hand, "camera") == (50, 0)
