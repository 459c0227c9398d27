"""THE table of commands: menus, shortcuts, palette, buttons and the shortcut sheet are all drawn from it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from nodegraph.editor.state.commands.command import Command, Menu, belongs_to_text, shortcut_for
from nodegraph.editor.state.commands.edit import EDIT
from nodegraph.editor.state.commands.file import FILE
from nodegraph.editor.state.commands.help import HELP
from nodegraph.editor.state.commands.run import RUN
from nodegraph.editor.state.commands.view import VIEW

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

COMMANDS: Final[tuple[Command, ...]] = (*FILE, *EDIT, *VIEW, *RUN, *HELP)
BY_ID: Final[Mapping[str, Command]] = {one.id: one for one in COMMANDS}
_BY_KEYS: Final[Mapping[str, Command]] = {keys: one for one in COMMANDS for keys in one.shortcuts}


def shortcut_of(id: str) -> str:
    """The keys shown for a command, "" for none. Raises KeyError for an id that is not there."""
    return BY_ID[id].shortcut


def match(
    key: str, *, ctrl: bool = False, shift: bool = False, alt: bool = False, typing: bool = False
) -> Command | None:
    """The command of a key ("Z", "Home", "Enter", "/") with its modifiers.

    typing: a text field has the focus, and gets the keys that are its own.
    """
    keys = shortcut_for(key, ctrl=ctrl, shift=shift, alt=alt)
    return None if typing and belongs_to_text(keys) else _BY_KEYS.get(keys)


def in_menu(menu: Menu) -> list[Command]:
    """The commands of one menu, in order."""
    return [one for one in COMMANDS if one.menu == menu]


def run(editor: "Editor", id: str) -> bool:
    """Carry a command out, if it has something to work on; whether it had. Raises KeyError for an unknown id."""
    command = BY_ID[id]
    if not command.enabled(editor):
        return False
    command.run(editor)
    return True
