"""Adding a node without saying where: in the middle of what is seen, a step aside where there is one already."""

from typing import TYPE_CHECKING, Final

from nodegraph.editor.state.canvas.boxes import TITLE, WIDTH

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

_STEP: Final = 32.0
_NEAR: Final = 20.0
_TRIES: Final = 40


def add_in_view(editor: "Editor", type_id: str) -> str:
    """Add a node of this type in the middle of the canvas; its id, "" when there is no such type."""
    x, y = editor.canvas.camera.center
    scene = editor.canvas.scene
    scene.refresh()
    for _ in range(_TRIES):
        left, top = x - WIDTH / 2, y - TITLE / 2
        if not any(abs(left - a) < _NEAR and abs(top - b) < _NEAR for a, b in scene.corners.values()):
            break
        x, y = x + _STEP, y + _STEP
    return editor.add_node(type_id, (x, y))
