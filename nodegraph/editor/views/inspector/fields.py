"""A field for each kind of parameter. A field shows a value, and tells `given` what a person makes of it."""

from collections.abc import Callable
from typing import Any, Protocol

import dearpygui.dearpygui as dpg

from nodegraph.core.spec import Param
from nodegraph.editor.state.inspector.values import hex_of, json_of, json_text, number_of, number_style, rgb_of
from nodegraph.editor.views.inspector.kit import Kit, Tag

Given = Callable[[Any], None]
Say = Callable[[str], None]


class Field(Protocol):
    """One widget, or a row of them."""

    item: Tag
    """What a tooltip belongs to."""

    @property
    def busy(self) -> bool:
        """Whether a person is at it: it must not be changed under their hands."""

    def show(self, value: Any) -> None:
        """Show this value."""


class One:
    """A field of a single widget."""

    item: Tag

    @property
    def busy(self) -> bool:
        """Whether a person is at it."""
        return bool(dpg.is_item_active(self.item))


class NumberField(One):
    """A slider where there is a range, else a number to drag; Ctrl+click types into both."""

    def __init__(self, kit: Kit, parent: Tag, param: Param, value: float, given: Given, width: int) -> None:
        self._param, self._given = param, given
        style = number_style(param, value)
        common: dict[str, Any] = {
            "parent": parent,
            "width": width,
            "default_value": float(value),
            "format": style.format,
            "min_value": style.low,
            "max_value": style.high,
            "clamped": True,
            "callback": self._changed,
        }
        make = dpg.add_slider_double if style.slider else dpg.add_drag_double
        self.item: Tag = make(**common) if style.slider else make(**common, speed=style.speed)
        self._style = style
        if style.slider:
            kit.style(self.item, "slider")
        kit.watch(self.item)

    def show(self, value: Any) -> None:
        """Show a number; its decimals and pace follow it."""
        style = number_style(self._param, float(value))
        if style != self._style:
            pace = {} if style.slider else {"speed": style.speed}
            dpg.configure_item(self.item, format=style.format, **pace)
            self._style = style
        if dpg.get_value(self.item) != float(value):
            dpg.set_value(self.item, float(value))

    def _changed(self, _sender: Any, value: float) -> None:
        self._given(number_of(self._param, value, dpg.is_mouse_button_down(dpg.mvMouseButton_Left)))


class CheckField(One):
    """On or off."""

    def __init__(self, kit: Kit, parent: Tag, value: bool, given: Given) -> None:
        self._given = given
        self.item: Tag = dpg.add_checkbox(parent=parent, default_value=bool(value), callback=self._changed)
        kit.watch(self.item)

    def show(self, value: Any) -> None:
        """Tick it or not."""
        dpg.set_value(self.item, bool(value))

    def _changed(self, _sender: Any, value: bool) -> None:
        self._given(bool(value))


class ChoiceField(One):
    """One of several words."""

    def __init__(self, kit: Kit, parent: Tag, param: Param, value: str, given: Given, width: int) -> None:
        self._given = given
        self.item: Tag = dpg.add_combo(
            param.choices, parent=parent, width=width, default_value=value, callback=self._changed
        )
        kit.watch(self.item)

    def show(self, value: Any) -> None:
        """Choose a word."""
        dpg.set_value(self.item, str(value))

    def _changed(self, _sender: Any, value: str) -> None:
        self._given(value)


class TextField(One):
    """Text of one line or several. live: every letter counts at once, else the text as a whole when it is left.

    submits: Enter leaves a field of several lines. shows_end: of a text that is too long.
    """

    def __init__(
        self,
        kit: Kit,
        parent: Tag,
        value: str,
        given: Given,
        width: int,
        lines: int = 1,
        live: bool = True,
        hint: str = "",
        submits: bool = False,
        shows_end: bool = False,
    ) -> None:
        self._given, self._live = given, live
        more: dict[str, Any] = {"multiline": True, "height": kit.look.px(12 + 18 * lines)} if lines > 1 else {}
        self.item: Tag = dpg.add_input_text(
            parent=parent,
            width=width,
            default_value=value,
            hint=hint if lines == 1 else "",
            callback=self._changed if live else None,
            ctrl_enter_for_new_line=submits,
            elide_left=shows_end,
            **more,
        )
        self._shown = value
        kit.watch(self.item, None if live else self._left)

    def show(self, value: Any) -> None:
        """Show a text."""
        text = str(value)
        self._shown = text
        if dpg.get_value(self.item) != text:
            dpg.set_value(self.item, text)

    def _changed(self, _sender: Any, text: str) -> None:
        self._given(text)

    def _left(self) -> None:
        text = dpg.get_value(self.item)
        if text != self._shown:
            self._shown = text
            self._given(text)


