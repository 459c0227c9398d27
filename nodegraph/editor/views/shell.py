"""The window's layout: menu and tools on top, library left, canvas, inspector right, panels below, status last.

Every place is put where it belongs when the window or a panel changes size; the gaps between panels can be dragged.
"""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.settings import Settings
from nodegraph.editor.views.look import Look

_SIZES: Final = {"left": 260.0, "right": 320.0, "bottom": 190.0}
_LEAST: Final = {"left": 160.0, "right": 200.0, "bottom": 90.0}
_MENU, _TOOLS, _STATUS, _GAP = 26, 44, 28, 6
Area = tuple[int, int, int, int]
"""x, y, width, height in pixels of the window."""


class Shell:
    """Makes the empty places, and keeps them in place. `places` are the items to build views into."""

    def __init__(self, settings: Settings, look: Look) -> None:
        self._settings, self._look = settings, look
        self.places: dict[str, int | str] = {}
        self.areas: dict[str, Area] = {}
        self._seen: object = None
        self._dragged = ""

    def build(self) -> None:
        """Make the primary window and its places: menu, tools, left, canvas, right, bottom, status."""
        self.window = dpg.add_window(no_scrollbar=True, no_scroll_with_mouse=True)
        self.places["menu"] = dpg.add_menu_bar(parent=self.window)
        for name in ("tools", "canvas", "status"):
            self.places[name] = dpg.add_child_window(
                parent=self.window, border=False, no_scrollbar=True, no_scroll_with_mouse=True
            )
        for name in _SIZES:
            self.places[name] = dpg.add_child_window(parent=self.window, no_scrollbar=name == "bottom")
        dpg.set_primary_window(self.window, True)
        dpg.configure_item(self.window, no_scrollbar=True, no_scroll_with_mouse=True)  # being primary undoes them
        with dpg.handler_registry():
            dpg.add_mouse_click_handler(button=0, callback=self._pressed)
            dpg.add_mouse_release_handler(button=0, callback=self._released)

    # --- panels -----------------------------------------------------------------------------------------------------

    def shown(self, name: str) -> bool:
        """Whether a panel (left, right, bottom) is open."""
        return self._settings.panels.get(f"{name}_shown", True) is True

    def _size(self, name: str) -> int:
        if not self.shown(name):
            return 0
        wanted = float(self._settings.panels.get(name, _SIZES[name]))
        return self._look.px(max(wanted, _LEAST[name]))

    def update(self) -> None:
        """Put everything in place when a size changed."""
        self._drag()
        width, height = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
        top = self._look.px(_MENU)
        now = (width, height, top, self._look.scale, *(self._size(name) for name in _SIZES))
        if now == self._seen or width < 1:
            return
        self._seen = now
        self.areas = self._arranged(width, height, top)
        for name, (x, y, wide, high) in self.areas.items():
            visible = wide > 0 and high > 0
            dpg.configure_item(self.places[name], show=visible)
            if visible:
                dpg.configure_item(self.places[name], pos=[x, y], width=wide, height=high)

    def _arranged(self, width: int, height: int, top: int) -> dict[str, Area]:
        px = self._look.px
        gap, tools, status = px(_GAP), px(_TOOLS), px(_STATUS)
        room = height - top - tools - status
        left, right = (min(self._size(name), width // 3) for name in ("left", "right"))
        bottom = min(self._size("bottom"), room // 2)
        upper = room - bottom - (gap if bottom else 0)
        x = left + (gap if left else 0)
        wide = width - x - right - (gap if right else 0)
        y = top + tools
        return {
            "tools": (0, top, width, tools),
            "left": (0, y, left, upper),
            "canvas": (x, y, max(wide, 1), max(upper, 1)),
            "right": (width - right, y, right, upper),
            "bottom": (0, height - status - bottom, width, bottom),
            "status": (0, height - status, width, status),
        }

    # --- dragging the gaps ------------------------------------------------------------------------------------------

    def _pressed(self, *_: Any) -> None:
        if not self.areas:
            return
        x, y = dpg.get_mouse_pos(local=False)
        cx, cy, wide, high = self.areas["canvas"]
        gap = self._look.px(_GAP)
        if self.shown("left") and cx - gap <= x < cx and cy <= y < cy + high:
            self._dragged = "left"
        elif self.shown("right") and cx + wide < x <= cx + wide + gap and cy <= y < cy + high:
            self._dragged = "right"
        elif self.shown("bottom") and cy + high < y <= cy + high + gap:
            self._dragged = "bottom"

    def _released(self, *_: Any) -> None:
        if self._dragged:
            self._dragged = ""
            self._settings.changed()

    def _drag(self) -> None:
        if not self._dragged:
            return
        x, y = dpg.get_mouse_pos(local=False)
        width, height = dpg.get_viewport_client_width(), dpg.get_viewport_client_height()
        pixels = {"left": x, "right": width - x, "bottom": height - self._look.px(_STATUS) - y}[self._dragged]
        self._settings.panels[self._dragged] = max(pixels / self._look.scale, _LEAST[self._dragged])
