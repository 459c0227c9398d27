"""Palette, menus, keys and help in the real window, by mouse and keyboard."""

from collections.abc import Iterator

import pytest

from tests.gui.harness import Window
from tests.gui.harness.window import RIGHT

pytestmark = pytest.mark.display
EMPTY = "world(560, 420)"


@pytest.fixture(autouse=True)
def _nothing_left_open(gui: Window) -> Iterator[None]:
    yield
    gui.ask("(editor.node_help.close(), editor.tour.stop())")
    gui.key("Escape")


def marked(gui: Window) -> str:
    title: str = gui.ask("editor.palette.marked.title")
    return title


@pytest.mark.parametrize("how", ["tab", "double", "right"])
def test_a_node_is_searched_for_and_added_with_the_keyboard_where_the_pointer_is(gui: Window, how: str) -> None:
    gui.move(EMPTY)
    if how == "tab":
        gui.key("Tab")
    elif how == "double":
        gui.double(EMPTY)
    else:
        gui.click(EMPTY, RIGHT)
    gui.frames(4)
    gui.type("kaleid")
    assert marked(gui) == "Kaleidoscope"
    gui.key("Return")
    left, top, right, _ = gui.ask("editor.canvas.scene.rect('kaleidoscope')")
    assert ((left + right) / 2, top + 14) == pytest.approx((560, 420), abs=3)
    assert gui.ask("editor.workspace.selected_nodes") == ["kaleidoscope"]
    gui.key("ctrl+z")
    assert "kaleidoscope" not in gui.nodes()


def test_a_wire_dropped_on_the_canvas_searches_for_what_fits_and_connects_it(gui: Window) -> None:
    gui.drag("pin('blur', 'image', 'out')", EMPTY)
    gui.frames(4)
    assert gui.ask("editor.palette.heading") == "Add a node that takes image"
    gui.type("mirr")
    gui.key("Return")
    assert "blur.image -> mirror.image" in gui.wires()
    gui.key("ctrl+z")
    assert "mirror" not in gui.nodes()


def test_arrows_move_the_mark_and_escape_chooses_nothing(gui: Window) -> None:
    gui.move(EMPTY)
    gui.key("Tab")
    gui.type("blur")
    first = marked(gui)
    gui.key("Down", "Down", "Up")
    assert gui.ask("editor.palette.index") == 1
    assert marked(gui) != first
    gui.key("Escape")
    assert not gui.ask("editor.palette.is_open")
    assert set(gui.nodes()) == {"pattern", "blur", "screen", "invert"}


def test_letters_typed_into_a_field_are_no_commands(gui: Window) -> None:
    gui.click("title('invert')")
    gui.move(EMPTY)
    gui.key("Tab")
    gui.type("fx")
    gui.key("BackSpace", "Delete", "ctrl+a")
    assert gui.ask("editor.palette.query") == "f"
    gui.key("Escape")
    assert "invert" in gui.nodes()
    assert gui.ask("editor.workspace.selected_nodes") == ["invert"]


def test_a_click_elsewhere_closes_the_palette(gui: Window) -> None:
    gui.move("world(100, 300)")
    gui.key("Tab")
    gui.frames(4)
    gui.click("canvas(0.98, 0.5)")
    assert not gui.ask("editor.palette.is_open")


def test_a_click_on_a_line_adds_it(gui: Window) -> None:
    gui.move("world(100, 300)")
    gui.key("Tab")
    gui.type("kaleid")
    palette = "next(one for one in app.views if type(one).__name__ == 'PaletteView')"
    left, top = gui.ask(f"dpg.get_item_rect_min({palette}._box._choices.surface)")
    gui.click((left + 60, top + 10))
    assert "kaleidoscope" in gui.nodes()
    gui.key("ctrl+z")


def test_what_a_menu_greys_and_checks_follows_the_state(gui: Window) -> None:
    menus = "next(one for one in app.views if type(one).__name__ == 'Menus')"
    item = f"{menus}._items['edit.bypass']"
    gui.key("ctrl+a", "ctrl+b")
    gui.move((200, 13), frames=4)
    assert gui.ask(f"dpg.get_value({item})") is True
    gui.key("ctrl+z", "Escape")
    gui.frames(3)
    assert gui.ask(f"dpg.get_item_configuration({item})['enabled']") is False
    assert gui.ask(f"dpg.get_value({item})") is False


def test_a_right_click_on_a_node_offers_what_can_be_done_with_it(gui: Window) -> None:
    gui.click("title('blur')", RIGHT)
    gui.frames(3)
    menu = "next(one for one in app.views if type(one).__name__ == 'ContextMenu')._window"
    labels = f"[dpg.get_item_label(one) for one in dpg.get_item_children({menu}, 1)]"
    assert "Delete and reconnect" in gui.ask(labels)
    assert gui.ask(f"dpg.is_item_shown({menu})")
    gui.key("Escape")
    assert not gui.ask(f"dpg.is_item_visible({menu})")
    assert gui.ask("editor.workspace.selected_nodes") == ["blur"]


def test_find_goes_to_a_node(gui: Window) -> None:
    gui.key("ctrl+f")
    gui.frames(4)
    gui.type("inver")
    gui.key("Return")
    assert gui.ask("editor.workspace.selected_nodes") == ["invert"]
    assert gui.ask("editor.finder.is_open") is False


def test_help_for_the_selected_node_and_the_shortcut_sheet(gui: Window) -> None:
    gui.click("title('blur')")
    gui.key("shift+F1")
    gui.frames(6)
    assert gui.ask("places.shows('Parameters')")
    gui.key("Escape")
    assert gui.ask("editor.node_help.page") is None
    gui.key("question")
    gui.frames(6)
    assert gui.ask("places.shows('Zoom at the pointer')")
    gui.key("question")
    assert gui.ask("editor.dialogs.current") is None


def test_commands_are_found_by_name(gui: Window) -> None:
    gui.key("ctrl+shift+p")
    gui.frames(4)
    gui.type("select all")
    gui.key("Return")
    assert len(gui.ask("editor.workspace.selected_nodes")) == 4


def test_copy_and_paste_use_the_systems_clipboard(gui: Window) -> None:
    gui.click("title('blur')")
    gui.key("ctrl+c")
    assert '"filter.gaussian_blur"' in gui.ask("dpg.get_clipboard_text()")
    gui.move(EMPTY)
    gui.key("ctrl+v")
    assert "blur2" in gui.nodes()
    gui.key("ctrl+z")


def test_an_empty_canvas_says_how_to_begin_and_can_be_clicked_through(gui: Window) -> None:
    gui.ask("editor.documents.new()")
    gui.frames(5)
    assert gui.ask("places.shows('Guided start')")
    gui.double("canvas(0.5, 0.42)")
    gui.frames(3)
    assert gui.ask("editor.palette.is_open")
    gui.key("Escape")


def test_the_guided_start_follows_what_is_done(gui: Window) -> None:
    gui.ask("__import__('nodegraph.editor.state.commands.table', fromlist=['run']).run(editor, 'help.tour')")
    gui.frames(5)
    assert gui.ask("places.shows('A graph is a recipe')")
    gui.click("button('Next')")
    assert gui.ask("editor.tour.step.title") == "Look around"
    gui.wheel("canvas(0.5, 0.3)", 1)
    assert gui.ask("editor.tour.step.title") == "Make it run"
    gui.click("button('Back')")
    assert gui.ask("editor.tour.step.title") == "Look around"
    gui.click("button('End the tour')")
    assert gui.ask("editor.tour.step") is None
