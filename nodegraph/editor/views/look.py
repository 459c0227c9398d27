"""How the editor looks: fonts, colours and sizes for a theme and a display scale; both can change while it runs."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.looks import THEMES, Color, category_color, type_color
from nodegraph.editor.views.theme import bind_theme, button_theme

_FONTS: Final = {
    "body": ("Inter-Regular.otf", 15.0),
    "bold": ("Inter-SemiBold.otf", 15.0),
    "small": ("Inter-Regular.otf", 13.0),
    "title": ("Inter-SemiBold.otf", 19.0),
    "mono": ("JetBrainsMono-Regular.ttf", 13.0),
    "icon": ("FontAwesome6Free-Solid-900.ttf", 14.0),
}
_TEXTS: Final = ("dim", "value", "accent", "good", "warning", "error", "title", "text")
"""Colours that texts have of their own."""


class Look:
    """Make one after the context. theme: "dark" or "light". scale: of texts and sizes, 1.0 is a usual display."""

    def __init__(self, theme: str, scale: float) -> None:
        self.theme = theme if theme in THEMES else "dark"
        self.scale = min(max(scale, 0.75), 3.0)
        folder = files("nodegraph.editor.views") / "fonts"
        with dpg.font_registry():
            self._fonts: dict[str, Any] = {
                name: dpg.add_font(str(folder / file), round(size * self.scale))
                for name, (file, size) in _FONTS.items()
            }
        dpg.bind_font(self._fonts["body"])
        self._bound: int | str = 0
        self._buttons: dict[str, int | str] = {}
        self._bind()

    # --- what views ask for -----------------------------------------------------------------------------------------

    def color(self, name: str) -> Color:
        """A colour by its use; see `looks.THEMES`. Raises KeyError for a name that is not there."""
        return THEMES[self.theme][name]

    def type_color(self, type: str) -> Color:
        """The colour of a port type."""
        return type_color(type, self.theme)

    def category_color(self, category: str, muted: bool = False) -> Color:
        """The colour of a category's title bars; muted: of a node that is not at work."""
        if muted:
            red, green, blue, _ = category_color(category)
            grey = (red + green + blue) // 3
            return (red + 3 * grey) // 4, (green + 3 * grey) // 4, (blue + 3 * grey) // 4, 140
        return category_color(category)

    def font(self, name: str) -> int | str:
        """A font item: body, bold, small, title, mono or icon."""
        font: int | str = self._fonts[name]
        return font

    def px(self, size: float) -> int:
        """A size in pixels of this display."""
        return round(size * self.scale)

    def button(self, kind: str) -> int | str:
        """The theme of a button: primary, danger, quiet or icon."""
        if kind not in self._buttons:
            self._buttons[kind] = button_theme(THEMES[self.theme], kind, self.scale)
        return self._buttons[kind]

    # --- changes while it runs --------------------------------------------------------------------------------------

    def switch(self, theme: str) -> None:
        """Another theme; buttons and coloured texts keep what they say, in new colours."""
        if theme in THEMES and theme != self.theme:
            old, self.theme = self.theme, theme
            self._bind()
            _recolor(THEMES[old], THEMES[theme])

    def rescale(self, scale: float) -> None:
        """Another display scale."""
        scale = min(max(scale, 0.75), 3.0)
        if scale != self.scale:
            self.scale = scale
            for name, (_, size) in _FONTS.items():
                dpg.configure_item(self._fonts[name], size=round(size * scale))
            self._bind()

    def _bind(self) -> None:
        old = self._bound
        self._bound = bind_theme(THEMES[self.theme], self.scale)
        if old:
            dpg.delete_item(old)
        for kind, item in self._buttons.items():
            dpg.delete_item(item, children_only=True)
            button_theme(THEMES[self.theme], kind, self.scale, item)


def _recolor(old: Mapping[str, Color], new: Mapping[str, Color]) -> None:
    """Texts that were made in a colour of the old palette get it from the new one."""
    names = {old[name]: name for name in _TEXTS}
    for item in dpg.get_all_items():
        if dpg.get_item_type(item).endswith("::mvText"):
            color = tuple(round(255 * part) for part in dpg.get_item_configuration(item)["color"])
            if color in names:
                dpg.configure_item(item, color=new[names[color]])
