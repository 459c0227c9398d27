"""A real editor without a window, for tests of what a person does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from nodegraph.core.graph import Wire
from nodegraph.editor.state.canvas.boxes import Pin
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.settings import Settings
from nodegraph.session import Session


@contextmanager
def editor_of(preset: str = "") -> Iterator[Editor]:
    """An editor on a shipped preset, or on an empty document."""
    with Session() as session, TemporaryDirectory() as folder:
        editor = Editor(session, Settings(Path(folder, "editor.json")))
        if preset:
            found = session.open(preset)
            editor.load(found.preset, None, found.base)
        try:
            yield editor
        finally:
            editor.quitting = True
            editor.close()


def select(editor: Editor, *ids: str) -> None:
    """Select these nodes."""
    editor.workspace.select([Item("node", id) for id in ids])


def pin(editor: Editor, node: str, side: str, name: str) -> Pin:
    """A pin as the canvas has it."""
    editor.canvas.scene.refresh()
    found = editor.canvas.scene.boxes[node].pin("out" if side == "out" else "in", name)
    assert found is not None
    return found


def undo_all(editor: Editor) -> None:
    """Take everything back."""
    while editor.workspace.undo():
        pass


def has_wire(editor: Editor, text: str) -> bool:
    """Whether there is this wire: "clip.image -> blur.image"."""
    wires: tuple[Wire, ...] = editor.workspace.document.graph.wires
    return text in [str(wire) for wire in wires]
