"""The panel below the canvas: problems, log and performance, one at a time."""

import time
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.buttons import Tag, icon_button
from nodegraph.editor.views.console import ConsoleView
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.performance import PerformanceView
from nodegraph.editor.views.problems import ProblemsView
from nodegraph.editor.views.view import View

TAB: Final = "bottom_tab"
"""The setting that names the open page by its number; others set it to show one."""
_EVERY: Final = 0.1
"""Seconds between two looks at what is new."""
_TITLES: Final = ("Problems", "Log", "Performance")


class BottomPanel:
    """Only the open page is kept up to date."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self.problems, self.console = ProblemsView(editor, look), ConsoleView(editor, look)
        self.performance = PerformanceView(editor, look)
        self._views: tuple[View, ...] = (self.problems, self.console, self.performance)
        self._buttons: list[Tag] = []
        self._pages: list[Tag] = []
        self._seen: object = None
        self._open, self._due = -1, 0.0
        self._themes: dict[tuple[str, float, bool], Tag] = {}

    def build(self, parent: Tag) -> None:
        """Make the titles and the pages."""
        with dpg.group(horizontal=True, parent=parent) as line:
            for number, title in enumerate(_TITLES):
                self._buttons.append(dpg.add_button(label=title, callback=self._pressed, user_data=number))
            self._close = icon_button(self._look, line, "close", "Close this panel.", self._closed)
        for view in self._views:
            with dpg.group(parent=parent, show=False) as page:
                view.build(page)
            self._pages.append(page)

    def update(self) -> None:
        """Follow the open page."""
        if not self._editor.settings.panels.get("bottom_shown", True):
            return
        open_ = min(max(int(self._editor.settings.panels.get(TAB, 0)), 0), len(_TITLES) - 1)
        now = time.monotonic()
        if now < self._due and open_ == self._open:
            return
        self._open, self._due = open_, now + _EVERY
        self._mark(open_)
        self._views[open_].update()

    def _mark(self, open_: int) -> None:
        count, look = len(self.problems.rows), self._look
        now = (open_, count, look.theme, look.scale, dpg.get_viewport_client_width())
        if now == self._seen:
            return
        self._seen = now
        dpg.configure_item(self._buttons[0], label=f"Problems ({count})" if count else "Problems")
        dpg.set_item_pos(self._close, [dpg.get_viewport_client_width() - look.px(44), look.px(7)])
        for number, (button, page) in enumerate(zip(self._buttons, self._pages, strict=True)):
            dpg.bind_item_theme(button, self._theme(number == open_))
            dpg.configure_item(page, show=number == open_)

    def _theme(self, is_open: bool) -> Tag:
        key = (self._look.theme, self._look.scale, is_open)
        if key not in self._themes:
            with dpg.theme() as theme, dpg.theme_component(dpg.mvButton):
                ground = self._look.color("button") if is_open else (0, 0, 0, 0)
                dpg.add_theme_color(dpg.mvThemeCol_Button, ground)
                dpg.add_theme_color(dpg.mvThemeCol_Text, self._look.color("text" if is_open else "dim"))
            self._themes[key] = theme
        return self._themes[key]

    def _pressed(self, _sender: Tag, _data: Any, number: int) -> None:
        self._editor.settings.panels[TAB] = float(number)
        self._editor.settings.changed()

    def _closed(self, *_: Any) -> None:
        self._editor.settings.panels["bottom_shown"] = False
        self._editor.settings.changed()
