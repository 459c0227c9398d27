"""Themes of the library: cards that stand out from the panel, and lines close together. Each is made once a context.

Dear PyGui gives every text the height of a button; `_low` takes that back where only texts are.
"""

from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.views.look import Look

Tag = int | str
_ROOM: Final = 9


def card_ground(look: Look) -> Tag:
    """Of a card: raised, with round corners and little room between its lines."""
    tag = f"library card {look.theme} {look.scale}"
    if not dpg.does_item_exist(tag):
        with dpg.theme(tag=tag):
            with dpg.theme_component(dpg.mvAll):
                dpg.add_theme_color(dpg.mvThemeCol_ChildBg, look.color("raised"))
                dpg.add_theme_style(dpg.mvStyleVar_ChildRounding, look.px(7))
                dpg.add_theme_style(dpg.mvStyleVar_WindowPadding, look.px(_ROOM), look.px(_ROOM))
                dpg.add_theme_style(dpg.mvStyleVar_ItemSpacing, look.px(6), look.px(5))
            _low()
    return tag


def lines(look: Look, spacing: int = 4) -> Tag:
    """Of texts that belong together; spacing: between two of them."""
    tag = f"library lines {spacing} {look.scale}"
    if not dpg.does_item_exist(tag):
        with dpg.theme(tag=tag):
            with dpg.theme_component(dpg.mvAll):
                dpg.add_theme_style(dpg.mvStyleVar_ItemSpacing, look.px(8), look.px(spacing))
            _low()
    return tag


def _low() -> None:
    with dpg.theme_component(dpg.mvText):
        dpg.add_theme_style(dpg.mvStyleVar_FramePadding, 0, 0)
