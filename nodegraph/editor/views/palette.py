"""The palette at the pointer, and find in graph at the top of the canvas."""

from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.commands.command import Command, Menu
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.find import Found
from nodegraph.editor.state.insertables import Insertable
from nodegraph.editor.state.palette import Entry
from nodegraph.editor.views.choices import Line
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure
from nodegraph.editor.views.search_box import SearchBox
from nodegraph.editor.views.shell import Shell

_KIND_ICONS: Final = {"source": "source", "filter": "filter", "sink": "sink", "model": "model"}
_MENU_ICONS: Final[dict[Menu, str]] = {
    "File": "file",
    "Edit": "rename",
    "View": "eye",
    "Run": "play",
    "Help": "help",
}
_EDGE: Final = 8


class PaletteView:
    """Draws `editor.palette`."""

    def __init__(self, editor: Editor, look: Look, measure: Measure, shell: Shell) -> None:
        self._editor, self._look, self._shell = editor, look, shell
        hint = "Type to search; > for commands"
        self._box = SearchBox(editor.palette, look, measure, hint)
        self._entries: list[Entry] | None = None
        self._lines: list[Line] = []

    def build(self, _parent: int | str) -> None:
        """Make the window, hidden."""
        self._box.build()

    def update(self) -> None:
        """Follow the state."""
        palette = self._editor.palette
        if palette.is_open and palette.entries is not self._entries:
            self._entries = palette.entries
            self._lines = [self._line(one) for one in palette.entries]
        marked = palette.marked
        below = marked.description if marked else "Nothing found. Fewer letters find more."
        self._box.update(palette.heading, self._lines, _first_words(below), self._place)

    def _place(self, width: int, height: int) -> tuple[int, int]:
        """At the pointer, but inside the window."""
        left, top, _, _ = self._shell.areas.get("canvas", (0, 0, 0, 0))
        x, y = self._editor.palette.pixel
        return inside(left + round(x), top + round(y), width, height)

    def _line(self, entry: Entry) -> Line:
        choice, color = entry.choice, self._look.category_color
        if isinstance(choice, Insertable):
            icon = "control" if choice.category.startswith(("Control", "Data")) else _KIND_ICONS[choice.kind]
            return Line(entry.title, entry.detail.replace("/", " · "), icon, color(choice.category))
        return _command_line(entry, choice, self._look)


class FindView:
    """Draws `editor.finder`."""

    def __init__(self, editor: Editor, look: Look, measure: Measure, shell: Shell) -> None:
        self._editor, self._look, self._shell = editor, look, shell
        self._box = SearchBox(editor.finder, look, measure, "Title, type or id")
        self._found: list[Found] | None = None
        self._lines: list[Line] = []

    def build(self, _parent: int | str) -> None:
        """Make the window, hidden."""
        self._box.build()

    def update(self) -> None:
        """Follow the state."""
        finder = self._editor.finder
        if finder.is_open and finder.found is not self._found:
            self._found = finder.found
            self._lines = [self._line(one) for one in finder.found]
        below = "Enter goes there." if finder.found else "Nothing in this graph is called so."
        self._box.update("Find in graph", self._lines, below, self._place)

    def _place(self, width: int, height: int) -> tuple[int, int]:
        left, top, wide, _ = self._shell.areas.get("canvas", (0, 0, width, 0))
        return inside(left + (wide - width) // 2, top + self._look.px(24), width, height)

    def _line(self, found: Found) -> Line:
        if found.item.kind != "node":
            return Line(found.title, found.detail, found.item.kind, self._look.color("pale"))
        spec = self._editor.workspace.spec(found.item.id)
        icon = "model" if spec and "model" in spec.extra else spec.kind if spec else "warning"
        return Line(found.title, found.detail, icon, self._look.category_color(spec.category if spec else ""))


def inside(x: int, y: int, width: int, height: int) -> tuple[int, int]:
    """A place for something of this size, moved so that all of it is in the window."""
    right, bottom = dpg.get_viewport_client_width() - _EDGE, dpg.get_viewport_client_height() - _EDGE
    return max(_EDGE, min(x, right - width)), max(_EDGE, min(y, bottom - height))


def _command_line(entry: Entry, command: Command, look: Look) -> Line:
    return Line(entry.title, entry.detail, _MENU_ICONS[command.menu], look.color("pale"), entry.enabled)


def _first_words(text: str) -> str:
    """At most about three lines."""
    return text if len(text) <= 190 else text[:190].rpartition(" ")[0] + " …"
