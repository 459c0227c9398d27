"""Mouse and keys from Dear PyGui to the canvas. Positions are polled; presses and the wheel come as callbacks."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.canvas import Canvas
from nodegraph.editor.state.canvas.gesture import Mods
from nodegraph.editor.state.placements import Point

_SHIFTS: Final = (dpg.mvKey_LShift, dpg.mvKey_RShift)
_CONTROLS: Final = (dpg.mvKey_LControl, dpg.mvKey_RControl)
_ALTS: Final = (dpg.mvKey_LAlt, dpg.mvKey_RAlt)


def mods() -> Mods:
    """The modifier keys that are down now."""
    return Mods(*(any(dpg.is_key_down(key) for key in keys) for keys in (_CONTROLS, _SHIFTS, _ALTS)))


class Pointer:
    """Feeds one canvas. surface: the item whose top left corner is the canvas's, and that must be hovered."""

    def __init__(self, canvas: Canvas, surface: int | str) -> None:
        self._canvas, self._surface = canvas, surface
        self._seen: object = None
        with dpg.handler_registry():
            dpg.add_mouse_click_handler(callback=self._pressed)
            dpg.add_mouse_release_handler(callback=self._released)
            dpg.add_mouse_double_click_handler(button=0, callback=self._double)
            dpg.add_mouse_wheel_handler(callback=self._wheel)

    @property
    def pixel(self) -> Point:
        """Where the pointer is, from the canvas's top left corner."""
        x, y = dpg.get_mouse_pos(local=False)
        left, top = dpg.get_item_rect_min(self._surface)
        return x - left, y - top

    @property
    def over(self) -> bool:
        """Whether the pointer is over the canvas, and nothing lies above it there."""
        return bool(dpg.is_item_hovered(self._surface))

    def update(self, typing: bool) -> None:
        """Once a frame: where the pointer is. typing: a text field has the keys."""
        canvas = self._canvas
        canvas.space = not typing and bool(dpg.is_key_down(dpg.mvKey_Spacebar))
        pixel = self.pixel
        held = mods()
        now = (pixel, held, self.over, canvas.workspace.document, vars(canvas.camera).copy())
        if now == self._seen:
            return
        self._seen = now
        if canvas.busy or self.over:
            canvas.move(pixel, held)
        else:
            canvas.leave()

    def _pressed(self, _sender: Any, button: int) -> None:
        if self.over:
            self._canvas.press(button, self.pixel, mods())

    def _released(self, _sender: Any, button: int) -> None:
        self._canvas.release(button, self.pixel, mods())

    def _double(self, _sender: Any, _button: Any) -> None:
        if self.over:
            self._canvas.cancel()
            self._canvas.double(self.pixel, mods())

    def _wheel(self, _sender: Any, notches: float) -> None:
        if self.over:
            self._canvas.wheel(float(notches), self.pixel)
