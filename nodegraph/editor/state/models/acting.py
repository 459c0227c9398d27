"""A button of a model was pressed: what has to be asked first is asked, then it is done."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from nodegraph.editor.state.documents.questions import Answer, Question
from nodegraph.editor.state.models.shown import ActionId

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

_FIRST_USES: Final[Mapping[str, str]] = {
    "download": "download",
    "build": "build",
    "fetch": "fetch",
    "start": "start",
    "contain": "start",
    "retry": "go on",
    "restart": "start",
}
"""What may be the first use of a model, in a word for the button that accepts its licence."""
_RUNS_AS: Final = {
    "start": "process",
    "contain": "container",
    "download": "container",
    "build": "container",
}
"""The place a button is about, whatever the node's is; weights are of every place."""


def press(
    editor: "Editor", id: str, action: ActionId, place: Mapping[str, Any] | None = None, checkpoint: str = ""
) -> None:
    """Do what a button of the model `id` says. place: as a node has it, None for one that is about no node's.

    checkpoint: the one to fetch or start with.
    """
    entry = editor.models.entries.get(id)
    if entry is None:
        return

    def act() -> None:
        editor.models.act(id, action, place, checkpoint if action == "fetch" else "")

    if action in _FIRST_USES:
        kind = _RUNS_AS.get(action)
        where = {**(place or {}), **({"kind": kind} if kind else {})}
        editor.consent.before(entry, _FIRST_USES[action], act, where, checkpoint)
    elif action == "remove":
        again = "built again" if entry.build else "downloaded again"
        text = f"The image of {entry.name} is removed from Docker. To run in a container it has to be {again} first."
        editor.dialogs.show(
            Question("Remove the image?", text, (Answer("Remove", act, "danger"), Answer("Keep it", look="main")))
        )
    else:
        act()


def stop_all(editor: "Editor") -> None:
    """End the run, if it uses models, and stop every model, so that their memory is free."""
    types = {node.type for node in editor.workspace.document.graph.nodes.values() if node.state == "on"}
    if any(editor.models.entry_of(type) for type in types):
        editor.player.stop()
    count = editor.models.stop_all()
    editor.tell(f"{count} {'model is' if count == 1 else 'models are'} stopped." if count else "No model runs.")
