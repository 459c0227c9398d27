"""The tools on top: run, pause, run to selection, record, render, and how far a render is."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.commands import table
from nodegraph.editor.state.commands.run import is_on
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.running import words
from nodegraph.editor.state.running.render import RenderJob
from nodegraph.editor.views.buttons import Tag, icon_button, text_button, tooltip
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look

_TOOLS: Final = (
    ("run.toggle", "play"),
    ("run.pause", "pause"),
    ("run.to_selection", "source"),
    ("", ""),
    ("run.record", "record"),
    ("run.render", "render"),
    ("", ""),
    ("edit.undo", "undo"),
    ("edit.redo", "redo"),
    ("", ""),
    ("edit.add", "plus"),
    ("edit.find", "search"),
    ("view.fit_all", "fit"),
)
"""Commands and their icons; an empty one is a gap."""


class Toolbar:
    """Buttons for commands of the table; each is greyed and marked as its command is."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._buttons: dict[str, Tag] = {}
        self._tips: dict[str, Tag] = {}
        self._seen: dict[str, object] = {}
        self._job: RenderJob | None = None
        self._themes: dict[tuple[str, bool, str, float], Tag] = {}

    def build(self, parent: Tag) -> None:
        """Make the buttons."""
        look = self._look
        dpg.add_spacer(height=look.px(3), parent=parent)
        with dpg.group(horizontal=True, parent=parent) as line:
            dpg.add_spacer(width=look.px(2))
            for id, icon in _TOOLS:
                if not id:
                    dpg.add_spacer(width=look.px(8))
                    continue
                button = icon_button(look, line, icon, "", self._pressed, id, width=44 if id == "run.toggle" else 34)
                self._buttons[id] = button
                self._tips[id] = tooltip(look, button, table.BY_ID[id].help)
            self._build_render(line)

    def _build_render(self, parent: Tag) -> None:
        look = self._look
        with dpg.group(horizontal=True, parent=parent, show=False) as self._render:
            dpg.add_spacer(width=look.px(16))
            self._bar = dpg.add_progress_bar(width=look.px(300), height=look.px(24), overlay="")
            self._words = dpg.add_text("", color=look.color("dim"))
            dpg.bind_item_font(self._words, look.font("small"))
            self._cancel = text_button(look, self._render, "Cancel", self._cancelled, kind="danger")

    def update(self) -> None:
        """Follow what can be done and how far a render is."""
        for id in self._buttons:
            self._show(id)
        self._show_render()

    def _show(self, id: str) -> None:
        editor, command = self._editor, table.BY_ID[id]
        enabled = command.enabled(editor)
        marked = command.checked is not None and command.checked(editor)
        running = id == "run.toggle" and is_on(editor)
        note = editor.player.note if id == "run.toggle" else ""
        title = command.title_in(editor)
        now = (enabled, marked, running, title, note, self._look.theme, self._look.scale)
        if self._seen.get(id) == now:
            return
        self._seen[id] = now
        button = self._buttons[id]
        if id == "run.toggle":
            dpg.configure_item(button, label=ICONS["stop" if running else "play"])
        kind = self._kind(id, enabled, marked, running)
        dpg.bind_item_theme(button, kind)
        keys = f"   {command.shortcut}" if command.shortcut else ""
        dpg.set_value(self._tips[id], f"{title}{keys}\n{command.help}" + (f"\n{note}" if note else ""))

    def _kind(self, id: str, enabled: bool, marked: bool, running: bool) -> Tag:
        if id == "run.toggle":
            return self._look.button("icon" if running else "primary")
        if not enabled:
            return self._theme("pale", False)
        if id == "run.record":
            return self._theme("error", marked)
        return self._theme("accent", marked) if marked else self._look.button("icon")

    def _theme(self, color: str, marked: bool) -> Tag:
        """An icon in this colour; marked: on a ground of it."""
        key = (color, marked, self._look.theme, self._look.scale)
        if key not in self._themes:
            with dpg.theme() as theme, dpg.theme_component(dpg.mvButton):
                dpg.add_theme_color(dpg.mvThemeCol_Text, self._look.color(color))
                red, green, blue, _ = self._look.color(color)
                hot = (red, green, blue, 0 if color == "pale" else 70)
                dpg.add_theme_color(dpg.mvThemeCol_Button, (red, green, blue, 50 if marked else 0))
                dpg.add_theme_color(dpg.mvThemeCol_ButtonHovered, hot)
                dpg.add_theme_color(dpg.mvThemeCol_ButtonActive, hot)
                padding = (self._look.px(6), self._look.px(5))
                dpg.add_theme_style(dpg.mvStyleVar_FramePadding, *padding)
            self._themes[key] = theme
        return self._themes[key]

    def _show_render(self) -> None:
        job = self._job = self._editor.renders.current
        waiting = sum(not one.over for one in self._editor.renders.jobs) - 1
        now = (job and job.now, waiting, job is not None and job.cancelled.is_set(), self._look.theme)
        if self._seen.get("render") == now:
            return
        self._seen["render"] = now
        dpg.configure_item(self._render, show=job is not None)
        if job is None:
            return
        dpg.configure_item(self._words, color=self._look.color("dim"))
        share = job.now.share
        dpg.set_value(self._bar, share or 0.0)
        percent = f"  {share:.0%}".replace("%", " %") if share is not None else ""
        dpg.configure_item(self._bar, overlay=f"{job.now.output}{percent}")
        text = "stopping" if job.cancelled.is_set() else words.progress(job.now)
        dpg.set_value(self._words, text + (f" · {waiting} more" if waiting > 0 else ""))

    def _pressed(self, _sender: Tag, _data: Any, id: str) -> None:
        table.run(self._editor, id)

    def _cancelled(self, *_: Any) -> None:
        if self._job is not None:
            self._job.cancel()
