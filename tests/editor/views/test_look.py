"""The look in a context without a window: fonts, colours, and changes while it runs."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import dearpygui.dearpygui as dpg
import pytest
from PIL import ImageFont

from nodegraph.editor.state.looks import THEMES
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look


@pytest.fixture(autouse=True)
def context() -> Iterator[None]:
    dpg.create_context()
    yield
    dpg.destroy_context()


def color_of(text: Any) -> tuple[int, ...]:
    return tuple(round(255 * part) for part in dpg.get_item_configuration(text)["color"])


def test_every_font_is_there_with_its_licence() -> None:
    look = Look("dark", 1.0)
    fonts = {look.font(name) for name in ("body", "bold", "small", "mono", "title", "icon")}
    assert len(fonts) == 6
    folder = files("nodegraph.editor.views") / "fonts"
    for family in ("Inter", "JetBrainsMono", "FontAwesome6Free"):
        licence = (folder / f"{family}-OFL.txt").read_text()
        assert "SIL OPEN FONT LICENSE" in licence.upper()
        assert "Version 1.1" in licence
        assert "Copyright" in licence


def test_sizes_follow_the_display_scale() -> None:
    look = Look("dark", 1.5)
    assert (look.px(8), look.px(1)) == (12, 2)
    look.rescale(2.0)
    assert look.px(8) == 16


def test_a_nonsense_scale_stays_within_what_can_be_read() -> None:
    look = Look("dark", 40.0)
    assert look.scale == 3.0
    look.rescale(0.01)
    assert look.scale == 0.75


def test_an_unknown_theme_is_dark() -> None:
    look = Look("plaid", 1.0)
    look.switch("polka")
    assert look.theme == "dark"


def test_texts_that_are_there_change_their_colour_with_the_theme() -> None:
    look = Look("dark", 1.0)
    with dpg.window():
        texts = {name: dpg.add_text(name, color=look.color(name)) for name in ("dim", "good", "error", "text")}
        own = dpg.add_text("own", color=(1, 2, 3))
        usual = dpg.add_text("usual")
    before = dpg.get_item_configuration(usual)["color"]
    look.switch("light")
    assert {name: color_of(item) for name, item in texts.items()} == {name: THEMES["light"][name] for name in texts}
    assert color_of(own)[:3] == (1, 2, 3)
    assert dpg.get_item_configuration(usual)["color"] == before
    look.switch("dark")
    assert color_of(texts["dim"]) == THEMES["dark"]["dim"]


def test_changing_the_look_leaves_no_items_behind() -> None:
    look = Look("dark", 1.0)
    for kind in ("primary", "danger", "quiet", "icon"):
        look.button(kind)
    there = len(dpg.get_all_items())
    for _ in range(3):
        look.switch("light")
        look.rescale(1.5)
        look.switch("dark")
        look.rescale(1.0)
    assert len(dpg.get_all_items()) == there


def test_icons_are_single_glyphs_of_the_private_use_area() -> None:
    assert all(len(glyph) == 1 and "\ue000" <= glyph <= "\uf8ff" for glyph in ICONS.values())


def test_the_icon_font_has_every_glyph_that_is_named() -> None:
    font = ImageFont.truetype(str(files("nodegraph.editor.views") / "fonts" / "FontAwesome6Free-Solid-900.ttf"), 14)
    unknown = bytes(font.getmask("\uf8fe"))
    assert [name for name, glyph in ICONS.items() if bytes(font.getmask(glyph)) == unknown] == []
