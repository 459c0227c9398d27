"""The canvas with a real mouse: what a hand does to nodes and wires, each undone with Ctrl+Z."""

import pytest

from tests.gui.harness import Window
from tests.gui.harness.window import MIDDLE, RIGHT

pytestmark = pytest.mark.display
ROW = {"pattern.image -> blur.image", "blur.image -> screen.image"}


def undone(gui: Window) -> None:
    """Assert that Ctrl+Z, as often as needed, brings the opened document back."""
    opened = gui.ask("editor.workspace._saved is not None") and gui.ask("editor.workspace.dirty")
    assert opened, "nothing was changed"
    for _ in range(gui.ask("len(editor.workspace.history.undos)")):
        gui.key("ctrl+z")
    assert gui.ask("editor.workspace.undo_label") == ""
    assert not gui.ask("editor.workspace.dirty")


def place(gui: Window, node: str) -> tuple[float, float]:
    x, y = gui.ask(f"editor.canvas.scene.corners[{node!r}]")
    return x, y


def test_a_node_follows_the_mouse_and_ctrl_z_puts_it_back(gui: Window) -> None:
    x, y = gui.at("title('invert')")
    before = place(gui, "invert")
    gui.drag((x, y), (x + 80, y + 40))
    after = place(gui, "invert")
    assert after == pytest.approx((before[0] + 100, before[1] + 50), abs=2)  # the zoom is 0.8
    assert gui.ask("editor.workspace.undo_label") == "Move"
    undone(gui)
    assert place(gui, "invert") == before


def test_a_wire_is_dragged_from_an_output_to_an_input(gui: Window) -> None:
    gui.drag("pin('pattern', 'image')", "pin('invert', 'image', 'in')")
    assert gui.wires() == ROW | {"pattern.image -> invert.image"}
    undone(gui)


def test_a_wire_is_dragged_from_an_input_to_an_output(gui: Window) -> None:
    gui.drag("pin('invert', 'image', 'in')", "pin('pattern', 'image')")
    assert gui.wires() == ROW | {"pattern.image -> invert.image"}
    undone(gui)


def test_while_a_wire_is_dragged_what_does_not_fit_is_grey_and_says_why(gui: Window) -> None:
    start, end = gui.at("pin('pattern', 'image')"), gui.at("pin('blur', 'image', 'out')")
    gui.move(start)
    gui.press()
    gui.pull(start, end)
    assert gui.ask("editor.canvas.overlay.reason") == "Connect an output with an input."
    gui.release()
    assert gui.wires() == ROW
    assert gui.ask("editor.notices.log[-1].text") == "Connect an output with an input."


def test_a_wires_end_is_taken_off_and_dropped_on_another_input(gui: Window) -> None:
    gui.drag("pin('screen', 'image')", "pin('invert', 'image', 'in')")
    assert gui.wires() == {"pattern.image -> blur.image", "blur.image -> invert.image"}
    undone(gui)


def test_a_wires_end_dropped_on_the_canvas_disconnects(gui: Window) -> None:
    gui.drag("pin('screen', 'image')", "world(560, 420)")
    assert gui.wires() == {"pattern.image -> blur.image"}
    undone(gui)


def test_wires_are_cut_with_ctrl_and_the_right_button(gui: Window) -> None:
    x, y = gui.at("wire('blur', 'image', 'screen', 'image')")
    with gui.held("ctrl"):
        gui.drag((x, y - 50), (x + 4, y + 50), button=RIGHT)
    assert gui.wires() == {"pattern.image -> blur.image"}
    assert gui.ask("editor.workspace.undo_label") == "Cut wire"
    undone(gui)


def test_a_node_dropped_on_a_wire_is_inserted(gui: Window) -> None:
    box = gui.ask("editor.canvas.scene.rect('invert')")
    wire_x, wire_y = gui.at("wire('blur', 'image', 'screen', 'image')")
    x, y = gui.at("title('invert')")
    center = gui.at(f"world({(box[0] + box[2]) / 2}, {(box[1] + box[3]) / 2})")
    gui.drag((x, y), (x + wire_x - center[0], y + wire_y - center[1]))
    assert gui.wires() == {"pattern.image -> blur.image", "blur.image -> invert.image", "invert.image -> screen.image"}
    undone(gui)


