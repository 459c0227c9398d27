"""Menus, keys and lists in a context without a window."""

from collections.abc import Iterator
from typing import Any

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.editor.state.commands.command import MENUS
from nodegraph.editor.state.commands.table import BY_ID, COMMANDS
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.choices import Choices, Line
from nodegraph.editor.views.keys import Keys
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure
from nodegraph.editor.views.menus import Menus
from tests.editor.state.support import editor_of, select


@pytest.fixture
def editor() -> Iterator[Editor]:
    dpg.create_context()
    with editor_of("starter") as editor:
        yield editor
    dpg.destroy_context()


@pytest.fixture
def look(editor: Editor) -> Look:
    return Look("dark", 1.0)


@pytest.fixture
def menus(editor: Editor, look: Look) -> Menus:
    with dpg.window(), dpg.menu_bar() as bar:
        made = Menus(editor, look, Keys(editor))
        made.build(bar)
    made.update()
    return made


def shown(item: int | str) -> dict[str, Any]:
    return dict(dpg.get_item_configuration(item))


def test_every_command_is_in_its_menu_with_its_keys(menus: Menus) -> None:
    for command in COMMANDS:
        item = menus._items[command.id]
        assert shown(item)["shortcut"] == command.shortcut
        above = [item]
        while above[-1]:
            above.append(dpg.get_item_parent(above[-1]) or 0)
        assert command.menu in [dpg.get_item_label(one) for one in above if one]


def test_what_cannot_be_done_is_grey_and_what_is_on_is_checked(menus: Menus, editor: Editor) -> None:
    bypass = menus._items["edit.bypass"]
    assert not shown(bypass)["enabled"]
    select(editor, "glow")
    BY_ID["edit.bypass"].run(editor)
    menus.update()
    assert shown(bypass)["enabled"]
    assert dpg.get_value(bypass)
    assert dpg.get_item_label(menus._items["edit.undo"]) == "Undo Bypass"


def test_files_that_are_not_remembered_have_no_line(menus: Menus, editor: Editor) -> None:
    assert not shown(menus._items["file.recent_1"])["show"]
    editor.settings.recent = ["/nowhere/dusk.json"]
    menus.update()
    assert shown(menus._items["file.recent_1"])["show"]
    assert dpg.get_item_label(menus._items["file.recent_1"]) == "dusk.json"
    assert not shown(menus._items["file.recent_1"])["enabled"]


def test_a_click_carries_the_command_out(menus: Menus, editor: Editor) -> None:
    menus._chosen(0, None, BY_ID["edit.select_all"])
    assert len(editor.workspace.selected_nodes) == 10


def test_the_menus_are_in_order(menus: Menus) -> None:
    first = {menu: next(one.id for one in COMMANDS if one.menu == menu) for menu in MENUS}
    items = [menus._items[id] for id in first.values()]
    assert items == sorted(items, key=int)


@pytest.mark.parametrize(
    ("key", "after"),
    [(dpg.mvKey_Escape, 0), (dpg.mvKey_Delete, 0), (dpg.mvKey_LControl, 1), (656, 1), (999, 1)],
)
def test_keys_reach_the_selection_and_other_numbers_do_nothing(editor: Editor, key: int, after: int) -> None:
    select(editor, "glow")
    Keys(editor)._pressed(0, key)
    assert len(editor.workspace.selected_nodes) == after


def test_a_key_that_is_held_is_one_command_but_moves_a_mark_again_and_again(editor: Editor) -> None:
    keys = Keys(editor)
    select(editor, "glow")
    keys._pressed(0, dpg.mvKey_Delete)
    select(editor, "trails")
    keys._pressed(0, dpg.mvKey_Delete)
    assert "trails" in editor.workspace.document.graph.nodes
    editor.palette.open((0, 0), (0, 0))
    keys._pressed(0, dpg.mvKey_Down)
    keys._pressed(0, dpg.mvKey_Down)
    assert editor.palette.index == 2


def test_while_a_dialog_is_open_the_graph_gets_no_keys(editor: Editor) -> None:
    select(editor, "glow")
    editor.dialogs.show(object())
    Keys(editor)._pressed(0, dpg.mvKey_Delete)
    assert "glow" in editor.workspace.document.graph.nodes


def test_a_long_list_draws_only_what_is_in_sight(look: Look) -> None:
    with dpg.window() as window:
        choices = Choices(look, Measure(look), 12, 400)
        choices.build(window)
    lines = [Line(f"Line {number}", "detail", "filter", (1, 2, 3, 255)) for number in range(5000)]
    choices.update(lines, 0)
    texts = [one for one in dpg.get_item_children(choices.surface, 2) if "Text" in str(dpg.get_item_type(one))]
    assert 24 <= len(texts) <= 36
    choices.update(lines, 4999)
    written = [shown(one).get("text") for one in dpg.get_item_children(choices.surface, 2)]
    assert "Line 4999" in written
    choices.update([], 0)
    assert dpg.get_item_children(choices.surface, 2) == []
