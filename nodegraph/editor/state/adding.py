"""Adding a node without saying where: in the middle of what is seen, or beside what is there already."""

from typing import TYPE_CHECKING, Final

from nodegraph.editor.state.canvas.boxes import TITLE, WIDTH
from nodegraph.editor.state.canvas.camera import overlap
from nodegraph.editor.state.placements import Point

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

_ACROSS, _DOWN = WIDTH + 56.0, 290.0
_HEIGHT: Final = 250.0
"""About how high a node is."""
_TRIED: Final = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1), (2, 0), (-2, 0))
"""Steps across and down from the middle, in order."""
_STEP: Final = 32.0


def add_in_view(editor: "Editor", type_id: str) -> str:
    """Add a node of this type where there is room, near the middle of the canvas; its id, "" for no such type."""
    x, y = editor.canvas.camera.center
    scene = editor.canvas.scene
    scene.refresh()
    taken = [scene.rect(id) for id in scene.boxes]
    for across, down in _TRIED:
        middle = (x + across * _ACROSS, y + down * _DOWN)
        left, top = middle[0] - WIDTH / 2, middle[1] - TITLE / 2
        if not any(overlap((left, top, left + WIDTH, top + _HEIGHT), one) for one in taken):
            return editor.add_node(type_id, middle)
    while any(
        abs(x - WIDTH / 2 - left) < _STEP / 2 and abs(y - TITLE / 2 - top) < _STEP / 2 for left, top, *_ in taken
    ):
        x, y = x + _STEP, y + _STEP
    return editor.add_node(type_id, (x, y))


def drop(editor: "Editor", type_id: str, pixel: Point) -> str:
    """Add a node that was dragged to a pixel of the canvas, into the wire there is; its id, "" for no such type."""
    canvas = editor.canvas
    at = canvas.camera.to_world(pixel)
    canvas.scene.refresh()
    return editor.add_node(type_id, at, canvas.scene.wire_at(at, 2 * canvas.reach))
