"""The canvas drawn in a context without a window: it follows the state, and nothing is left behind."""

import random
from collections.abc import Iterator
from pathlib import Path

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.core.preset import Preset
from nodegraph.editor.state.canvas.boxes import PinKey
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.edits import nodes
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import items_of
from nodegraph.editor.state.settings import Settings
from nodegraph.editor.views.canvas.canvas_view import CanvasView
from nodegraph.editor.views.canvas.node_view import NodeView
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure
from tests.editor.state.canvas.test_monkey import Monkey
from tests.editor.state.hand import NONE, REGISTRY, Hand, graph_of, rich
from tests.editor.state.running.support import TestSession


class Drawn:
    """An editor whose canvas is drawn, without a window."""

    def __init__(self, folder: Path) -> None:
        self.session = TestSession(REGISTRY)
        self.editor = Editor(self.session, Settings(folder / "settings.json"))
        self.look = Look("dark", 1.0)
        self.view = CanvasView(self.editor, self.look, Measure(self.look))
        self.view.build(dpg.add_window())
        self.view.resize(1200, 800)

    def show(self, document: Preset) -> None:
        self.editor.load(document)
        self.editor.player.stop()
        self.view.update()

    def items(self) -> int:
        """How many items there are to draw."""
        return sum("::mvDraw" in dpg.get_item_type(item) for item in dpg.get_all_items())

    def node(self, id: str) -> NodeView:
        return self.view.nodes._nodes[id]


@pytest.fixture
def drawn(tmp_path: Path) -> Iterator[Drawn]:
    dpg.create_context()
    made = Drawn(tmp_path)
    try:
        yield made
    finally:
        made.view.close()
        made.editor.close()
        made.session.close()
        dpg.destroy_context()


def shown(drawn: Drawn, id: str) -> bool:
    return bool(dpg.get_item_configuration(drawn.node(id).root)["show"])


def test_what_goes_leaves_nothing_behind(drawn: Drawn) -> None:
    left = []
    for _ in range(3):
        drawn.show(rich())
        before, workspace = drawn.items(), drawn.editor.workspace
        workspace.do("Delete", nodes.remove(workspace.document, items_of(workspace.document)))
        drawn.view.update()
        left.append(drawn.items())
        assert left[-1] < before - 50
    assert len(set(left)) == 1


def test_undo_draws_as_much_as_before(drawn: Drawn) -> None:
    drawn.show(rich())
    before, workspace = drawn.items(), drawn.editor.workspace
    for _ in range(5):
        workspace.do("Delete", nodes.remove(workspace.document, [Item("node", "blur")]))
        drawn.view.update()
        workspace.undo()
        drawn.view.update()
        assert drawn.items() == before


def test_what_is_out_of_sight_is_not_drawn(drawn: Drawn) -> None:
    drawn.show(graph_of("camera blur"))
    assert shown(drawn, "camera")
    drawn.editor.canvas.camera.x += 90_000
    drawn.view.update()
    assert not shown(drawn, "camera")
    drawn.editor.canvas.camera.x -= 90_000
    drawn.view.update()
    assert shown(drawn, "camera")


def test_far_away_there_is_less_to_draw_and_near_it_all_comes_back(drawn: Drawn) -> None:
    drawn.show(graph_of("camera blur blend", "camera.image blur.image"))
    camera = drawn.editor.canvas.camera
    near = drawn.node("blur")._near
    assert near is not None
    camera.zoom_at((600.0, 400.0), 0.25)
    drawn.view.update()
    far = drawn.node("blur")._far
    assert far is not None
    for part, is_shown in ((drawn.node("blur")._near_pen, False), (drawn.node("blur")._far_pen, True)):
        assert dpg.get_item_configuration(part.root)["show"] is is_shown
    camera.zoom_at((600.0, 400.0), 1.0)
    drawn.view.update()
    assert drawn.node("blur")._near is near, "it is not drawn anew"


def test_only_what_changed_is_drawn_anew(drawn: Drawn) -> None:
    drawn.show(rich())
    parts = {id: drawn.node(id)._near for id in rich().graph.nodes}
    workspace = drawn.editor.workspace
    workspace.do("Set", nodes.set_param(workspace.document, "blur", "passes", 3))
    drawn.view.update()
    assert [id for id, part in parts.items() if drawn.node(id)._near is not part] == ["blur"]


def test_a_pressed_node_is_drawn_last(drawn: Drawn) -> None:
    drawn.show(graph_of("camera blur blend screen"))
    canvas = drawn.editor.canvas
    left, top, *_ = canvas.scene.rect("blur")
    pixel = canvas.camera.to_screen((left + 60, top + 10))
    canvas.press(0, pixel, NONE)
    canvas.release(0, pixel, NONE)
    drawn.view.update()
    order = dpg.get_item_children(drawn.view.nodes._root, 2)
    assert order == [drawn.node(id).root for id in ("camera", "blend", "screen", "blur")]
    assert list(canvas.scene.boxes) == ["camera", "blend", "screen", "blur"]


def test_pins_that_refuse_are_pale_and_get_their_colour_back(drawn: Drawn) -> None:
    drawn.show(graph_of("wave blur words"))
    near = drawn.node("blur")._near
    assert near is not None
    item = near.pins[PinKey("blur", "in", "image")][0]

    def color() -> tuple[int, ...]:
        return tuple(round(255 * part) for part in dpg.get_item_configuration(item)["color"])

    before, canvas = color(), drawn.editor.canvas
    start = canvas.scene.pin_point(PinKey("wave", "out", "value"))
    assert start is not None
    x, y = canvas.camera.to_screen(start)
    canvas.press(0, (x, y), NONE)
    canvas.move((x + 50, y + 200), NONE)
    drawn.view.update()
    assert color() == drawn.look.color("pale") != before
    canvas.cancel()
    drawn.view.update()
    assert color() == before


def test_another_theme_and_scale_draw_all_anew(drawn: Drawn) -> None:
    drawn.show(rich())
    drawn.editor.canvas.camera.pan(1, 0)  # what was made to fit is made to fit the scale too
    before, near = drawn.items(), drawn.node("blur")._near
    drawn.look.switch("light")
    drawn.view.update()
    assert drawn.node("blur")._near is not near
    drawn.look.rescale(2.0)
    drawn.view.update()
    drawn.look.rescale(1.0)
    drawn.look.switch("dark")
    drawn.view.update()
    assert drawn.items() == before


@pytest.mark.parametrize("seed", [1, 2])
def test_a_monkey_can_be_watched(drawn: Drawn, seed: int) -> None:
    """Whatever the monkey does, drawing it makes no mistake, and in the end as much is drawn as at the start."""
    drawn.show(rich())
    canvas = drawn.editor.canvas
    canvas.fit_all()
    drawn.view.update()
    hand = Hand.__new__(Hand)
    hand.start, hand.workspace, hand.canvas = drawn.editor.workspace.document, drawn.editor.workspace, canvas
    hand.asked = []
    monkey = Monkey(hand, seed)
    chance = random.Random(seed)
    for _ in range(400):
        monkey.gesture()
        if chance.random() < 0.5:
            drawn.view.update()
    canvas.cancel()
    while hand.workspace.undo():
        pass
    drawn.view.update()
    assert set(drawn.view.nodes._nodes) == set(rich().graph.nodes)
    assert hand.document == hand.start
