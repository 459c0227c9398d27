"""What the shortcut sheet shows: every key of the table of commands, and every gesture of the mouse."""

from typing import Final

from nodegraph.editor.state.commands.command import MENUS, shown
from nodegraph.editor.state.commands.table import in_menu

Row = tuple[str, str]
"""Keys or a gesture, and what it does."""

GESTURES: Final[dict[str, tuple[Row, ...]]] = {
    "Canvas": (
        ("Wheel", "Zoom at the pointer"),
        ("Middle button, Space + drag", "Move around"),
        ("Right button + drag", "Move around"),
        ("Drag on the empty canvas", "Select what the box touches"),
        ("Shift or Ctrl + click", "Select more, or less"),
        ("Double-click, right-click, Tab", "Search for a node"),
        ("Esc", "Give up what was begun; select nothing"),
    ),
    "Nodes and wires": (
        ("Drag a pin", "Connect it, in either direction"),
        ("Drop a wire on the canvas", "Search for what fits it"),
        ("Drag a wire's end off", "Disconnect it"),
        ("Double-click a wire", "Disconnect it"),
        ("Ctrl + right button + drag", "Cut wires"),
        ("Drop a node on a wire", "Insert it"),
        ("Alt + drag", "Drag a copy"),
        ("Drag a number on a node", "Change it; Shift for small steps"),
        ("Double-click a title", "Rename"),
    ),
}


def sheet() -> list[tuple[str, list[Row]]]:
    """Headings with their rows: the gestures, then the menus."""
    pages: list[tuple[str, list[Row]]] = [(heading, list(rows)) for heading, rows in GESTURES.items()]
    for menu in MENUS:
        rows = [
            (" or ".join(dict.fromkeys(shown(keys) for keys in one.shortcuts)), one.title.rstrip("…"))
            for one in in_menu(menu)
            if one.shortcuts
        ]
        pages.append((menu, rows))
    return pages
