"""The menu bar, drawn from the table of commands; and the window's title."""

from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.commands.command import MENUS, Command, Menu
from nodegraph.editor.state.commands.table import COMMANDS, in_menu
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.keys import Keys
from nodegraph.editor.views.look import Look

_REACH = 30
"""Pixels from the top of the window: with the pointer there, a menu may open next."""
_SOMETIMES = 10


class Menus:
    """One item for each command; what is greyed and checked follows the state when a menu is about to open."""

    def __init__(self, editor: Editor, look: Look, keys: Keys) -> None:
        self._editor, self._look = editor, look
        keys.closers.append(self.close)
        self._roots: list[int | str] = []
        self._items: dict[str, int | str] = {}
        self._submenus: dict[tuple[Menu, str], int | str] = {}
        self._seen: dict[str, object] = {}
        self._title = ""
        self._frames = 0

    def build(self, parent: int | str) -> None:
        """Make every menu and its items."""
        self._bar = parent
        for menu in MENUS:
            root = dpg.add_menu(label=menu, parent=parent)
            self._roots.append(root)
            section = 0
            for command in in_menu(menu):
                if command.section != section:
                    section = command.section
                    dpg.add_separator(parent=root)
                self._items[command.id] = self._item(command, self._parent(command, root))

    def close(self) -> bool:
        """Close the menu that is open; whether one was."""
        is_open = any(dpg.get_item_state(menu).get("focused") for menu in (*self._roots, *self._submenus.values()))
        if is_open:
            dpg.focus_item(dpg.get_item_info(self._bar)["parent"])  # a menu goes when the focus does
        return is_open

    def _parent(self, command: Command, root: int | str) -> int | str:
        if not command.submenu:
            return root
        key = (command.menu, command.submenu)
        if key not in self._submenus:
            self._submenus[key] = dpg.add_menu(label=command.submenu, parent=root)
        return self._submenus[key]

    def _item(self, command: Command, parent: int | str) -> int | str:
        item: int | str = dpg.add_menu_item(
            label=command.title,
            shortcut=command.shortcut,
            check=command.checked is not None,
            parent=parent,
            callback=self._chosen,
            user_data=command,
        )
        with dpg.tooltip(item, delay=0.6):
            dpg.bind_item_font(dpg.add_text(command.help, wrap=self._look.px(320)), self._look.font("small"))
        return item

    def update(self) -> None:
        """Follow the state while the pointer is where menus open."""
        self._name_window()
        if not self._seen or dpg.get_mouse_pos(local=False)[1] < self._look.px(_REACH):
            for command in COMMANDS:
                self._follow(command)
            self._hide_empty()

    def _follow(self, command: Command) -> None:
        editor = self._editor
        visible = command.visible(editor)
        checked = bool(command.checked and command.checked(editor))
        now = (visible, visible and command.title_in(editor), visible and command.enabled(editor), checked)
        if now == self._seen.get(command.id):
            return
        self._seen[command.id] = now
        item = self._items[command.id]
        dpg.configure_item(item, show=visible, label=now[1] or command.title, enabled=bool(now[2]))
        if command.checked:
            dpg.set_value(item, checked)

    def _hide_empty(self) -> None:
        """A submenu without anything in it is greyed."""
        for (menu, submenu), item in self._submenus.items():
            commands = [one for one in in_menu(menu) if one.submenu == submenu]
            some = any(one.visible(self._editor) for one in commands)
            if self._seen.get(submenu) != some:
                self._seen[submenu] = some
                dpg.configure_item(item, enabled=some)

    def _chosen(self, _sender: Any, _value: Any, command: Command) -> None:
        self._seen.pop(command.id, None)  # the click has switched the check mark; the state decides
        if command.enabled(self._editor):
            command.run(self._editor)

    def _name_window(self) -> None:
        self._frames += 1
        if self._frames % _SOMETIMES:  # whether a document is dirty takes a comparison
            return
        workspace = self._editor.workspace
        title = f"{'• ' if workspace.dirty else ''}{workspace.name} – nodegraph"
        if title != self._title:
            self._title = title
            dpg.set_viewport_title(title)
