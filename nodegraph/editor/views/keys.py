"""Keys to what they mean: an open search, the canvas, or a command of the table."""

import time
from collections.abc import Callable
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.commands.help import About, ShortcutSheet
from nodegraph.editor.state.commands.table import match
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.palette import PAGE
from nodegraph.editor.views.pointer import mods

_NAMES: Final[dict[int, str]] = {
    **{getattr(dpg, f"mvKey_{letter}"): letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"},
    **{getattr(dpg, f"mvKey_F{number}"): f"F{number}" for number in range(1, 13)},
    **{getattr(dpg, f"mvKey_NumPad{number}"): str(number) for number in range(10)},
    dpg.mvKey_Tab: "Tab",
    dpg.mvKey_Return: "Enter",
    dpg.mvKey_NumPadEnter: "Enter",
    dpg.mvKey_Escape: "Esc",
    dpg.mvKey_Delete: "Delete",
    dpg.mvKey_Back: "Backspace",
    dpg.mvKey_Home: "Home",
    dpg.mvKey_End: "End",
    dpg.mvKey_Up: "Up",
    dpg.mvKey_Down: "Down",
    dpg.mvKey_Slash: "/",
    dpg.mvKey_Minus: "-",
    dpg.mvKey_Subtract: "-",
    dpg.mvKey_Add: "=",
    517: "PageUp",  # the library's own names for these three still have the numbers of another version
    518: "PageDown",
    602: "=",
}
_TEXT: Final = ("::mvInput", "::mvSlider", "::mvDrag", "::mvColorEdit")
"""Items that take letters or digits while they are active."""
_SECONDS: Final = 1.0
_OWN: Final = (ShortcutSheet, About)


class Keys:
    """Listens to every key press. `typing` says whether a text field has the keys.

    closers: what Esc tries first, in order; each closes a popup and says whether there was one.
    """

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._held: set[int] = set()
        self._fields = Fields()
        self.typing = self._lines = False
        self.closers: list[Callable[[], bool]] = []

    def build(self, _parent: int | str) -> None:
        """Begin to listen."""
        with dpg.handler_registry():
            dpg.add_key_press_handler(callback=self._pressed)

    def update(self) -> None:
        """Once a frame: which keys are still down, and whether a person types."""
        self._held = {key for key in self._held if dpg.is_key_down(key)}
        self.typing = self._fields.is_typing()
        self._lines = self.typing and self._fields.has_lines()

    def _pressed(self, _sender: Any, key: int) -> None:
        name = _NAMES.get(key)
        if name is None:  # modifiers, and the mouse's buttons, which come here too
            return
        again = key in self._held
        self._held.add(key)
        held = mods()
        plain = not (held.ctrl or held.alt or held.shift)
        if plain and self._editor_key(name):
            return
        if again or (self._editor.dialogs.current is not None and not self._closes_own(name)):
            return
        if name == "Enter" and self._lines:  # Ctrl+Enter has ended the text
            return
        typing = self._fields.is_typing(afresh=True)
        command = match(name, ctrl=held.ctrl, shift=held.shift, alt=held.alt, typing=typing)
        able = command is not None and (self._free or command.menu in ("Help", "Run", "File"))
        if command is not None and able and command.enabled(self._editor):
            command.run(self._editor)

    @property
    def _free(self) -> bool:
        """Whether no search is open."""
        return not (self._editor.palette.is_open or self._editor.finder.is_open)

    def _closes_own(self, name: str) -> bool:
        return name == "/" and isinstance(self._editor.dialogs.current, ShortcutSheet)

    def _editor_key(self, name: str) -> bool:
        """Keys that belong to what is open; whether this was one."""
        editor = self._editor
        if editor.palette.is_open:
            return _does(_PALETTE, name, editor)
        if editor.finder.is_open:
            return _does(_FINDER, name, editor)
        if name == "Esc":
            self._escape()
        return name == "Esc"

    def _escape(self) -> None:
        """Close the topmost thing, or give up the gesture, or select nothing."""
        editor = self._editor
        if any(close() for close in self.closers):
            return
        if isinstance(editor.dialogs.current, _OWN):
            editor.dialogs.close()
        elif editor.dialogs.current is not None or self.typing:
            return
        elif editor.node_help.page is not None:
            editor.node_help.close()
        elif not editor.canvas.cancel():
            editor.workspace.select([])


_PALETTE: Final[dict[str, Callable[[Editor], None]]] = {
    "Up": lambda editor: editor.palette.up(),
    "Down": lambda editor: editor.palette.down(),
    "PageUp": lambda editor: editor.palette.up(PAGE),
    "PageDown": lambda editor: editor.palette.down(PAGE),
    "Enter": lambda editor: editor.palette.choose(),
    "Esc": lambda editor: editor.palette.close(),
}
_FINDER: Final[dict[str, Callable[[Editor], None]]] = {
    "Up": lambda editor: editor.finder.up(),
    "Down": lambda editor: editor.finder.down(),
    "Enter": lambda editor: editor.finder.choose(),
    "Esc": lambda editor: editor.finder.close(),
}


def _does(table: dict[str, Callable[[Editor], None]], name: str, editor: Editor) -> bool:
    if name in table:
        table[name](editor)
    return name in table


class Fields:
    """Finds the text fields of the window that has the focus: nothing else tells whether a person types."""

    def __init__(self) -> None:
        self._known: list[int | str] = []
        self._window: int | str = 0
        self._until = 0.0

    def is_typing(self, afresh: bool = False) -> bool:
        """Whether a field that takes letters or digits is active; looks for new fields now and then."""
        window, now = dpg.get_active_window(), time.monotonic()
        if afresh or window != self._window or now > self._until:
            self._window, self._until = window, now + _SECONDS
            self._known = _fields(window) if window and dpg.does_item_exist(window) else []
        return any(dpg.does_item_exist(field) and dpg.is_item_active(field) for field in self._known)

    def has_lines(self) -> bool:
        """Whether the field that is active takes several lines."""
        active = [field for field in self._known if dpg.does_item_exist(field) and dpg.is_item_active(field)]
        return any(dpg.get_item_configuration(field).get("multiline") for field in active)


def _fields(window: int | str) -> list[int | str]:
    found: list[int | str] = []
    waiting: list[int | str] = [window]
    while waiting:
        item = waiting.pop()
        about = dpg.get_item_info(item)
        kind = about["type"]
        if any(part in kind for part in _TEXT):
            found.append(item)
        elif "::mvDraw" not in kind:
            waiting += about["children"][1]
    return found
