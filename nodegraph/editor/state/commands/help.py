"""The Help menu."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nodegraph.editor.state.commands.command import Command
from nodegraph.editor.state.documents.opening import read_document
from nodegraph.editor.state.tour import PRESET

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor


@dataclass(frozen=True)
class ShortcutSheet:
    """The dialog with every shortcut and gesture."""


@dataclass(frozen=True)
class About:
    """The dialog that says what this program is."""

    version: str


def _sheet(editor: "Editor") -> None:
    if isinstance(editor.dialogs.current, ShortcutSheet):
        editor.dialogs.close()
    else:
        editor.dialogs.show(ShortcutSheet())


def _commands(editor: "Editor") -> None:
    editor.palette.open_commands()


def _node(editor: "Editor") -> None:
    editor.node_help.open()


def _tour(editor: "Editor") -> None:
    def begin() -> None:
        editor.documents.show(read_document(PRESET))
        editor.tour.start()

    editor.files.settled(begin)


def _about(editor: "Editor") -> None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        editor.dialogs.show(About(version("nodegraph")))
    except PackageNotFoundError:
        editor.dialogs.show(About("not installed"))


HELP: Final = (
    Command("help.commands", "All commands…", "Help", _commands, "Find a command by its name.", ("Ctrl+Shift+P",)),
    Command("help.sheet", "Shortcuts and gestures", "Help", _sheet, "Every key and mouse gesture.", ("Shift+/",)),
    Command(
        "help.node",
        "Help for this node",
        "Help",
        _node,
        "What the selected node does, and each of its ports and parameters.",
        ("Shift+F1",),
        section=1,
    ),
    Command("help.tour", "Guided start", "Help", _tour, "Three minutes on the starter preset.", section=1),
    Command("help.about", "About nodegraph", "Help", _about, "Version, licence and what it is built on.", section=2),
)
"""The commands, in the order of the menu."""
