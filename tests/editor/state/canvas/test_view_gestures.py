"""What a hand does to the view: the camera, menus, texts, the minimap."""

import pytest

from nodegraph.editor.state.canvas.canvas import MIDDLE, RIGHT
from nodegraph.editor.state.canvas.gesture import Mods
from nodegraph.editor.state.canvas.requests import EditText, OpenMenu, OpenPalette
from nodegraph.editor.state.items import Item
from tests.editor.state.hand import EMPTY, ROW, Hand, graph_of, item, rich

# --- the camera, menus, texts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("button", "space"), [(MIDDLE, False), (0, True), (RIGHT, False)])
def test_the_canvas_is_panned(button: int, space: bool) -> None:
    hand = Hand(graph_of(ROW))
    hand.canvas.space = space
    camera = hand.canvas.camera
    start = camera.to_screen(EMPTY)
    hand.canvas.press(button, start, Mods())
    hand.canvas.move((start[0] + 60, start[1] + 40), Mods())
    hand.canvas.release(button, (start[0] + 60, start[1] + 40), Mods())
    assert (camera.x, camera.y) == (-460.0, -340.0)
    assert hand.asked == []
    assert hand.document is hand.start


def test_the_wheel_zooms_at_the_pointer() -> None:
    hand = Hand(graph_of(ROW))
    before = hand.canvas.camera.to_world((100.0, 50.0))
    hand.canvas.wheel(-3, (100.0, 50.0))
    assert hand.canvas.camera.zoom == pytest.approx(1.1**-3)
    assert hand.canvas.camera.to_world((100.0, 50.0)) == pytest.approx(before)


def test_a_right_click_opens_the_menu_of_what_is_there_or_the_palette() -> None:
    hand = Hand(rich())
    hand.click(hand.title("camera"), button=RIGHT)
    hand.click((150.0, 450.0), button=RIGHT)
    hand.click(EMPTY, button=RIGHT)
    kinds = [type(one) for one in hand.asked]
    assert kinds == [OpenMenu, OpenMenu, OpenPalette]
    assert hand.selected() == {"note"}


def test_a_right_click_on_the_selection_keeps_it() -> None:
    hand = Hand(graph_of(ROW))
    hand.drag((-20.0, -20.0), (400.0, 5.0))
    hand.click(hand.title("blur"), button=RIGHT)
    assert hand.selected() == {"camera", "blur"}


def test_a_double_click_searches_renames_or_disconnects() -> None:
    hand = Hand(rich())
    camera = hand.canvas.camera
    for point in (EMPTY, hand.title("blur"), (50.0, 450.0), (500.0, -50.0)):
        hand.canvas.double(camera.to_screen(point), Mods())
    asked = hand.asked
    assert isinstance(asked[0], OpenPalette)
    texts = [one.item for one in asked if isinstance(one, EditText)]
    assert texts == [item("blur"), item("note"), item("group")]
    x, y = hand.out("camera")
    hand.canvas.double(camera.to_screen((x + 30, y)), Mods())
    assert "camera.image -> blur.image" not in hand.wires()
    hand.undone()


def test_fit_shows_everything_or_the_selection() -> None:
    hand = Hand(rich())
    hand.canvas.fit_all()
    left, top, right, bottom = hand.canvas.camera.view
    assert all(left <= x and y >= top and u <= right and v <= bottom for x, y, u, v in hand.canvas.scene.everything())
    hand.workspace.select([Item("node", "screen")])
    hand.canvas.fit_selection()
    assert hand.canvas.camera.zoom == 1.0
    hand.canvas.center_on("camera")
    assert hand.selected() == {"camera"}
    hand.canvas.center_on("gone")
    assert hand.selected() == {"camera"}


# --- the minimap ----------------------------------------------------------------------------------------------------


def test_the_minimap_brings_a_place_to_the_middle_and_stays_still_meanwhile() -> None:
    hand = Hand(rich(), minimap=True)
    canvas = hand.canvas
    left, top, right, bottom = canvas.minimap.rect
    pixel = ((left + right) / 2, (top + bottom) / 2)
    wanted = canvas.minimap.to_world(pixel)
    fitting = canvas.minimap.fitting()
    canvas.press(0, pixel, Mods())
    assert canvas.camera.center == pytest.approx(wanted)
    canvas.move((left + 5, top + 5), Mods())
    assert canvas.minimap.fitting() == fitting
    canvas.release(0, (left + 5, top + 5), Mods())
    assert hand.document is hand.start


def test_nothing_is_hit_under_the_minimap() -> None:
    hand = Hand(rich(), minimap=True)
    hand.workspace.select([item("camera")])
    left, top, *_ = hand.canvas.minimap.rect
    hand.canvas.press(RIGHT, (left + 9, top + 9), Mods())
    hand.canvas.release(RIGHT, (left + 9, top + 9), Mods())
    hand.canvas.double((left + 9, top + 9), Mods())
    assert hand.asked == []
    assert hand.canvas.hit((left + 9, top + 9)).item is None


def test_an_empty_canvas_has_no_minimap() -> None:
    hand = Hand(graph_of(""), minimap=True)
    left, top, *_ = hand.canvas.minimap.rect
    before = vars(hand.canvas.camera).copy()
    hand.canvas.press(0, (left + 9, top + 9), Mods())
    hand.canvas.release(0, (left + 9, top + 9), Mods())
    assert vars(hand.canvas.camera) == before
