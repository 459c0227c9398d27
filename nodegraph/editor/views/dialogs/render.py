"""The question what to render: the file, and how much."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.running.render_dialog import MOST, Limit, RenderDialog
from nodegraph.editor.views.buttons import Tag, icon_button, text_button
from nodegraph.editor.views.look import Look

_WIDTH: Final = 560
_LIMITS: Final[dict[str, Limit]] = {"All of it": "all", "So many frames": "frames", "So many seconds": "seconds"}
_NEW, _OWN = "A file", "What the graph writes"


class RenderDialogView:
    """A modal window while the dialog is the current one."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._dialog: RenderDialog | None = None
        self._window: Tag = 0
        self._placed = 0
        self._texts: dict[str, object] = {}

    def build(self, parent: Tag) -> None:
        """Nothing yet: the window is made when it is needed."""

    def update(self) -> None:
        """Follow the dialog."""
        current = self._editor.dialogs.current
        wanted = current if isinstance(current, RenderDialog) else None
        if wanted is not self._dialog:
            self._take_away()
            if wanted is not None:
                self._show(wanted)
        if wanted is not None:
            self._place()
            self._follow(wanted)
            self._keys(wanted)

    # --- the window -------------------------------------------------------------------------------------------------

    def _show(self, dialog: RenderDialog) -> None:
        look = self._look
        self._dialog, self._placed, self._texts = dialog, 0, {}
        self._window = dpg.add_window(
            label="Render to file",
            modal=True,
            no_resize=True,
            no_collapse=True,
            autosize=True,
            min_size=(look.px(_WIDTH), look.px(120)),
            on_close=self._closed,
        )
        if dialog.own:
            self._where = dpg.add_radio_button(
                [f"{_OWN}: {', '.join(dialog.own)}", _NEW],
                default_value=f"{_OWN}: {', '.join(dialog.own)}" if dialog.use_own else _NEW,
                callback=self._changed,
                parent=self._window,
            )
        with dpg.group(horizontal=True, parent=self._window) as self._file:
            self._output = dpg.add_input_text(
                default_value=dialog.output, width=look.px(_WIDTH - 70), callback=self._changed
            )
            icon_button(look, self._file, "folder", "Choose a folder and a name.", self._browse)
        kinds = dpg.add_text(
            "mp4, mkv, webm, mov: a film. gif, webp: an animation. png, jpg: a picture.", parent=self._window
        )
        dpg.bind_item_font(kinds, look.font("small"))
        dpg.configure_item(kinds, color=look.color("dim"))
        dpg.add_spacer(height=look.px(6), parent=self._window)
        self._build_limit(dialog)
        dpg.add_spacer(height=look.px(6), parent=self._window)
        self._note = dpg.add_text("", wrap=look.px(_WIDTH - 20), parent=self._window)
        dpg.add_spacer(height=look.px(6), parent=self._window)
        with dpg.group(horizontal=True, parent=self._window) as line:
            self._go = text_button(look, line, "Render", self._start, kind="primary")
            text_button(look, line, "Cancel", self._closed)

    def _build_limit(self, dialog: RenderDialog) -> None:
        look = self._look
        chosen = next(label for label, limit in _LIMITS.items() if limit == dialog.limit)
        with dpg.group(horizontal=True, parent=self._window):
            dpg.add_text("How much", color=look.color("dim"))
            self._limit = dpg.add_combo(list(_LIMITS), default_value=chosen, width=look.px(180), callback=self._changed)
            self._frames = dpg.add_input_int(
                default_value=dialog.frames,
                min_value=1,
                max_value=MOST,
                min_clamped=True,
                max_clamped=True,
                width=look.px(130),
                step=0,
                callback=self._changed,
            )
            self._seconds = dpg.add_input_float(
                default_value=dialog.seconds,
                min_value=0.01,
                max_value=1e6,
                min_clamped=True,
                max_clamped=True,
                width=look.px(130),
                step=0,
                format="%.2f s",
                callback=self._changed,
            )

    def _place(self) -> None:
        """In the middle, once its size is known."""
        if self._placed >= 3:
            return
        self._placed += 1
        width, height = dpg.get_item_rect_size(self._window)
        room = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
        dpg.set_item_pos(self._window, [max(0, int(room[0] - width) // 2), max(0, int(room[1] - height) // 3)])

    def _take_away(self) -> None:
        if self._window:
            dpg.delete_item(self._window)
        self._window, self._dialog = 0, None

    def _follow(self, dialog: RenderDialog) -> None:
        frames, seconds = dialog.limit == "frames", dialog.limit == "seconds"
        self._set("frames", frames, lambda: dpg.configure_item(self._frames, show=frames))
        self._set("seconds", seconds, lambda: dpg.configure_item(self._seconds, show=seconds))
        self._set("file", dialog.use_own, lambda: dpg.configure_item(self._file, show=not dialog.use_own))
        if dpg.get_value(self._output) != dialog.output and not dpg.is_item_active(self._output):
            dpg.set_value(self._output, dialog.output)
        note = _note(dialog)
        color = self._look.color("error" if dialog.problem else "dim")
        self._set("color", color, lambda: dpg.configure_item(self._note, color=color))
        self._set("note", note, lambda: dpg.set_value(self._note, note))
        self._set("go", bool(dialog.problem), lambda: dpg.configure_item(self._go, enabled=not dialog.problem))

    def _keys(self, dialog: RenderDialog) -> None:
        """Enter renders, Escape does not."""
        if dpg.is_key_pressed(dpg.mvKey_Escape):
            self._closed()
        elif dpg.is_key_pressed(dpg.mvKey_Return) and not dialog.problem:
            dialog.output = dpg.get_value(self._output)
            dialog.start()

    def _set(self, name: str, value: object, show: Any) -> None:
        if self._texts.get(name, self) != value:
            self._texts[name] = value
            show()

    # --- what a person does -----------------------------------------------------------------------------------------

    def _changed(self, *_: Any) -> None:
        dialog = self._dialog
        if dialog is None:
            return
        if dialog.own:
            dialog.use_own = dpg.get_value(self._where) != _NEW
        dialog.output = dpg.get_value(self._output)
        dialog.limit = _LIMITS[dpg.get_value(self._limit)]
        dialog.frames, dialog.seconds = dpg.get_value(self._frames), dpg.get_value(self._seconds)
        dialog.changed()

    def _browse(self, *_: Any) -> None:
        if self._dialog is not None:
            self._dialog.browse()

    def _start(self, *_: Any) -> None:
        if self._dialog is not None:
            self._dialog.start()

    def _closed(self, *_: Any) -> None:
        if self._dialog is not None:
            self._editor.dialogs.close(self._dialog)


def _note(dialog: RenderDialog) -> str:
    if dialog.problem:
        return f"{dialog.problem} {dialog.hint}".strip()
    if dialog.counting:
        return "Counting the frames…"
    if dialog.total is None:
        return "It has no end: it goes on until you cancel it, and what was written stays."
    return f"{dialog.total:,} frame{'' if dialog.total == 1 else 's'}. You can go on working meanwhile."
