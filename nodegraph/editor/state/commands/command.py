"""What a command is: one thing a person can do, from a menu, with a key, or by its name in the palette."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

Menu = Literal["File", "Edit", "View", "Run", "Help"]
MENUS: Final[tuple[Menu, ...]] = ("File", "Edit", "View", "Run", "Help")


def always(_: "Editor") -> bool:
    """A command that is never greyed."""
    return True


@dataclass(frozen=True)
class Command:
    """One thing a person can do.

    id: for tests and settings. help: one sentence for tooltips and the palette. shortcuts: the first is shown, the
    others work too. submenu: inside its menu. section: a line is drawn between sections of a menu. checked: None for
    a command that is neither on nor off. label: a title that depends on what there is ("Undo Move"). visible: whether
    menus and palette list it now.
    """

    id: str
    title: str
    menu: Menu
    run: "Callable[[Editor], None]"
    help: str
    shortcuts: tuple[str, ...] = ()
    submenu: str = ""
    section: int = 0
    enabled: "Callable[[Editor], bool]" = always
    checked: "Callable[[Editor], bool] | None" = None
    label: "Callable[[Editor], str] | None" = None
    visible: "Callable[[Editor], bool]" = always

    @property
    def shortcut(self) -> str:
        """The keys that menus show, "" for none."""
        return shown(self.shortcuts[0]) if self.shortcuts else ""

    def title_in(self, editor: "Editor") -> str:
        """The title as it is now."""
        return self.label(editor) if self.label else self.title


_SHOWN: Final = {"Shift+/": "?", "Ctrl+Shift+/": "Ctrl+?", "Ctrl+=": "Ctrl++", "Ctrl+Shift+=": "Ctrl++"}
_TEXT_KEYS: Final = frozenset(
    ["Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Z", "Ctrl+Y", "Ctrl+Shift+Z", "Ctrl+Delete", "Ctrl+Backspace"]
)
"""What a text field does itself while it has the focus."""
_FUNCTION_KEYS: Final = frozenset(f"F{number}" for number in range(1, 25))


def shown(shortcut: str) -> str:
    """A shortcut as people write it: "Shift+/" is "?"."""
    return _SHOWN.get(shortcut, shortcut)


def shortcut_for(key: str, *, ctrl: bool = False, shift: bool = False, alt: bool = False) -> str:
    """The name of a key with its modifiers: "Ctrl+Shift+Z"."""
    names = [name for name, held in (("Ctrl", ctrl), ("Alt", alt), ("Shift", shift)) if held]
    return "+".join([*names, key])


def belongs_to_text(shortcut: str) -> bool:
    """Whether a text field with the focus gets these keys, not a command."""
    *held, key = shortcut.split("+") if not shortcut.endswith("++") else [*shortcut[:-2].split("+"), "+"]
    if shortcut in _TEXT_KEYS:
        return True
    return key not in _FUNCTION_KEYS and "Ctrl" not in held and "Alt" not in held
