"""What every part of the inspector is built with: widths, texts, rows, buttons, and who hears that a field was left."""

from collections.abc import Callable
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.inspector.changes import Changes
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure

Tag = int | str
_BODY: Final = 15.0
_GAP: Final = 6
_ICON: Final = 26
_NARROW: Final = 240


class Kit:
    """Belongs to one panel. width: of its content in pixels, set before parts are built.

    memory: what outlives a rebuild: which sections are open, and the like. revision: another one has the page built
    anew.
    """

    def __init__(self, editor: Editor, look: Look) -> None:
        self.editor, self.look = editor, look
        self.measure = Measure(look)
        self.width = self.revision = 0
        self.memory: dict[str, Any] = {}
        self._left: dict[Tag, Callable[[], None]] = {}
        self._themes: dict[str, Tag] = {}
        self._sections: dict[str, Tag] = {}
        with dpg.item_handler_registry() as self._handlers:
            dpg.add_item_deactivated_handler(callback=self._deactivated)

    @property
    def changes(self) -> Changes:
        """What a person does becomes one of these."""
        return Changes(self.editor.workspace)

    # --- fields -----------------------------------------------------------------------------------------------------

    def watch(self, item: Tag, left: Callable[[], None] | None = None) -> None:
        """When this field is let go of, call `left` and end the undo step."""
        dpg.bind_item_handler_registry(item, self._handlers)
        if left is not None:
            self._left[item] = left

    def forget(self) -> None:
        """The fields are deleted now."""
        self._left.clear()

    def _deactivated(self, _sender: Any, item: Any) -> None:
        left = self._left.get(item)
        if left is not None and dpg.does_item_exist(item):
            left()
        self.changes.seal()

    # --- sizes ------------------------------------------------------------------------------------------------------

    @property
    def gap(self) -> int:
        """Between things in a row."""
        return self.look.px(_GAP)

    @property
    def icon_width(self) -> int:
        """Of a button that is only an icon."""
        return self.look.px(_ICON)

    @property
    def narrow(self) -> bool:
        """Whether names stand above their fields: beside them there is no room."""
        return self.width < self.look.px(_NARROW)

    @property
    def label_width(self) -> int:
        """Of the names on the left."""
        return int(min(max(self.width * 0.36, self.look.px(84)), self.look.px(150)))

    @property
    def field_width(self) -> int:
        """Of a field, with room for a button on its right."""
        return self.width - self.label_width - self.icon_width - 2 * self.gap

    def named(self, parent: Tag, title: str, tip: str = "") -> tuple[Tag, int]:
        """A line for a field with its name beside or above it: where the field goes, and how wide it may be."""
        row = self.row(parent)
        label = self.label(row, title, self.width if self.narrow else 0)
        if tip:
            self.tip(label, tip)
        return (parent, self.width) if self.narrow else (row, self.width - self.label_width - self.gap)

    # --- texts and buttons ------------------------------------------------------------------------------------------

    def text(self, parent: Tag, text: str, color: str = "text", font: str = "body", show: bool = True) -> Tag:
        """A text that is broken into lines."""
        item: Tag = dpg.add_text(text, parent=parent, wrap=self.width, color=self.look.color(color), show=show)
        if font != "body":
            dpg.bind_item_font(item, self.look.font(font))
        dpg.bind_item_theme(item, self._theme("tight"))
        return item

    def label(self, parent: Tag, text: str, width: int = 0) -> Tag:
        """A name in line with the field beside it; cut where it is too long."""
        width = width or self.label_width
        item: Tag = dpg.add_button(label=self.fitted(text, width), width=width, parent=parent)
        dpg.bind_item_theme(item, self._theme("label"))
        return item

    def fitted(self, text: str, width: int = 0) -> str:
        """A text cut to a width in pixels, that of names by default."""
        return self.measure.elided(text, "body", _BODY * self.look.scale, width or self.label_width)

    def button(
        self, parent: Tag, text: str, callback: Callable[..., None], user_data: Any = None, width: int = 0
    ) -> Tag:
        """A button with a word."""
        item: Tag = dpg.add_button(label=text, parent=parent, callback=callback, user_data=user_data, width=width)
        return item

    def icon(self, parent: Tag, name: str, callback: Callable[..., None], help: str, user_data: Any = None) -> Tag:
        """A button that is only an icon."""
        item: Tag = dpg.add_button(
            label=ICONS[name], parent=parent, callback=callback, user_data=user_data, width=self.icon_width
        )
        dpg.bind_item_font(item, self.look.font("icon"))
        dpg.bind_item_theme(item, self._theme("icon"))
        self.tip(item, help)
        return item

    def tip(self, item: Tag, text: str) -> None:
        """What is said when the pointer rests on an item."""
        if text:
            with dpg.tooltip(item, delay=0.5):
                tip = dpg.add_text(text, wrap=self.look.px(280))
                dpg.bind_item_font(tip, self.look.font("small"))

    def row(self, parent: Tag) -> Tag:
        """A line of things beside each other."""
        row: Tag = dpg.add_group(horizontal=True, horizontal_spacing=self.gap, parent=parent)
        return row

    def space(self, parent: Tag, size: float = 4) -> None:
        """Some room."""
        dpg.add_spacer(height=self.look.px(size), parent=parent)

    def section(self, parent: Tag, title: str, open: bool = True) -> Tag:
        """A part with a heading that folds; it is remembered whether it is open."""
        self.space(parent, 2)
        header: Tag = dpg.add_collapsing_header(
            label=title, parent=parent, default_open=self.memory.get(f"open {title}", open)
        )
        self._sections[title] = header
        return header

    def remember(self) -> None:
        """Before everything is built anew: which sections are open."""
        for title, header in self._sections.items():
            if dpg.does_item_exist(header):
                self.memory[f"open {title}"] = bool(dpg.get_value(header))
        self._sections = {}

    def choose(self, button: Tag, chosen: bool) -> None:
        """Mark one of several buttons."""
        dpg.bind_item_theme(button, self._theme("chosen" if chosen else "choice"))

    def style(self, item: Tag, kind: str) -> None:
        """Give an item one of our styles: slider, tight."""
        dpg.bind_item_theme(item, self._theme(kind))

    # --- themes -----------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        """The look has changed: themes are made anew. Nothing that uses them may be left."""
        for theme in self._themes.values():
            dpg.delete_item(theme)
        self._themes.clear()

    def _theme(self, kind: str) -> Tag:
        if kind not in self._themes:
            theme = self._themes[kind] = dpg.add_theme()
            item, style = _STYLED[kind]
            style(self.look, dpg.add_theme_component(item, parent=theme))
        return self._themes[kind]


