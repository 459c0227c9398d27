"""The Run menu."""

from typing import TYPE_CHECKING, Final

from nodegraph.editor.state.commands.command import Command
from nodegraph.editor.state.commands.copying import nodes_selected
from nodegraph.editor.state.models.acting import stop_all
from nodegraph.editor.state.models.newcomer import add_model
from nodegraph.editor.state.models.room import show_room
from nodegraph.editor.state.running.recording import toggle_recording
from nodegraph.editor.state.running.render_dialog import open_render

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor


def _toggle(editor: "Editor") -> None:
    if not is_on(editor):
        editor.player.only = None
    editor.player.toggle()


def _pause(editor: "Editor") -> None:
    if editor.player.state == "paused":
        editor.player.resume()
    else:
        editor.player.pause()


def _to_selection(editor: "Editor") -> None:
    """Again with the same selection: all of it runs."""
    ids = frozenset(editor.workspace.selected_nodes)
    if not ids or editor.player.only == ids:
        editor.player.only = None
        return
    editor.player.only = ids
    editor.player.play()


def _record(editor: "Editor") -> None:
    toggle_recording(editor)


def _loop(editor: "Editor") -> None:
    editor.settings.loop_clips = editor.player.loop_clips = not editor.player.loop_clips
    editor.settings.changed()


def _render(editor: "Editor") -> None:
    open_render(editor)


def _add_model(editor: "Editor") -> None:
    add_model(editor)


def _disk(editor: "Editor") -> None:
    show_room(editor)


def is_on(editor: "Editor") -> bool:
    """Whether the graph runs, is paused, or is about to."""
    return editor.player.state in ("starting", "running", "paused")


RUN: Final = (
    Command(
        "run.toggle",
        "Run",
        "Run",
        _toggle,
        "Run the graph, or stop it.",
        ("Ctrl+Enter",),
        label=lambda editor: "Stop" if is_on(editor) else "Run",
    ),
    Command(
        "run.pause",
        "Pause",
        "Run",
        _pause,
        "Hold the picture; an edit still shows on it. Again lets it go on.",
        ("Ctrl+P",),
        enabled=is_on,
        checked=lambda editor: editor.player.state == "paused",
    ),
    Command(
        "run.to_selection",
        "Run to selection",
        "Run",
        _to_selection,
        "Run only the selected nodes and what they need. Again runs everything.",
        ("Ctrl+Shift+Enter",),
        enabled=lambda editor: nodes_selected(editor) or editor.player.only is not None,
        checked=lambda editor: editor.player.only is not None,
    ),
    Command(
        "run.loop",
        "Loop clips",
        "Run",
        _loop,
        "Clips begin again at their end.",
        section=1,
        checked=lambda editor: editor.player.loop_clips,
    ),
    Command(
        "run.render",
        "Render to file…",
        "Run",
        _render,
        "Write every frame to a video, an animation or a picture, as fast as this computer can.",
        ("Ctrl+Shift+R",),
        section=1,
        enabled=lambda editor: bool(editor.workspace.document.graph.nodes),
    ),
    Command(
        "run.record",
        "Record",
        "Run",
        _record,
        "Let the nodes that write files write what you see, live.",
        ("Ctrl+R",),
        section=1,
        checked=lambda editor: editor.player.recording,
    ),
    Command(
        "run.add_model",
        "Add a model…",
        "Run",
        _add_model,
        "Make a node of a running server, a Docker image, a folder, a Hugging Face model or a file of weights.",
        section=2,
    ),
    Command(
        "run.models_disk",
        "What models take on disk…",
        "Run",
        _disk,
        "Images, weights and volumes of every model, and removing them.",
        section=2,
    ),
    Command(
        "run.stop_models",
        "Stop all models",
        "Run",
        stop_all,
        "End the run if it uses models, and stop every model's server, so that its memory is free.",
        section=2,
        enabled=lambda editor: bool(editor.models.running),
    ),
)
"""The commands, in the order of the menu."""
