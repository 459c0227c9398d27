"""Typing on the canvas with a real keyboard: values, titles and notes, each one undo step; Esc leaves no trace."""

import pytest

from tests.gui.harness import Window

pytestmark = pytest.mark.display
OPEN = "next(view for view in app.views if type(view).__name__ == 'Popups').is_open"


def steps(gui: Window) -> list[str]:
    labels: list[str] = gui.ask("[step.label for step in editor.workspace.history.undos]")
    return labels


def param(gui: Window, node: str, name: str) -> object:
    return gui.nodes()[node].get("params", {}).get(name)


def test_a_number_is_typed_and_enter_takes_it(gui: Window) -> None:
    gui.click("row('blur', 'radius')")
    gui.until(OPEN)
    gui.frames(5)
    gui.type("12.5")
    gui.key("Return")
    gui.frames(3)
    assert not gui.ask(OPEN)
    assert param(gui, "blur", "radius") == 12.5
    assert steps(gui) == ["Set radius"]


def test_a_wrong_number_is_refused_with_its_range_and_esc_gives_up(gui: Window) -> None:
    gui.click("row('blur', 'radius')")
    gui.frames(6)
    gui.type("soft")
    gui.key("Return")
    gui.frames(3)
    assert gui.ask(OPEN)
    gui.key("Escape")
    gui.frames(3)
    assert not gui.ask(OPEN)
    assert param(gui, "blur", "radius") is None
    assert steps(gui) == []


def test_a_click_elsewhere_takes_what_was_typed_and_does_nothing_else(gui: Window) -> None:
    gui.click("row('blur', 'radius')")
    gui.frames(6)
    gui.type("9")
    gui.click("title('invert')")
    gui.frames(3)
    assert not gui.ask(OPEN)
    assert param(gui, "blur", "radius") == 9
    assert gui.ask("editor.workspace.selected_nodes") == ["blur"]


def test_a_node_is_renamed_with_f2_as_one_step(gui: Window) -> None:
    gui.click("title('invert')")
    gui.key("F2")
    gui.frames(6)
    gui.type("Negative")
    gui.key("Return")
    gui.frames(3)
    assert gui.ask("editor.workspace.title('invert')") == "Negative"
    assert steps(gui) == ["Rename"]
    gui.key("ctrl+z")
    assert gui.ask("editor.workspace.title('invert')") == "Invert"


def test_a_note_is_written_over_several_lines(gui: Window) -> None:
    gui.move("canvas(0.5, 0.85)")
    gui.key("shift+n")
    gui.frames(4)
    if not gui.ask(OPEN):
        note = gui.ask("[(one.x, one.y) for one in editor.canvas.scene.notes][0]")
        gui.double(f"world({note[0] + 60}, {note[1] + 60})")
    gui.until(OPEN)
    gui.frames(6)
    gui.type("one")
    gui.key("Return")
    gui.type("two")
    playing = gui.ask("editor.player.state")
    gui.key("ctrl+Return")
    gui.frames(3)
    assert not gui.ask(OPEN)
    assert gui.ask("editor.player.state") == playing, "Ctrl+Enter ended the text, and nothing else"
    assert gui.ask("[one.text for one in editor.canvas.scene.notes]") == ["one\ntwo"]


def test_the_keys_of_the_canvas_are_letters_while_one_types(gui: Window) -> None:
    gui.click("title('invert')")
    gui.key("F2")
    gui.frames(6)
    gui.type("f")
    gui.key("Delete", "Return")
    gui.frames(3)
    assert "invert" in gui.nodes()
    assert gui.ask("editor.workspace.title('invert')") == "f"


def test_a_tip_says_what_a_pin_gives(gui: Window) -> None:
    gui.move("pin('pattern', 'image')")
    gui.until("app.canvas._tips._shown is not None")
    assert gui.ask("app.canvas._tips._shown.detail") == "image"
    gui.move("canvas(0.5, 0.95)")
    assert gui.ask("app.canvas._tips._shown is None")
