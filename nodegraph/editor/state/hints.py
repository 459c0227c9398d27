"""What an empty canvas says to somebody who is here for the first time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor


@dataclass(frozen=True)
class Hint:
    """Keys (or a gesture) on the left, what they do on the right."""

    keys: str
    text: str


HEADING: Final = "An empty graph"
HINTS: Final = (
    Hint("Double-click", "search for a node to add, right here"),
    Hint("Drag a pin", "connect it; drop it anywhere to see what fits"),
    Hint("Wheel", "zoom at the pointer; the middle button moves around"),
    Hint("Ctrl+Enter", "run it, or stop it"),
    Hint("?", "every shortcut"),
)
BUTTONS: Final = ("help.tour", "file.gallery", "file.open")
"""Commands offered as buttons below."""


def shows_hints(editor: "Editor") -> bool:
    """Whether the canvas is empty and nothing is being searched for."""
    document = editor.workspace.document
    busy = editor.palette.is_open or editor.finder.is_open or editor.dialogs.current is not None
    return not (document.graph.nodes or document.graph.groups or document.layout.get("notes") or busy)
