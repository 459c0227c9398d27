"""Buttons with an icon, with a tooltip, in a theme of ours."""

from collections.abc import Callable
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look

Tag = int | str
TIP_AFTER = 0.5
"""Seconds until a tooltip shows."""


def icon_button(
    look: Look,
    parent: Tag,
    icon: str,
    tip: str,
    pressed: Callable[..., Any],
    user_data: Any = None,
    kind: str = "icon",
    width: float = 0,
) -> Tag:
    """A button with one icon; `tip` says what it does ("" leaves that to the caller).

    kind: see `Look.button`. width: 0 fits the icon.
    """
    button: Tag = dpg.add_button(
        label=ICONS[icon], parent=parent, callback=pressed, user_data=user_data, width=look.px(width) if width else 0
    )
    dpg.bind_item_font(button, look.font("icon"))
    dpg.bind_item_theme(button, look.button(kind))
    if tip:
        tooltip(look, button, tip)
    return button


def text_button(
    look: Look, parent: Tag, label: str, pressed: Callable[..., Any], user_data: Any = None, kind: str = "quiet"
) -> Tag:
    """A button with words."""
    button: Tag = dpg.add_button(label=label, parent=parent, callback=pressed, user_data=user_data)
    dpg.bind_item_theme(button, look.button(kind))
    return button


def tooltip(look: Look, item: Tag, text: str) -> Tag:
    """Words that show over `item` after a moment; returns the text, to change it."""
    with dpg.tooltip(item, delay=TIP_AFTER):
        shown: Tag = dpg.add_text(text, wrap=look.px(360))
    dpg.bind_item_font(shown, look.font("small"))
    return shown


def icon_text(look: Look, parent: Tag, icon: str, color: str) -> Tag:
    """An icon that is no button; color: its use in the theme."""
    text: Tag = dpg.add_text(ICONS[icon], color=look.color(color), parent=parent)
    dpg.bind_item_font(text, look.font("icon"))
    return text
