"""The guided start: a small card at the lower left of the canvas that says what to do next."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.tour import STEPS, Step
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.shell import Shell

_WIDTH: Final = 340
_MARGIN: Final = 14


class TourView:
    """Draws `editor.tour`."""

    def __init__(self, editor: Editor, look: Look, shell: Shell) -> None:
        self._editor, self._look, self._shell = editor, look, shell
        self._step: Step | None = None
        self._seen: object = None

    def build(self, _parent: int | str) -> None:
        """Make the card, hidden."""
        with dpg.window(
            show=False,
            no_title_bar=True,
            no_resize=True,
            no_move=True,
            no_saved_settings=True,
            no_focus_on_appearing=True,
            autosize=True,
        ) as self._window:
            self._title = dpg.add_text("")
            self._text = dpg.add_text("")
            self._progress = dpg.add_progress_bar(height=4)
            with dpg.group(horizontal=True):
                self._back = dpg.add_button(label="Back", callback=self._go_back)
                self._next = dpg.add_button(label="Skip", callback=self._go_on)
                self._stop = dpg.add_button(label="End the tour", callback=self._end)

    def update(self) -> None:
        """Follow the state."""
        tour = self._editor.tour
        if tour.step is not self._step:
            self._step = tour.step
            dpg.configure_item(self._window, show=tour.step is not None)
            if tour.step is not None:
                self._write(tour.step, tour.index or 0)
        if self._step is not None:
            self._place()

    def _write(self, step: Step, index: int) -> None:
        look, px = self._look, self._look.px
        last = index == len(STEPS) - 1
        dpg.set_value(self._title, f"{index + 1} · {step.title}")
        dpg.bind_item_font(self._title, look.font("bold"))
        dpg.set_value(self._text, step.text)
        dpg.configure_item(self._text, wrap=px(_WIDTH))
        dpg.set_value(self._progress, self._editor.tour.progress)
        dpg.configure_item(self._progress, width=px(_WIDTH), height=px(4))
        dpg.configure_item(self._back, enabled=index > 0, show=index > 0)
        dpg.configure_item(self._next, label="Done" if last else "Skip" if step.done else "Next")
        dpg.bind_item_theme(self._next, look.button("quiet" if step.done else "primary"))
        dpg.bind_item_theme(self._back, look.button("quiet"))
        dpg.bind_item_theme(self._stop, look.button("quiet"))
        dpg.configure_item(self._stop, show=not last)

    def _place(self) -> None:
        left, top, _, high = self._shell.areas.get("canvas", (0, 0, 0, 0))
        height = dpg.get_item_rect_size(self._window)[1]
        margin = self._look.px(_MARGIN)
        spot = [left + margin, top + high - int(height) - margin]
        if spot != self._seen:
            self._seen = spot
            dpg.set_item_pos(self._window, spot)

    def _go_back(self, *_: Any) -> None:
        self._editor.tour.back()

    def _go_on(self, *_: Any) -> None:
        self._editor.tour.skip()

    def _end(self, *_: Any) -> None:
        self._editor.tour.stop()
