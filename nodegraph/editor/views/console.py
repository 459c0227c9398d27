"""The log: everything that was told, newest last, filtered by what is typed, to be copied."""

import time
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.notices import Notice
from nodegraph.editor.views.buttons import Tag, icon_button
from nodegraph.editor.views.look import Look

_COLORS: Final = {"info": "text", "good": "good", "warning": "warning", "error": "error"}


class ConsoleView:
    """Lines are added at the end and taken away at the beginning; nothing else is touched."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._revision = -1
        self._words = ""
        self._lines: list[tuple[Notice, Tag]] = []
        self._theme = look.theme

    def build(self, parent: Tag) -> None:
        """Make the filter and the empty log."""
        look = self._look
        with dpg.group(horizontal=True, parent=parent) as line:
            self._filter = dpg.add_input_text(hint="Filter", width=look.px(240), callback=self._typed)
            icon_button(look, line, "copy", "Copy the lines that are shown.", self._copied)
            icon_button(look, line, "trash", "Empty the log.", self._emptied)
        self._place = dpg.add_child_window(parent=parent, border=False)

    def update(self) -> None:
        """Follow the notices."""
        notices = self._editor.notices
        if self._theme != self._look.theme:
            self._theme = self._look.theme
            self._clear()
        if notices.revision == self._revision and self._lines is not None:
            return
        self._revision = notices.revision
        wanted = [one for one in notices.log if self._words in f"{one.text} {one.hint}".lower()]
        kept = {id(one) for one in wanted}
        while self._lines and id(self._lines[0][0]) not in kept:
            dpg.delete_item(self._lines.pop(0)[1])
        if self._lines and id(self._lines[-1][0]) not in kept:  # told again: it counts
            dpg.delete_item(self._lines.pop()[1])
        there = {id(one) for one, _ in self._lines}
        for one in wanted:
            if id(one) not in there:
                self._lines.append((one, self._line(one)))
        dpg.set_y_scroll(self._place, -1.0)

    def _line(self, notice: Notice) -> Tag:
        look = self._look
        with dpg.group(horizontal=True, parent=self._place) as line:
            moment = dpg.add_text(time.strftime("%H:%M:%S", time.localtime(notice.at)), color=look.color("dim"))
            dpg.bind_item_font(moment, look.font("mono"))
            dpg.add_text(words_of(notice), color=look.color(_COLORS[notice.kind]), wrap=0)
        tag: Tag = line
        return tag

    def _clear(self) -> None:
        for _, item in self._lines:
            dpg.delete_item(item)
        self._lines, self._revision = [], -1

    def _typed(self, _sender: Tag, words: str, _: Any = None) -> None:
        self._words = words.lower().strip()
        self._clear()

    def _copied(self, *_: Any) -> None:
        lines = [f"{time.strftime('%H:%M:%S', time.localtime(one.at))}  {words_of(one)}" for one, _ in self._lines]
        dpg.set_clipboard_text("\n".join(lines))
        self._editor.tell(f"{len(lines)} lines copied.", "good")

    def _emptied(self, *_: Any) -> None:
        self._editor.notices.log.clear()
        self._editor.notices.revision += 1
        self._clear()


def words_of(notice: Notice) -> str:
    """A notice as one line."""
    times = f" ({notice.count} times)" if notice.count > 1 else ""
    return f"{notice.text}{times} {notice.hint}".strip()
