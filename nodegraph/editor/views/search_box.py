"""A box to type in over a list of what is found: the palette and find in graph."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import dearpygui.dearpygui as dpg

from nodegraph.editor.views.choices import Choices, Line
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure

WIDTH: Final = 440
ROWS: Final = 12
Place = Callable[[int, int], tuple[int, int]]
"""Where the box goes in the window, for its width and height."""


class Search(Protocol):
    """The state behind a box."""

    is_open: bool
    opened: int
    index: int

    @property
    def query(self) -> str:
        """What is typed."""

    @query.setter
    def query(self, text: str) -> None: ...

    def choose(self, index: int | None = None) -> None:
        """Take the marked one, or the one at `index`."""

    def close(self) -> None:
        """Take none."""


class SearchBox:
    """Draws one search. Update it every frame with what is found."""

    def __init__(self, search: Search, look: Look, measure: Measure, hint: str) -> None:
        self._search, self._look, self._measure, self._hint = search, look, measure, hint
        self._choices = Choices(look, measure, ROWS, WIDTH)
        self._opened = 0
        self._focus = 0
        self._shown = False

    def build(self) -> None:
        """Make the window, hidden."""
        with dpg.window(
            show=False,
            no_title_bar=True,
            no_resize=True,
            no_move=True,
            no_saved_settings=True,
            autosize=True,
            no_scrollbar=True,
        ) as self.window:
            self._heading = dpg.add_text("")
            self._input = dpg.add_input_text(hint=self._hint, callback=self._typed)
            self._choices.build(self.window)
            self._below = dpg.add_text("", wrap=0)
        with dpg.handler_registry():
            dpg.add_mouse_click_handler(callback=self._pressed)
            dpg.add_mouse_wheel_handler(callback=self._wheel)

    @property
    def input(self) -> int | str:
        """The text field."""
        field: int | str = self._input
        return field

    def update(self, heading: str, lines: Sequence[Line], below: str, place: Place) -> None:
        """Show, draw or hide."""
        search = self._search
        if not search.is_open:
            if self._shown:
                self._shown = False
                dpg.configure_item(self.window, show=False)
            return
        if search.opened != self._opened or not self._shown:
            self._open()
        self._choices.update(lines, search.index)
        self._set_texts(heading, below)
        self._put(place, min(len(lines), ROWS))
        if self._focus:  # once it has the focus, asking again would select what is typed already
            self._focus = 0 if dpg.is_item_active(self._input) else self._focus - 1
            if self._focus:
                dpg.focus_item(self._input)

    def _open(self) -> None:
        """The field gets the focus once the window has been drawn: until then it cannot take it."""
        look = self._look
        self._shown, self._opened, self._focus = True, self._search.opened, 5
        self._choices.reset()
        dpg.configure_item(self._input, width=look.px(WIDTH))
        dpg.set_value(self._input, self._search.query)
        dpg.bind_item_font(self._heading, look.font("small"))
        dpg.bind_item_font(self._below, look.font("small"))
        dpg.configure_item(self._heading, color=look.color("dim"))
        dpg.configure_item(self._below, color=look.color("dim"), wrap=look.px(WIDTH))
        dpg.configure_item(self.window, show=True)
        self._texts: tuple[str, str] = ("", "")

    def _set_texts(self, heading: str, below: str) -> None:
        if (heading, below) != self._texts:
            self._texts = (heading, below)
            dpg.set_value(self._heading, heading)
            dpg.set_value(self._below, below)

    def _put(self, place: Place, rows: int) -> None:
        """Where it has room, whatever its size is going to be."""
        px = self._look.px
        width = px(WIDTH + 22)
        height = px(150) + px(27) * ROWS
        spot = list(place(width, height))
        if dpg.get_item_pos(self.window) != spot:
            dpg.set_item_pos(self.window, spot)

    def _typed(self, _sender: Any, text: str) -> None:
        self._search.query = text

    def _pressed(self, _sender: Any, button: int) -> None:
        if not self._shown or not self._search.is_open or self._focus:
            return
        if not self._over():
            self._search.close()
        elif button == 0 and self._choices.hovered is not None:
            self._search.choose(self._choices.hovered)

    def _wheel(self, _sender: Any, notches: float) -> None:
        if self._shown and self._over():
            self._choices.scroll(float(notches))

    def _over(self) -> bool:
        x, y = dpg.get_mouse_pos(local=False)
        left, top = dpg.get_item_pos(self.window)
        width, height = dpg.get_item_rect_size(self.window)
        return bool(left <= x < left + width and top <= y < top + height)