def _color(part: Tag, names: tuple[str, ...], color: tuple[int, int, int, int]) -> None:
    for name in names:
        dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), color, parent=part)


_GROUNDS: Final = ("Button", "ButtonHovered", "ButtonActive")


def _label(look: Look, part: Tag) -> None:
    _color(part, _GROUNDS, (0, 0, 0, 0))
    dpg.add_theme_style(dpg.mvStyleVar_FramePadding, 0, look.px(4), parent=part)
    dpg.add_theme_style(dpg.mvStyleVar_ButtonTextAlign, 0.0, 0.5, parent=part)


def _tight(look: Look, part: Tag) -> None:
    """Texts are made as high as fields; below each other that is too much."""
    dpg.add_theme_style(dpg.mvStyleVar_FramePadding, 0, look.px(1), parent=part)


def _icon(look: Look, part: Tag) -> None:
    _color(part, ("Button",), (0, 0, 0, 0))
    _color(part, ("ButtonHovered", "ButtonActive"), look.color("button_hot"))
    _color(part, ("Text",), look.color("dim"))
    dpg.add_theme_style(dpg.mvStyleVar_FramePadding, 0, look.px(5), parent=part)


def _choice(look: Look, part: Tag) -> None:
    _color(part, ("Button",), look.color("field"))
    _color(part, ("Text",), look.color("dim"))
    dpg.add_theme_style(dpg.mvStyleVar_FramePadding, 0, look.px(4), parent=part)


def _chosen(look: Look, part: Tag) -> None:
    _color(part, _GROUNDS, look.color("accent_dark"))
    _color(part, ("Text",), look.color("text"))
    dpg.add_theme_style(dpg.mvStyleVar_FramePadding, 0, look.px(4), parent=part)


def _slider(look: Look, part: Tag) -> None:
    """The number stays readable under the grab."""
    _color(part, ("SliderGrab", "SliderGrabActive"), (*look.color("accent")[:3], 150))
    dpg.add_theme_style(dpg.mvStyleVar_GrabMinSize, look.px(7), parent=part)


_STYLED: Final[dict[str, tuple[int, Callable[[Look, Tag], None]]]] = {
    "label": (dpg.mvButton, _label),
    "icon": (dpg.mvButton, _icon),
    "choice": (dpg.mvButton, _choice),
    "chosen": (dpg.mvButton, _chosen),
    "tight": (dpg.mvText, _tight),
    "slider": (dpg.mvSliderDouble, _slider),
}
