"""Small windows over the canvas to type or choose a value, a title or a note; Enter takes it, Esc gives it up."""

from collections.abc import Callable
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.core.spec import Param
from nodegraph.editor.state.canvas.boxes import PAD
from nodegraph.editor.state.canvas.camera import Rect
from nodegraph.editor.state.canvas.editing import Editing, ParamEditing, TextEditing
from nodegraph.editor.state.canvas.requests import EditParam, EditText
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.canvas.part import Part
from nodegraph.editor.views.canvas.popup_parts import param_part, text_part
from nodegraph.editor.views.keys import Keys
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.palette import inside
from nodegraph.editor.views.shell import Shell

_LEAST: Final = 200
_FRAMES: Final = 3
"""Frames after opening in which the field asks for the focus: a window has to be drawn before it can have it."""


class Popups:
    """One at a time. A click elsewhere takes what was typed, if it can be."""

    def __init__(self, editor: Editor, look: Look, shell: Shell, keys: Keys) -> None:
        self._editor, self._look, self._shell = editor, look, shell
        keys.closers.append(self.cancel)
        self._window: int | str = 0
        self._editing: Editing | None = None
        self._part = Part()
        self._frames = 0
        self._said = ""

    def build(self, _parent: int | str) -> None:
        """Listen for Enter; windows are made when they are wanted."""
        with dpg.handler_registry():
            for key in (dpg.mvKey_Return, dpg.mvKey_NumPadEnter):
                dpg.add_key_press_handler(key, callback=self._entered)

    @property
    def is_open(self) -> bool:
        """Whether something is being edited."""
        return self._editing is not None

    def update(self) -> None:
        """Open what a gesture asked for; close what a click elsewhere has closed."""
        self._open_asked()
        editing = self._editing
        if editing is None:
            return
        self._frames += 1
        if editing.stale:
            self._close()
        elif self._frames > _FRAMES + 1 and not dpg.is_item_visible(self._window):
            self._part.take()
            self._close()
        else:
            self._say(editing.problem)
            if self._part.field and self._frames <= _FRAMES:
                dpg.focus_item(self._part.field)

    def _open_asked(self) -> None:
        editor, workspace = self._editor, self._editor.workspace
        param, text = editor.take(EditParam), editor.take(EditText)
        if param is not None:
            spec = workspace.spec(param.node)
            found = spec.param(param.name) if spec else None
            if found is not None and spec is not None:
                one = ParamEditing(workspace, param.node, found)
                writes = spec.kind == "sink"
                self._open(one, self._row(param.node, found), lambda width: self._param(one, width, writes))
        elif text is not None:
            rects = editor.canvas.scene.rects([text.item])
            if rects:
                two = TextEditing(workspace, text.item)
                self._open(two, rects[0], lambda width: text_part(self._look, two, width))

    def _param(self, editing: ParamEditing, width: int, writes: bool) -> Part:
        return param_part(self._editor, self._look, editing, width, writes, self._done)

    def _row(self, node: str, param: Param) -> Rect:
        """The parameter's row in the world; the node's title for one that is not shown."""
        scene = self._editor.canvas.scene
        left, top, right, bottom = scene.rect(node)
        row = next((one for one in scene.boxes[node].rows if one.param.name == param.name), None)
        return (left + PAD, top + row.y, right - PAD, bottom) if row else (left, top, right, bottom)

    def _open(self, editing: Editing, rect: Rect, draw: Callable[[int], Part]) -> None:
        self.cancel()
        camera, px = self._editor.canvas.camera, self._look.px
        area = self._shell.areas.get("canvas", (0, 0, 0, 0))
        x, y = camera.to_screen((rect[0], rect[1]))
        width = max(round((rect[2] - rect[0]) * camera.pixels), px(_LEAST))
        width = min(width, px(2 * _LEAST))
        self._editing, self._frames, self._said = editing, 0, ""
        with dpg.window(
            popup=True, no_saved_settings=True, autosize=True, no_title_bar=True, no_move=True, min_size=(10, 10)
        ) as self._window:
            self._part = draw(width)
            self._part.problem = dpg.add_text("", wrap=width, color=self._look.color("error"), show=False)
            dpg.bind_item_font(self._part.problem, self._look.font("small"))
        spot = inside(area[0] + round(x), area[1] + round(y), width + px(20), px(40 + 20 * self._part.lines))
        dpg.set_item_pos(self._window, list(spot))

    def _say(self, problem: str) -> None:
        if problem != self._said:
            self._said = problem
            dpg.configure_item(self._part.problem, show=bool(problem))
            dpg.set_value(self._part.problem, problem)

    # --- closing ----------------------------------------------------------------------------------------------------

    def _entered(self, *_: Any) -> None:
        """Enter takes what was typed; in a text of several lines it is a new line, with Ctrl it takes."""
        held = dpg.is_key_down(dpg.mvKey_LControl) or dpg.is_key_down(dpg.mvKey_RControl)
        if self._editing is not None and self._frames > 1 and (self._part.lines == 1 or held):
            self._done()

    def _done(self) -> None:
        if self._part.take():
            self._close()

    def cancel(self) -> bool:
        """Esc: give it up; whether there was something."""
        editing = self._editing
        if editing is not None:
            editing.cancel()
            self._close()
        return editing is not None

    def _close(self) -> None:
        if self._editing is not None:
            self._editing.finish()
            self._editing = None
        if self._window:
            dpg.delete_item(self._window)
            self._window = 0
