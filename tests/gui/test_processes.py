"""Several editors, and what happens when a process dies: the work is kept, the picture goes on."""

from pathlib import Path

import psutil
import pytest

from tests.gui.graphs import SMALL, row_of_three, write
from tests.gui.harness import Window, open_window
from tests.gui.harness.hands import select

pytestmark = pytest.mark.display


def test_what_is_copied_in_one_window_is_pasted_in_another_process(display: str, tmp_path: Path) -> None:
    with open_window(display, tmp_path / "one", str(row_of_three(tmp_path)), drawn=False) as one:
        one.ask("editor.canvas.fit_all()")
        one.move("canvas(0.02, 0.98)")
        one.key("ctrl+a", "ctrl+c")
        copied = one.document()["graph"]
        with open_window(display, tmp_path / "two", drawn=False) as two:
            two.move("canvas(0.3, 0.3)")
            two.key("ctrl+v")
            two.until("len(document().graph.nodes) == 4")
            pasted = two.document()["graph"]
            assert {id: node["type"] for id, node in pasted["nodes"].items()} == {
                id: node["type"] for id, node in copied["nodes"].items()
            }
            assert sorted(map(str, pasted["wires"])) == sorted(map(str, copied["wires"]))
            assert "filter.gaussian_blur" in two.ask("editor.clipboard.text")
            two.key("ctrl+z")
            assert two.nodes() == {}


def test_closing_asks_about_unsaved_work_and_every_answer_is_kept(display: str, tmp_path: Path) -> None:
    path = row_of_three(tmp_path)
    with open_window(display, tmp_path / "home", str(path), drawn=False) as window:
        select(window, "blur")
        window.key("ctrl+b")
        assert window.ask("editor.workspace.dirty")
        window.key("ctrl+q")
        window.until("editor.dialogs.current")
        window.frames(6)
        window.click("button('Cancel')")
        window.frames(4)
        assert window.process.poll() is None
        window.key("ctrl+q")
        window.until("editor.dialogs.current")
        window.frames(6)
        end_by(window, "Save")
    with open_window(display, tmp_path / "home", str(path), drawn=False) as again:
        assert again.nodes()["blur"]["state"] == "bypass"
        select(again, "blur")
        again.key("ctrl+m", "ctrl+q")
        again.until("editor.dialogs.current")
        again.frames(6)
        end_by(again, "Don't save")
    assert '"mute"' not in path.read_text()


def end_by(window: Window, button: str) -> None:
    """Click the button that closes the window, and wait for its end."""
    x, y = window.at(f"button({button!r})")
    window.move((x, y))
    window.xdotool("click", 1)
    assert window.process.wait(60) == 0, window.said


def test_after_kill_9_the_work_is_offered_and_one_click_has_it_back(display: str, tmp_path: Path) -> None:
    path = row_of_three(tmp_path)
    with open_window(display, tmp_path / "home", str(path), drawn=False) as window:
        select(window, "blur")
        window.key("ctrl+b")
        window.drag("pin('pattern', 'image')", "pin('invert', 'image', 'in')")
        changed = window.document()
        window.until("editor.documents._journal.flush()")
        window.kill()
    with open_window(display, tmp_path / "home", drawn=False) as again:
        again.until("editor.dialogs.current")
        again.frames(6)
        again.click("button('Recover')")
        again.until("document().graph.nodes")
        assert again.document() == changed
        assert again.ask("editor.workspace.dirty")
        again.move("canvas(0.5, 0.9)")
        again.key("ctrl+z")
        assert again.nodes()["blur"].get("state", "on") == "on"


def test_a_models_process_is_killed_the_picture_goes_on_and_the_model_comes_back(display: str, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {
            "pattern": ("source.test_pattern", SMALL, (0, 0)),
            "lines": ("model.lineart", {}, (300, 0)),
            "mix": ("filter.blend", {"mode": "screen"}, (600, 0)),
        },
        "pattern.image lines.image",
        "pattern.image mix.base",
        "lines.image mix.layer",
    )
    with open_window(display, tmp_path / "home", str(path), drawn=False) as window:
        window.key("ctrl+Return")
        window.until("editor.dialogs.current")
        window.frames(6)
        window.click("button('Accept and run')")
        window.until("editor.player.node('lines').state == 'running' and editor.player.node('mix').rate > 5", 60)
        before = servers(window)
        assert before
        for server in before:
            server.kill()
        made = "editor.player._going.run.nodes[{!r}].meter.runs".format
        picture, lines = window.ask(made("mix")), window.ask(made("lines"))
        window.until(f"{made('mix')} > {picture} + 20")
        assert window.ask("editor.player.state") == "running"
        window.until(f"{made('lines')} > {lines} + 10", 60)
        assert {one.pid for one in servers(window)}.isdisjoint(one.pid for one in before)
        window.until("editor.player.node('lines').state == 'running'", 60)


def servers(window: Window) -> list[psutil.Process]:
    """The processes of models that the editor has started."""
    children = psutil.Process(window.process.pid).children(recursive=True)
    return [one for one in children if one.status() != "zombie" and "server.py" in " ".join(one.cmdline())]
