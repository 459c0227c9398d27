"""Monkeys at the real window: thousands of random gestures, then hundreds with the real mouse; nothing breaks."""

import random
from pathlib import Path

import pytest

from tests.gui.graphs import row_of_three
from tests.gui.harness import open_window
from tests.gui.harness.window import LEFT, MIDDLE, RIGHT

pytestmark = pytest.mark.display
GESTURES, AT_ONCE = 5_000, 250
MADE = "setattr(app, 'monkey', __import__('tests.gui.monkey', fromlist=['Monkey']).Monkey(app, 20_261_121))"
KEYS = ("Delete", "ctrl+z", "ctrl+y", "ctrl+c", "ctrl+v", "ctrl+d", "ctrl+b", "ctrl+m", "ctrl+a", "ctrl+g", "f", "Home")


def test_a_monkey_breaks_nothing_and_all_it_did_can_be_undone(display: str, tmp_path: Path) -> None:
    with open_window(display, tmp_path / "home", str(row_of_three(tmp_path)), drawn=False) as window:
        window.ask(MADE)
        for _ in range(GESTURES // AT_ONCE):
            assert window.ask(f"app.monkey.steps({AT_ONCE})") >= 0
            assert window.ask("app.monkey.is_valid()")
        assert sum(window.ask("app.monkey.done").values()) == GESTURES
        assert window.ask("app.monkey.undo_all()")
        assert set(window.nodes()) == {"pattern", "blur", "screen", "invert"}


def test_a_monkey_with_a_mouse_breaks_nothing(display: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    with open_window(display, tmp_path / "home", str(row_of_three(tmp_path)), drawn=False) as window:
        start = window.document()
        (left, top), (right, bottom) = window.at("canvas(0, 0)"), window.at("canvas(1, 1)")
        for _ in range(30):
            words: list[object] = []
            for _ in range(chance.randint(1, 6)):
                words += ["mousemove", round(chance.uniform(left, right)), round(chance.uniform(top, bottom))]
                words += chance.choice([["click", LEFT], ["click", RIGHT], ["click", 4], ["click", 5], []])
                button = chance.choice([LEFT, LEFT, MIDDLE, RIGHT])
                words += ["mousedown", button, "sleep", 0.02]
                words += ["mousemove", round(chance.uniform(left, right)), round(chance.uniform(top, bottom))]
                words += ["sleep", 0.02, "mouseup", button]
            window.xdotool(*words, "key", chance.choice(KEYS), "key", "Escape")
            window.frames(2)
        window.key("Escape", "Escape")
        assert not window.ask("app.mistakes")
        window.ask("[editor.workspace.undo() for _ in range(len(editor.workspace.history.undos))]")
        assert window.document() == start
