"""What a node says about itself, and what is said about the thing under the pointer."""

from typing import Any

import pytest

from nodegraph.editor.state.canvas.marks import PLAIN, Mark, Marks, mark_of, milliseconds, rate
from nodegraph.editor.state.canvas.scene import Hit
from nodegraph.editor.state.canvas.tips import Tip, Tips
from nodegraph.editor.state.edits import nodes
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.running.shows import IDLE, NodeShow
from tests.editor.state.hand import Hand, graph_of, rich

RUNNING = NodeShow("running", ms=12.34, rate=29.97)


def marks(hand: Hand, shows: dict[str, NodeShow] | None = None) -> Marks:
    found = shows or {}
    return Marks(hand.workspace, lambda id: found.get(id, IDLE))


@pytest.mark.parametrize(
    ("show", "mark"),
    [
        (IDLE, PLAIN),
        (RUNNING, Mark("plain", "", "12.3 ms · 30/s")),
        (
            NodeShow("failed", message="No file.", hint="Choose one.", rate=30.0),
            Mark("error", "error", "No file.", "No file.", "Choose one."),
        ),
        (NodeShow("waiting", message="Loading."), Mark("warning", "wait", "Loading.", "Loading.")),
        (NodeShow("skipped", message="It waits."), Mark("quiet", "warning", "It waits.", "It waits.")),
        (NodeShow("muted"), PLAIN),
    ],
)
def test_a_running_node_is_marked(show: NodeShow, mark: Mark) -> None:
    assert mark_of(show) == mark


@pytest.mark.parametrize(("value", "text"), [(0.04, "0.0 ms"), (12.34, "12.3 ms"), (250.4, "250 ms"), (1530, "1.5 s")])
def test_times_are_short(value: float, text: str) -> None:
    assert milliseconds(value) == text


def test_rates_are_short() -> None:
    assert (rate(29.97), rate(0.5), rate(9.96)) == ("30/s", "0.5/s", "10/s")


def test_a_node_that_does_not_run_says_what_is_wrong_with_it() -> None:
    hand = Hand(graph_of("camera blur blend", "camera.image blur.image"))
    hand.workspace.do("Set", nodes.set_param(hand.document, "blur", "radius", "soft"))
    mark = marks(hand).of("blur")
    assert mark.level == "error"
    assert mark.sentence.startswith("Radius: 'soft' is not a number")
    assert marks(hand).of("blend").level == "quiet", "what is not connected yet is no mistake"
    assert marks(hand).of("camera") == PLAIN
    assert marks(hand).of("gone") == PLAIN


def test_marks_follow_the_document() -> None:
    hand = Hand(graph_of("camera blur", "camera.image blur.image"))
    found = marks(hand, {"blur": RUNNING})
    assert found.of("blur").line == "12.3 ms · 30/s"
    hand.workspace.do("Bypass", nodes.set_state(hand.document, ["blur"], "bypass"))
    assert found.of("blur").icon == "bypass"
    hand.workspace.do("Mute", nodes.set_state(hand.document, ["blur", "camera"], "mute"))
    assert found.of("camera").icon == "mute"
    hand.workspace.do("Lose", nodes.remove(hand.document, [Item("node", "blur")]))
    assert found.of("blur") == PLAIN


def test_an_unknown_type_is_a_mistake() -> None:
    assert marks(Hand(graph_of("lost"))).of("lost").level == "error"


# --- tips -----------------------------------------------------------------------------------------------------------


def tip(hand: Hand, at: tuple[float, float], values: dict[str, Any] | None = None, mark: Mark = PLAIN) -> Tip | None:
    tips = Tips(hand.workspace, lambda node, output: (values or {}).get(f"{node}.{output}"), lambda _: mark)
    return tips.of(hand.canvas.scene.hit(at))


def test_a_pin_tells_its_type_and_what_it_carries() -> None:
    hand = Hand(rich())
    assert tip(hand, hand.out("wave", "value"), {"wave.value": 0.42}) == Tip("value", "number", "", "0.42")
    found = tip(hand, hand.into("blur"))
    assert found is not None
    assert (found.title, found.detail, found.value) == ("image", "image", "")


def test_a_parameter_tells_its_range_its_default_and_what_drives_it() -> None:
    hand = Hand(rich())
    driven = Tip("radius", "px", "How far. 0 to 100 px. Default: 5. Driven by Wave.", "7")
    assert tip(hand, hand.row("blur", "radius"), {"wave.value": 7}) == driven
    assert tip(hand, hand.into("blur", "radius"), {"wave.value": 7}) == driven
    assert tip(hand, hand.row("blur", "edge")) == Tip("edge", "choice", "Default: wrap.")


def test_a_wire_tells_its_ends_and_what_it_converts() -> None:
    hand = Hand(graph_of("wave words", "wave.value words.text"))
    x, y = hand.out("wave", "value")
    found = tip(hand, (x + 30, y))
    assert found == Tip("Wave · value → Words · text", "number", "Converts number to text.")
    wrong = Hand(graph_of("wave screen", "wave.value screen.image"))
    misfit = tip(wrong, (x + 30, y))
    assert misfit is not None
    assert misfit.wrong == "The two ends do not fit."


def test_a_node_tells_its_mistake_anywhere_and_what_it_is_on_its_title() -> None:
    hand = Hand(nodes.rename(graph_of("blur"), "blur", "Soft"))
    mark = Mark("error", "error", "No.", "No.", "Do this.")
    left, _, right, bottom = hand.canvas.scene.rect("blur")
    body = ((left + right) / 2, bottom - 4)
    assert tip(hand, body) is None
    assert tip(hand, body, mark=mark) == Tip("Soft", "Blur", "", "", "No. Do this.")
    assert tip(hand, hand.title("blur")) == Tip("Soft", "Blur")


def test_the_empty_canvas_notes_and_frames_say_nothing() -> None:
    hand = Hand(rich())
    for at in ((-300.0, -300.0), (50.0, 450.0), (500.0, -50.0)):
        assert tip(hand, at) is None


def test_leaving_the_canvas_ends_the_hover() -> None:
    hand = Hand(rich())
    hand.move(hand.title("blur"))
    assert hand.canvas.hover != Hit()
    hand.canvas.leave()
    assert hand.canvas.hover == Hit()
