"""After a document was opened: look for what it lacks, show it, and do the one thing that mends it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from nodegraph.core.preset import Preset
from nodegraph.editor.state.documents.missing import Missing, missing
from nodegraph.editor.state.documents.questions import Answer, MissingDialog, Question
from nodegraph.editor.state.edits.nodes import set_place, with_graph
from nodegraph.editor.state.items import node
from nodegraph.editor.state.models.acting import press
from nodegraph.editor.state.models.licences import Use, unaccepted
from nodegraph.editor.state.models.spots import spot_of
from nodegraph.runtime.entry import ModelEntry

if TYPE_CHECKING:
    from nodegraph.editor.state.documents.files import Files
    from nodegraph.editor.state.editor import Editor

_DOCKER_HELP: Final = (
    "Models in containers need Docker on this machine, or on another one that DOCKER_HOST names.",
    "Linux: install docker.io (or Docker Engine), run `sudo systemctl start docker`, and join the group docker.",
    "Then open the document again, or press the model's start button.",
)


class Mending:
    """The dialog about what a document lacks, and what its buttons do."""

    def __init__(self, editor: "Editor", files: "Files") -> None:
        self._editor, self._files = editor, files

    def look(self, name: str, told_when_nothing: bool = False) -> None:
        """Look what the open document lacks and show it; the document is open all the same."""
        document, session = self._editor.workspace.document, self._editor.session

        def show(rows: list[Missing]) -> None:
            if rows and self._editor.workspace.document.graph.nodes.keys() >= {id for row in rows for id in row.nodes}:
                self._editor.dialogs.show(MissingDialog(name, rows, self.fix))
            elif told_when_nothing:
                self._editor.tell("Everything this document needs is here.", "good")

        registry = self._editor.workspace.registry
        self._files.later(lambda: missing(document.graph, registry, session, document.requires, self._may_ask), show)

    def _may_ask(self, entry: ModelEntry, place: Mapping[str, Any]) -> bool:
        """A document may be from anybody: a machine it names is asked nothing before the person agreed to that."""
        return not unaccepted([Use(entry, place)], self._editor.settings)

    def fix(self, row: Missing) -> None:
        """What the button of a row does."""
        if row.action == "pull":
            press(self._editor, row.argument, "download", _place(row))
        elif row.action == "build":
            press(self._editor, row.argument, "build", _place(row))
        elif row.action == "process":
            self._edit("Run without Docker", row, lambda document: set_place(document, row.nodes, {"kind": "process"}))
        elif row.action == "replace":
            self._edit("Replace nodes", row, lambda document: _with_type(document, row))
        elif row.action == "show":
            self._editor.dialogs.close()
            self._editor.workspace.select(node(id) for id in row.nodes)
            self._editor.canvas.fit_selection()
        else:
            self._editor.dialogs.show(Question("Docker", _DOCKER_HELP[0], (Answer("Close"),), _DOCKER_HELP[1:]))

    def follow(self, dialog: MissingDialog) -> None:
        """While the dialog is open, every frame: how far downloads and builds are."""
        for row in dialog.rows:
            if row.action not in ("pull", "build"):
                continue
            show = self._editor.models.show(row.argument, spot_of(_place(row)) if row.engine else "")
            if show.working:
                dialog.doing[row.type] = show.text
            elif dialog.doing.pop(row.type, "") and not show.failed:
                self._mended(dialog, row)

    def _edit(self, label: str, row: Missing, change: Callable[[Preset], Preset]) -> None:
        self._editor.workspace.do(label, change(self._editor.workspace.document))
        dialog = self._editor.dialogs.current
        if isinstance(dialog, MissingDialog):
            self._mended(dialog, row)

    def _mended(self, dialog: MissingDialog, row: Missing) -> None:
        dialog.done.add(row.type)
        if dialog.done >= {one.type for one in dialog.rows}:
            self._editor.dialogs.close(dialog)


def _place(row: Missing) -> dict[str, str]:
    """Where its image is to be."""
    return {"kind": "container", **({"engine": row.engine} if row.engine else {})}


def _with_type(document: Preset, row: Missing) -> Preset:
    graph = document.graph
    for id in row.nodes:
        if id in graph.nodes:
            graph = graph.with_node(replace(graph.nodes[id], type=row.argument))
    return with_graph(document, graph)
