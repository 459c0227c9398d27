"""Recording: the nodes that write files write what is seen live. Files that are there are not replaced unasked."""

from pathlib import Path
from typing import TYPE_CHECKING

from nodegraph.core.errors import NodegraphError
from nodegraph.editor.state.documents.questions import Answer, Question
from nodegraph.editor.state.running.runnable import writes_files

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor


def toggle_recording(editor: "Editor") -> None:
    """Begin to record, or end it. Asks before files are replaced; says so when nothing would be written."""
    if editor.player.recording:
        editor.player.recording = False
        return
    graph, registry = editor.workspace.document.graph, editor.workspace.registry
    sinks = [node for node in graph.nodes.values() if (one := registry.find(node.type)) and writes_files(one.spec)]
    if not sinks:
        editor.tell("No node writes a file yet.", "warning", "Add a Video File Out and connect it, then record.")
        return
    try:
        there = editor.session.outputs_of(editor.session.resolve_paths(graph, editor.workspace.base))
    except NodegraphError as error:
        editor.tell(error.message, "error", error.hint)
        return
    if there:
        _ask(editor, there)
    else:
        _begin(editor)


def _ask(editor: "Editor", there: list[Path]) -> None:
    name = there[0].name if len(there) == 1 else f"{len(there)} files"
    answers = (Answer("Replace and record", lambda: _begin(editor), "danger"), Answer("Cancel"))
    text = "Recording replaces what was recorded or rendered before."
    editor.dialogs.show(Question(f"Replace {name}?", text, answers, tuple(str(path) for path in there[:8])))


def _begin(editor: "Editor") -> None:
    editor.player.recording = True
    if editor.player.state in ("stopped", "ended", "failed"):
        editor.player.play()
