"""The colours and sizes of Dear PyGui's own widgets, from our palette."""

from collections.abc import Mapping
from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.looks import Color

Palette = Mapping[str, Color]

_COLORS: Final = {
    "panel": ("WindowBg", "MenuBarBg", "TitleBg", "TitleBgActive", "TitleBgCollapsed", "ChildBg"),
    "raised": ("PopupBg", "TableHeaderBg"),
    "border": ("Border", "Separator", "TableBorderStrong", "TableBorderLight", "TabDimmedSelectedOverline"),
    "field": ("FrameBg",),
    "field_hot": ("FrameBgHovered", "FrameBgActive"),
    "button": ("Button", "Header", "ScrollbarGrab", "TabSelected", "TabDimmedSelected"),
    "button_hot": ("ButtonHovered", "HeaderHovered", "ScrollbarGrabHovered", "TabHovered"),
    "accent_dark": ("ButtonActive", "HeaderActive", "ScrollbarGrabActive"),
    "accent": (
        "CheckMark",
        "SliderGrab",
        "SliderGrabActive",
        "SeparatorHovered",
        "SeparatorActive",
        "TabSelectedOverline",
        "PlotHistogram",
        "PlotLines",
        "DragDropTarget",
        "NavCursor",
        "ResizeGripHovered",
        "ResizeGripActive",
    ),
    "text": ("Text",),
    "dim": ("TextDisabled",),
}
_CLEAR: Final = ("ScrollbarBg", "ResizeGrip", "TableRowBg", "Tab", "TabDimmed")
_STYLES: Final[Mapping[str, tuple[float, ...]]] = {
    "WindowPadding": (10, 8),
    "FramePadding": (8, 4),
    "ItemSpacing": (8, 6),
    "ItemInnerSpacing": (6, 4),
    "CellPadding": (6, 3),
    "ScrollbarSize": (11,),
    "GrabMinSize": (10,),
    "WindowRounding": (8,),
    "ChildRounding": (0,),
    "FrameRounding": (5,),
    "PopupRounding": (7,),
    "ScrollbarRounding": (6,),
    "GrabRounding": (4,),
    "TabRounding": (5,),
}
_DISABLED: Final = (
    "mvButton",
    "mvCheckbox",
    "mvCombo",
    "mvSliderFloat",
    "mvSliderInt",
    "mvDragFloat",
    "mvDragInt",
    "mvInputText",
    "mvInputFloat",
    "mvInputInt",
    "mvColorEdit",
    "mvRadioButton",
    "mvMenuItem",
)
_OFF: Final = {
    "Text": "dim",
    "CheckMark": "dim",
    "SliderGrab": "button_hot",
    "SliderGrabActive": "button_hot",
    "FrameBgHovered": "field",
    "FrameBgActive": "field",
    "ButtonHovered": "button",
    "ButtonActive": "button",
}
"""Colours of widgets that cannot be used now: nothing lights up under the pointer."""
_PLOT: Final = {
    "AxisText": "dim",
    "AxisGrid": "border",
    "PlotBorder": "border",
    "PlotBg": "field",
    "LegendText": "text",
}


def bind_theme(palette: Palette, scale: float) -> int | str:
    """Make the theme of everything and bind it; returns it."""
    theme: int | str = dpg.add_theme()
    part = dpg.add_theme_component(dpg.mvAll, parent=theme)
    for use, names in _COLORS.items():
        for name in names:
            dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), palette[use], parent=part)
    for name in _CLEAR:
        dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), (0, 0, 0, 0), parent=part)
    dpg.add_theme_color(dpg.mvThemeCol_ModalWindowDimBg, (8, 9, 12, 140), parent=part)
    dpg.add_theme_color(dpg.mvThemeCol_TextSelectedBg, (*palette["accent"][:3], 90), parent=part)
    dpg.add_theme_color(dpg.mvThemeCol_TableRowBgAlt, (*palette["text"][:3], 8), parent=part)
    for name, use in _PLOT.items():
        color = getattr(dpg, f"mvPlotCol_{name}")
        dpg.add_theme_color(color, palette[use], category=dpg.mvThemeCat_Plots, parent=part)
    for name, values in _STYLES.items():
        scaled = [round(value * scale) for value in values]
        dpg.add_theme_style(getattr(dpg, f"mvStyleVar_{name}"), *scaled, parent=part)
    dpg.add_theme_style(dpg.mvStyleVar_WindowBorderSize, 1, parent=part)
    dpg.add_theme_style(dpg.mvStyleVar_FrameBorderSize, 0, parent=part)
    for kind in _DISABLED:
        off = dpg.add_theme_component(getattr(dpg, kind), enabled_state=False, parent=theme)
        for name, use in _OFF.items():
            dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), palette[use], parent=off)
    dpg.bind_theme(theme)
    return theme


def button_theme(palette: Palette, kind: str, scale: float, theme: int | str = 0) -> int | str:
    """A theme for buttons: primary (what one most likely wants), danger, quiet (text only), icon (quiet and square)."""
    theme = theme or dpg.add_theme()
    part = dpg.add_theme_component(dpg.mvButton, parent=theme)
    ground, hot, text = {
        "primary": (palette["primary"], palette["primary_hot"], (255, 255, 255, 255)),
        "danger": ((*palette["error"][:3], 60), (*palette["error"][:3], 120), palette["text"]),
        "quiet": ((0, 0, 0, 0), palette["button"], palette["text"]),
        "icon": ((0, 0, 0, 0), palette["button_hot"], palette["text"]),
    }[kind]
    dpg.add_theme_color(dpg.mvThemeCol_Button, ground, parent=part)
    dpg.add_theme_color(dpg.mvThemeCol_ButtonHovered, hot, parent=part)
    dpg.add_theme_color(dpg.mvThemeCol_ButtonActive, hot, parent=part)
    dpg.add_theme_color(dpg.mvThemeCol_Text, text, parent=part)
    if kind == "icon":
        dpg.add_theme_style(dpg.mvStyleVar_FramePadding, round(6 * scale), round(5 * scale), parent=part)
    return theme
