"""Notices that fade: small panels over the canvas, newest on top."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.notices import Notice
from nodegraph.editor.views.buttons import Tag, icon_button, icon_text
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.shell import Shell

_ICONS: Final = {"info": "info", "good": "good", "warning": "warning", "error": "error"}
_COLORS: Final = {"info": "accent", "good": "good", "warning": "warning", "error": "error"}
_WIDTH, _GAP, _MARGIN = 380, 8, 12


class Toasts:
    """One small window for each notice on screen. They take no focus, and only their cross takes clicks."""

    def __init__(self, editor: Editor, look: Look, shell: Shell) -> None:
        self._editor, self._look, self._shell = editor, look, shell
        self._windows: dict[int, tuple[Notice, Tag]] = {}
        self._places: dict[Tag, tuple[int, int]] = {}
        self._hidden: dict[int, Notice] = {}

    def build(self, parent: Tag) -> None:
        """Nothing yet: they come and go."""

    def update(self) -> None:
        """Follow what is to be seen."""
        shown = [one for one in self._editor.notices.on_screen() if id(one) not in self._hidden]
        wanted = {id(one): one for one in shown}
        for key in [key for key in self._windows if key not in wanted]:
            _, window = self._windows.pop(key)
            self._places.pop(window, None)
            dpg.delete_item(window)
        for key, notice in wanted.items():
            if key not in self._windows:
                self._windows[key] = (notice, self._window(notice))
        if self._windows:
            self._arrange([self._windows[key][1] for key in wanted])
        elif self._hidden:
            self._hidden.clear()

    def _window(self, notice: Notice) -> Tag:
        look = self._look
        window: Tag = dpg.add_window(
            no_title_bar=True,
            no_move=True,
            no_resize=True,
            no_focus_on_appearing=True,
            no_bring_to_front_on_focus=False,
            no_saved_settings=True,
            no_scrollbar=True,
            autosize=True,
            min_size=(look.px(_WIDTH), look.px(30)),
            pos=(-4000, -4000),
        )
        dpg.bind_item_theme(window, self._theme(_COLORS[notice.kind]))
        with dpg.group(horizontal=True, parent=window) as line:
            icon_text(look, line, _ICONS[notice.kind], _COLORS[notice.kind])
            times = f" ({notice.count} times)" if notice.count > 1 else ""
            with dpg.group():
                dpg.add_text(notice.text + times, wrap=look.px(_WIDTH - 76))
                if notice.hint:
                    hint = dpg.add_text(notice.hint, wrap=look.px(_WIDTH - 76), color=look.color("dim"))
                    dpg.bind_item_font(hint, look.font("small"))
        close = icon_button(look, window, "close", "", self._closed, notice)
        dpg.set_item_pos(close, [look.px(_WIDTH - 34), look.px(4)])
        return window

    def _theme(self, color: str) -> Tag:
        """A border in the kind's colour; one theme for each colour."""
        key = f"toast {color} {self._look.theme} {self._look.scale}"
        if not dpg.does_alias_exist(key):
            with dpg.theme(tag=key), dpg.theme_component(dpg.mvAll):
                dpg.add_theme_color(dpg.mvThemeCol_WindowBg, self._look.color("raised"))
                dpg.add_theme_color(dpg.mvThemeCol_Border, self._look.color(color))
        return key

    def _arrange(self, windows: list[Tag]) -> None:
        """Downwards from the upper right corner of the canvas."""
        look = self._look
        left, y, width, _ = self._shell.areas.get("canvas", (0, 0, dpg.get_viewport_client_width(), 0))
        x = max(0, left + width - look.px(_WIDTH + _MARGIN))
        y += look.px(_MARGIN)
        for window in reversed(windows):
            height = dpg.get_item_rect_size(window)[1]
            if height < look.px(20):  # it has not been drawn yet
                continue
            if self._places.get(window) != (x, y):
                self._places[window] = (x, y)
                dpg.set_item_pos(window, [x, y])
            y += int(height) + look.px(_GAP)

    def _closed(self, _sender: Tag, _data: Any, notice: Notice) -> None:
        self._hidden[id(notice)] = notice

    @property
    def count(self) -> int:
        """How many are on screen."""
        return len(self._windows)
