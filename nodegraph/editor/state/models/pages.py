"""The page of one model, as a dialog."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor


@dataclass(frozen=True)
class ModelPage:
    """Everything about a model: its description, licence, state and log."""

    id: str


def open_page(editor: "Editor", id: str) -> None:
    """Show the page of a model; nothing for one that is not in the catalogue."""
    if id in editor.models.entries:
        editor.dialogs.show(ModelPage(id))
