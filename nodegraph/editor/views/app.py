"""The editor's window: one thread that reads input, draws what changed and keeps a steady pace."""

import time
import traceback
from collections.abc import Callable
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.documents.opening import read_document
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.running import allocator
from nodegraph.editor.views import system_clipboard
from nodegraph.editor.views.bottom import BottomPanel
from nodegraph.editor.views.canvas.canvas_view import CanvasView
from nodegraph.editor.views.canvas.popups import Popups
from nodegraph.editor.views.context_menu import ContextMenu
from nodegraph.editor.views.dialogs.dialog_view import DialogView
from nodegraph.editor.views.display import display_scale, fitted
from nodegraph.editor.views.drop import FileDrop
from nodegraph.editor.views.help_windows import HelpWindows
from nodegraph.editor.views.hints import Hints
from nodegraph.editor.views.inspector.panel import Inspector
from nodegraph.editor.views.keys import Keys
from nodegraph.editor.views.library.panel import Library
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure
from nodegraph.editor.views.menus import Menus
from nodegraph.editor.views.palette import FindView, PaletteView
from nodegraph.editor.views.shell import Shell
from nodegraph.editor.views.statusbar import StatusBar
from nodegraph.editor.views.toasts import Toasts
from nodegraph.editor.views.toolbar import Toolbar
from nodegraph.editor.views.tour import TourView
from nodegraph.editor.views.view import View
from nodegraph.session import Session

_TITLE: Final = "nodegraph"
_BUSY, _PLAYING, _IDLE = 1 / 60, 1 / 30, 1 / 20
"""Seconds a frame lasts: while a person does something, while pictures change, and otherwise."""
_GIVE_WAY: Final = 6.0
"""How much longer than its own cost a frame lasts while the graph runs and nobody touches the window."""
_MISTAKES: Final = 20
_LINGER: Final = 1.0
"""Seconds after the last input in which the window is still quick."""


def edit(session: Session, name: str = "") -> int:
    """Open the editor's window, on a file or a shipped preset if one is named, until it is closed; the exit code.

    Call on the main thread, once a display is known to answer (`nodegraph.editor.views.display`). Raises UsageError or
    DocumentError, before there is a window, when the document cannot be opened.
    """
    editor = Editor(session)
    app = App(editor)
    try:
        if name:
            editor.files.show(read_document(name))
        else:
            editor.documents.new()
        app.open()
        editor.files.look_for_unsaved()
        try:
            app.run()
        finally:
            app.close()
    finally:
        editor.close()
    return 0