def test_a_box_selects_what_it_touches_and_the_selection_moves_together(gui: Window) -> None:
    start, end = gui.ask("places.box('blur', 'invert')")
    gui.drag(start, end)
    assert gui.ask("editor.workspace.selected_nodes") == ["blur", "invert"]
    before = place(gui, "blur"), place(gui, "invert"), place(gui, "screen")
    x, y = gui.at("title('blur')")
    gui.drag((x, y), (x + 40, y + 16))
    after = place(gui, "blur"), place(gui, "invert"), place(gui, "screen")
    assert after[0] == pytest.approx((before[0][0] + 50, before[0][1] + 20), abs=2)
    assert after[1] == pytest.approx((before[1][0] + 50, before[1][1] + 20), abs=2)
    assert after[2] == before[2]
    undone(gui)


def test_selected_nodes_are_deleted_copied_and_pasted_by_keys(gui: Window) -> None:
    gui.click("title('blur')")
    gui.key("ctrl+c", "Delete")
    assert "blur" not in gui.nodes()
    assert gui.wires() == set()
    gui.move("canvas(0.5, 0.8)")
    gui.key("ctrl+v")
    assert [node["type"] for node in gui.nodes().values()].count("filter.gaussian_blur") == 1
    undone(gui)


def test_a_number_is_dragged_on_its_node_as_one_step(gui: Window) -> None:
    x, y = gui.at("row('blur', 'radius')")
    gui.drag((x, y), (x + 40, y))
    radius = gui.nodes()["blur"]["params"]["radius"]
    assert radius > 3
    assert gui.ask("editor.workspace.undo_label") == "Set radius"
    assert gui.ask("len(editor.workspace.history.undos)") == 1
    undone(gui)


def test_the_wheel_zooms_at_the_pointer_between_its_limits(gui: Window) -> None:
    spot = gui.at("title('blur')")
    gui.wheel(spot, 5)
    assert gui.ask("editor.canvas.camera.zoom") == pytest.approx(0.8 * 1.1**5)
    assert gui.at("title('blur')") == pytest.approx(spot, abs=1.5)
    gui.wheel(spot, -30)
    assert gui.ask("editor.canvas.camera.zoom") == 0.25
    gui.wheel(spot, 45)
    assert gui.ask("editor.canvas.camera.zoom") == 2.0


def test_the_middle_button_and_space_with_the_left_one_pan(gui: Window) -> None:
    start = gui.at("title('blur')")
    empty = gui.at("canvas(0.5, 0.9)")
    gui.drag(empty, (empty[0] + 60, empty[1] - 40), button=MIDDLE)
    assert gui.at("title('blur')") == pytest.approx((start[0] + 60, start[1] - 40), abs=2)
    with gui.held("space"):
        gui.drag((empty[0] + 60, empty[1] - 40), empty)
    assert gui.at("title('blur')") == pytest.approx(start, abs=2)
    assert not gui.ask("editor.workspace.dirty")


def test_home_shows_everything_and_f_the_selection(gui: Window) -> None:
    gui.ask("setattr(editor.canvas.camera, 'x', 5000)")
    gui.move("canvas(0.5, 0.5)")
    gui.key("Home")
    left, _ = gui.at("world(0, 0)")
    assert gui.at("canvas(0, 0)")[0] < left < gui.at("canvas(1, 1)")[0]
    gui.click("title('invert')")
    gui.key("f")
    rect = gui.ask("editor.canvas.scene.rect('invert')")
    middle = gui.at(f"world({(rect[0] + rect[2]) / 2}, {(rect[1] + rect[3]) / 2})")
    assert middle == pytest.approx(gui.at("canvas(0.5, 0.5)"), abs=3)


def test_ctrl_b_and_ctrl_m_are_seen_on_the_node_and_taken_back(gui: Window) -> None:
    gui.click("title('blur')")
    gui.key("ctrl+b")
    assert gui.nodes()["blur"]["state"] == "bypass"
    gui.key("ctrl+m")
    assert gui.nodes()["blur"]["state"] == "mute"
    undone(gui)