class JsonField:
    """Data as text; it is read on Enter (Ctrl+Enter is a new line), and a mistake is said."""

    def __init__(self, kit: Kit, parent: Tag, value: Any, given: Given, say: Say, width: int) -> None:
        self._given, self._say = given, say
        self._text = TextField(kit, parent, json_text(value), self._typed, width, 4, live=False, submits=True)
        self.item = self._text.item

    @property
    def busy(self) -> bool:
        """Whether a person is at it."""
        return self._text.busy

    def show(self, value: Any) -> None:
        """Show data; a text that means just this stays as it was typed."""
        if json_of(dpg.get_value(self.item)) != (value, ""):
            self._text.show(json_text(value))
            self._say("")

    def _typed(self, text: str) -> None:
        value, wrong = json_of(text)
        self._say(wrong)
        if not wrong:
            self._given(value)


class ColorField:
    """A colour: click it for the picker, or type it as hex."""

    def __init__(self, kit: Kit, parent: Tag, value: Any, given: Given, width: int) -> None:
        self._given = given
        self.item: Tag = dpg.add_color_edit(
            (*rgb_of(hex_of(value)), 255),
            parent=parent,
            width=width,
            no_alpha=True,
            display_mode=dpg.mvColorEdit_hex,
            callback=self._changed,
        )
        kit.watch(self.item)

    @property
    def busy(self) -> bool:
        """Whether a person is at it."""
        return bool(dpg.is_item_active(self.item))

    def show(self, value: Any) -> None:
        """Show a colour (blue, green, red)."""
        wanted = rgb_of(hex_of(value))
        if self._rgb() != wanted:
            dpg.set_value(self.item, (*wanted, 255))

    def _rgb(self) -> tuple[int, ...]:
        return tuple(round(part) for part in dpg.get_value(self.item)[:3])

    def _changed(self, *_: Any) -> None:
        red, green, blue = self._rgb()
        self._given(hex_of((blue, green, red)))


class VectorField:
    """A row of numbers to drag, with one more or one less."""

    ACROSS = 3

    def __init__(self, kit: Kit, parent: Tag, param: Param, value: tuple[float, ...], given: Given, width: int) -> None:
        self._given, self._value = given, list(value)
        self._items: list[Tag] = []
        across = min(len(value), self.ACROSS) or 1
        each = (width - (across - 1) * kit.gap) // across
        self.item: Tag = dpg.add_group(parent=parent)
        row: Tag = 0
        for at, number in enumerate(value):
            row = row if at % self.ACROSS else kit.row(self.item)
            style = number_style(param, number)
            drag = dpg.add_drag_double(
                parent=row,
                width=each,
                default_value=number,
                speed=style.speed,
                format="%.6g",
                callback=self._changed,
                user_data=at,
            )
            kit.watch(drag)
            self._items.append(drag)
        row = kit.row(self.item)
        kit.icon(row, "plus", self._more, "One number more")
        if value:
            kit.icon(row, "close", self._fewer, "One number less")

    @property
    def busy(self) -> bool:
        """Whether a person is at one of them."""
        return any(dpg.is_item_active(item) for item in self._items)

    def show(self, value: Any) -> None:
        """Show as many numbers as there are fields; for another count the field is made anew."""
        self._value = list(value)
        for item, number in zip(self._items, value, strict=False):
            if dpg.get_value(item) != number:
                dpg.set_value(item, number)

    def _changed(self, _sender: Any, number: float, at: int) -> None:
        self._value[at] = float(f"{number:.6g}")
        self._given(list(self._value))

    def _more(self, *_: Any) -> None:
        self._given([*self._value, 0.0])

    def _fewer(self, *_: Any) -> None:
        self._given(self._value[:-1])