class App:
    """The window with its views. `open`, then `run` (or `frame` by frame), then `close`.

    width, height: pixels, as far as the screen has them.
    mistakes: tracebacks of what went wrong in it; tests want none.
    """

    def __init__(self, editor: Editor, width: int = 1440, height: int = 900) -> None:
        self.editor = editor
        self._size = fitted(width, height)
        self._awake = 0.0
        self._seen: object = None
        self.mistakes: list[str] = []

    def open(self) -> None:
        """Make the window and everything in it."""
        allocator.settle()
        dpg.create_context()
        dpg.configure_app(manual_callback_management=True)
        settings = self.editor.settings
        width, height = self._size
        dpg.create_viewport(title=_TITLE, width=width, height=height, x_pos=0, y_pos=0, vsync=False, disable_close=True)
        dpg.set_exit_callback(lambda: self.editor.files.quit())
        self._display_scale = display_scale()
        self.look = Look(settings.theme, settings.scale or self._display_scale)
        self.measure = Measure(self.look)
        self.shell = Shell(settings, self.look)
        self.shell.build()
        self.canvas = CanvasView(self.editor, self.look, self.measure)
        self.canvas.build(self.shell.places["canvas"])
        self.keys = Keys(self.editor)
        self.editor.clipboard.lend(system_clipboard.read, system_clipboard.write)
        self.views = self._views()
        dpg.setup_dearpygui()
        dpg.show_viewport()
        dpg.set_viewport_clear_color(list(self.look.color("panel")))

    def _views(self) -> list[View]:
        """Every other part of the window, built in its place ("" for what makes windows of its own).

        A mistake in one does not keep the others from being updated.
        """
        editor, look, measure, shell = self.editor, self.look, self.measure, self.shell
        views: list[tuple[View, str]] = [
            (self.keys, ""),
            (Menus(editor, look, self.keys), "menu"),
            (PaletteView(editor, look, measure, shell), ""),
            (FindView(editor, look, measure, shell), ""),
            (Hints(editor, look, measure, shell, self.canvas.surface), ""),
            (TourView(editor, look, shell), ""),
            (ContextMenu(editor, shell, self.keys), ""),
            (Popups(editor, look, shell, self.keys), ""),
            (HelpWindows(editor, look), ""),
            (Library(editor, look), "left"),
            (Inspector(editor, look), "right"),
            (Toolbar(editor, look), "tools"),
            (BottomPanel(editor, look), "bottom"),
            (StatusBar(editor, look), "status"),
            (Toasts(editor, look, shell), ""),
            (DialogView(editor, look), ""),
            (FileDrop(editor), ""),
        ]
        for view, place in views:
            view.build(self.shell.places[place] if place else "")
        return [view for view, _ in views]

    def run(self, each_frame: Callable[[], None] | None = None) -> None:
        """Draw frames until the window is closed. each_frame: called before every frame, on this thread."""
        while dpg.is_dearpygui_running() and not self.editor.quitting:
            began = time.perf_counter()
            if each_frame is not None:
                each_frame()
            self.frame()
            cost = time.perf_counter() - began
            time.sleep(max(0.0, self._pace(cost) - cost))

    def frame(self) -> None:
        """One frame: callbacks, state, views, drawing."""
        for job in dpg.get_callback_queue() or ():
            self._awake = time.perf_counter()  # a key, a button or the wheel
            if job[0] is not None:
                self._safely(dpg.run_callbacks, [job])
        views = (view.update for view in self.views)
        for update in (self.editor.tick, self._follow_look, self._follow_canvas, *views):
            self._safely(update)
        dpg.render_dearpygui_frame()

    def _follow_canvas(self) -> None:
        self.shell.update()
        if "canvas" in self.shell.areas:
            self.canvas.resize(*self.shell.areas["canvas"][2:])
        self.canvas.pointer.update(typing=self.keys.typing)
        self.canvas.update()

    def _follow_look(self) -> None:
        """The theme and the scale that are chosen now."""
        settings, theme = self.editor.settings, self.look.theme
        self.look.switch(settings.theme)
        self.look.rescale(settings.scale or self._display_scale)
        if self.look.theme != theme:
            dpg.set_viewport_clear_color(list(self.look.color("panel")))

    def _safely(self, call: Callable[..., Any], *arguments: Any) -> None:
        """A mistake of ours in one view must not end the window: it is told, with where to find it."""
        try:
            call(*arguments)
        except Exception as error:
            if len(self.mistakes) < _MISTAKES:
                self.mistakes.append(traceback.format_exc())
            self.editor.tell(f"The editor made a mistake: {type(error).__name__}: {error}.", "error")

    def _pace(self, cost: float) -> float:
        """How long this frame lasts, `cost` of which it took: quick while there is input, else the engine comes first.

        While the graph runs and nobody touches anything, a window that is drawn in software takes no core away from it.
        """
        x, y = dpg.get_mouse_pos(local=False)
        now = (x, y, id(self.editor.workspace.document), self.editor.workspace.selection)
        moment = time.perf_counter()
        if now != self._seen or self.editor.canvas.busy:
            self._seen, self._awake = now, moment
        if moment - self._awake < _LINGER:
            return _BUSY
        return max(_PLAYING, _GIVE_WAY * cost) if self.editor.player.state == "running" else _IDLE

    def close(self) -> None:
        """Take the window down."""
        self.canvas.close()
        dpg.destroy_context()
