"""The menu of a right click on a node, wire, note or frame."""

from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.requests import OpenMenu
from nodegraph.editor.state.context_menu import MenuEntry, menu_for
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.keys import Keys
from nodegraph.editor.views.palette import inside
from nodegraph.editor.views.shell import Shell


class ContextMenu:
    """Made anew each time; it closes by itself when something is chosen or the click is elsewhere."""

    def __init__(self, editor: Editor, shell: Shell, keys: Keys) -> None:
        self._editor, self._shell = editor, shell
        keys.closers.append(self.close)
        self._window: int | str = 0

    def build(self, _parent: int | str) -> None:
        """Nothing is made before it is wanted."""

    def update(self) -> None:
        """Open when a gesture asked for it."""
        asked = self._editor.take(OpenMenu)
        if asked is None:
            return
        entries = menu_for(self._editor, asked.hit, asked.pixel)
        if self._window:
            dpg.delete_item(self._window)
            self._window = 0
        if entries:
            self._open(entries, asked.pixel)

    def close(self) -> bool:
        """Close it; whether it was open."""
        is_open = bool(self._window) and bool(dpg.is_item_visible(self._window))
        if is_open:
            dpg.configure_item(self._window, show=False)
        return is_open

    def _open(self, entries: list[MenuEntry], pixel: tuple[float, float]) -> None:
        left, top, _, _ = self._shell.areas.get("canvas", (0, 0, 0, 0))
        spot = inside(left + round(pixel[0]), top + round(pixel[1]), 250, 26 * len(entries) + 30)
        submenus: dict[str, int | str] = {}
        section = entries[0].section
        with dpg.window(popup=True, no_saved_settings=True, pos=spot) as self._window:
            for entry in entries:
                if entry.section != section:
                    section = entry.section
                    dpg.add_separator()
                if entry.submenu and entry.submenu not in submenus:
                    submenus[entry.submenu] = dpg.add_menu(label=entry.submenu)
                parent = submenus[entry.submenu] if entry.submenu else self._window
                dpg.add_menu_item(
                    label=entry.title,
                    shortcut=entry.shortcut,
                    enabled=entry.enabled,
                    check=entry.checked is not None,
                    default_value=bool(entry.checked),
                    callback=self._chosen,
                    user_data=entry,
                    parent=parent,
                )

    def _chosen(self, _sender: Any, _value: Any, entry: MenuEntry) -> None:
        dpg.configure_item(self._window, show=False)
        entry.run()
