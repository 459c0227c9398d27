"""The question what to render: the file, and how much of it."""

from collections.abc import Callable
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.running.render_dialog import MOST, Limit, RenderDialog
from nodegraph.editor.views.dialogs.body import Tag, bottom_row, button, text
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look

_WIDTH: Final = 560
_LIMITS: Final[dict[str, Limit]] = {"All of it": "all", "So many frames": "frames", "So many seconds": "seconds"}
_NEW: Final = "Another file"
_KINDS: Final = "mp4, mkv, webm, mov: a film. gif, webp: an animation. png, jpg: a picture."


class RenderBody:
    """Enter renders, Escape does not."""

    title = "Render to file"
    size = (_WIDTH, 0)

    def __init__(self, editor: Editor, look: Look, dialog: RenderDialog) -> None:
        self._editor, self._look, self._dialog = editor, look, dialog
        self._own = f"What the graph writes: {', '.join(dialog.own)}"
        self._seen: dict[str, object] = {}

    def build(self, parent: Tag) -> None:
        """The file, the length, what is known about it, the buttons."""
        look, dialog = self._look, self._dialog
        dpg.add_spacer(height=look.px(4), parent=parent)
        self._where: Tag = 0
        if dialog.own:
            chosen = self._own if dialog.use_own else _NEW
            self._where = dpg.add_radio_button(
                [self._own, _NEW], default_value=chosen, callback=self._changed, parent=parent
            )
        with dpg.group(parent=parent) as self._file:
            with dpg.group(horizontal=True):
                self._output = dpg.add_input_text(
                    default_value=dialog.output, width=look.px(_WIDTH - 76), callback=self._changed
                )
                folder = dpg.add_button(label=ICONS["folder"], callback=self._browse)
                dpg.bind_item_font(folder, look.font("icon"))
                dpg.bind_item_theme(folder, look.button("icon"))
            text(look, self._file, _KINDS, "small", "dim")
        dpg.add_spacer(height=look.px(6), parent=parent)
        with dpg.group(horizontal=True, parent=parent) as line:
            self._build_limit(line)
        dpg.add_spacer(height=look.px(6), parent=parent)
        self._note = text(look, parent, "", wrap=look.px(_WIDTH - 30))
        row = bottom_row(look, parent)
        self._go = button(look, row, "Render", self._start, "primary")
        button(look, row, "Cancel", self._cancel, "")

    def _build_limit(self, parent: Tag) -> None:
        look, dialog = self._look, self._dialog
        chosen = next(label for label, limit in _LIMITS.items() if limit == dialog.limit)
        text(look, parent, "How much", color="dim")
        self._limit = dpg.add_combo(
            list(_LIMITS), default_value=chosen, width=look.px(180), callback=self._changed, parent=parent
        )
        wide, limits = look.px(130), {"min_clamped": True, "max_clamped": True, "step": 0, "callback": self._changed}
        self._frames = dpg.add_input_int(
            default_value=dialog.frames, min_value=1, max_value=MOST, width=wide, parent=parent, **limits
        )
        self._seconds = dpg.add_input_float(
            default_value=dialog.seconds,
            min_value=0.01,
            max_value=1e6,
            format="%.2f s",
            width=wide,
            parent=parent,
            **limits,
        )

    def update(self) -> None:
        """Follow what was chosen and what is known."""
        dialog = self._dialog
        limit = dialog.limit
        self._set("frames", limit == "frames", lambda: dpg.configure_item(self._frames, show=limit == "frames"))
        self._set("seconds", limit == "seconds", lambda: dpg.configure_item(self._seconds, show=limit == "seconds"))
        self._set("file", dialog.use_own, lambda: dpg.configure_item(self._file, show=not dialog.use_own))
        if dpg.get_value(self._output) != dialog.output and not dpg.is_item_active(self._output):
            dpg.set_value(self._output, dialog.output)
        note, color = note_of(dialog), self._look.color("error" if dialog.problem else "dim")
        self._set("color", color, lambda: dpg.configure_item(self._note, color=color))
        self._set("note", note, lambda: dpg.set_value(self._note, note))
        self._set("go", bool(dialog.problem), lambda: dpg.configure_item(self._go, enabled=not dialog.problem))

    def key(self, name: str) -> bool:
        """Enter and Escape."""
        if name == "Esc":
            self._cancel()
        elif name == "Enter" and not self._dialog.problem:
            self._dialog.output = dpg.get_value(self._output)
            self._dialog.start()
        return name in ("Esc", "Enter")

    def _set(self, name: str, value: object, show: Callable[[], None]) -> None:
        if self._seen.get(name, self) != value:
            self._seen[name] = value
            show()

    def _changed(self, *_: Any) -> None:
        dialog = self._dialog
        if self._where:
            dialog.use_own = dpg.get_value(self._where) != _NEW
        dialog.output = dpg.get_value(self._output)
        dialog.limit = _LIMITS[dpg.get_value(self._limit)]
        dialog.frames, dialog.seconds = dpg.get_value(self._frames), dpg.get_value(self._seconds)
        dialog.changed()

    def _browse(self, *_: Any) -> None:
        self._dialog.browse()

    def _start(self, *_: Any) -> None:
        self._dialog.start()

    def _cancel(self, *_: Any) -> None:
        self._editor.dialogs.close(self._dialog)


def note_of(dialog: RenderDialog) -> str:
    """What is known about the render, or why it cannot be."""
    if dialog.problem:
        return f"{dialog.problem} {dialog.hint}".strip()
    if dialog.counting:
        return "Counting the frames…"
    if dialog.total is None:
        return "It has no end: it goes on until you cancel it, and what was written stays."
    return f"{dialog.total:,} frame{'' if dialog.total == 1 else 's'}. You can go on working meanwhile."
