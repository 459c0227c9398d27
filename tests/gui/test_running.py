"""Running with a real mouse: run and stop, what goes wrong and where, the log, the curves, a render."""

from pathlib import Path

import pytest

from tests.editor.state.running.test_render import frames_in
from tests.gui.harness import Window

pytestmark = pytest.mark.display


def seen(part: str) -> str:
    """Code that is true while this can be read somewhere."""
    return f"any({part!r} in label for label in places.labels())"


def test_the_graph_runs_and_stops_with_the_button_and_the_key(gui: Window) -> None:
    gui.ask("editor.player.play()")
    gui.until("editor.player.state == 'running'")
    gui.until("editor.player.latest('screen') is not None")
    gui.click("button('stop')")
    gui.until("editor.player.state == 'stopped'")
    gui.until(seen("Stopped · Ctrl+Enter runs it"))
    gui.key("ctrl+Return")
    gui.until("editor.player.state == 'running'")
    gui.until(seen("Running"))
    gui.until(seen("fps"))


def test_a_paused_picture_stands_still(gui: Window) -> None:
    gui.ask("editor.player.play()")
    gui.until("editor.player.latest('screen') is not None")
    gui.click("button('pause')")
    gui.until("editor.player.state == 'paused'")
    gui.until(seen("Paused"))
    gui.click("button('pause')")
    gui.until("editor.player.state == 'running'")


def test_a_click_on_a_problem_goes_to_its_node(gui: Window) -> None:
    gui.ask("editor.workspace.select([])")
    gui.until(seen("Problems (1)"))
    gui.click("button('Invert')")
    assert gui.ask("editor.workspace.selected_nodes") == ["invert"]
    camera = gui.ask("editor.canvas.camera.center")
    left, top, right, bottom = gui.ask("editor.canvas.scene.rects(editor.workspace.selection)[0]")
    assert camera == pytest.approx([(left + right) / 2, (top + bottom) / 2], abs=2)


def test_what_is_told_is_in_the_log_and_can_be_filtered(gui: Window) -> None:
    gui.ask("(editor.tell('The first line.'), editor.tell('Another one.', 'warning', 'Do something.'))")
    gui.click("button('Log')")
    gui.until(seen("Another one. Do something."))
    gui.until("[one for one in app.views if type(one).__name__ == 'Toasts'][0].count >= 2")
    gui.ask("editor.notices.dismiss()")
    gui.until("[one for one in app.views if type(one).__name__ == 'Toasts'][0].count == 0")
    x, y = gui.at("button('copy')")
    gui.click((x - 120, y))
    gui.type("first")
    console = "[one for one in app.views if type(one).__name__ == 'BottomPanel'][0].console"
    gui.until(f"{{one.text for one, _ in {console}._lines}} == {{'The first line.'}}")


def test_the_curves_name_the_slowest_node_and_a_click_goes_there(gui: Window) -> None:
    gui.ask("editor.player.play()")
    gui.click("button('Performance')")
    gui.until(seen("ms  "))
    gui.until("editor.player.history.count > 2")
    view = "[one for one in app.views if type(one).__name__ == 'BottomPanel'][0].performance"
    gui.until(f"{view}._shown")
    gui.ask("editor.workspace.select([])")
    gui.click(gui.ask(f"places.button(dpg.get_item_label({view}._names[0]))"))
    assert gui.ask("editor.workspace.selected_nodes") != []


def test_a_render_is_asked_for_made_and_told(gui: Window, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    gui.key("ctrl+shift+r")
    gui.until("type(editor.dialogs.current).__name__ == 'RenderDialog'")
    for name, value in {"output": str(film), "limit": "frames", "frames": 12}.items():
        gui.ask(f"setattr(editor.dialogs.current, {name!r}, {value!r})")
    gui.ask("editor.dialogs.current.changed()")
    gui.until(seen("12 frames"))
    gui.click("button('Render')")
    gui.until("editor.dialogs.current is None")
    gui.until("editor.renders.current is None")
    gui.until("any('Wrote film.mp4: 12 frames' in one.text for one in editor.notices.log)")
    assert frames_in(film) == 12
