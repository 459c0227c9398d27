"""A node seen from far away: a coloured block with its title as large as it fits, and its picture."""

from typing import Final

from nodegraph.editor.state.canvas.boxes import PAD, TITLE, Box
from nodegraph.editor.views.canvas.node_near import bar_color
from nodegraph.editor.views.canvas.pen import Pen

_SIZES: Final = (38.0, 32.0, 26.0)


class NodeFar:
    """What was drawn of one box; `outline` and `badge` change without the document."""

    def __init__(self, pen: Pen, box: Box) -> None:
        look, on = pen.look, box.node.state == "on"
        ground = bar_color(look, box)
        self.outline = pen.rect((0, 0), (box.width, box.height), ground, edge=look.color("border"))
        head = box.shown.y - 4 if box.shown and box.shown.picture else box.height
        if box.shown and box.shown.picture and not box.collapsed:
            start, end = (PAD, box.shown.y), (box.width - PAD, box.shown.y + box.shown.height)
            pen.rect(start, end, look.color("screen"))
        size, lines = _fitted(pen, box.title, box.width - 2 * PAD, max(head, TITLE))
        pen.text((PAD, 3), "\n".join(lines), size, look.color("title" if on else "dim"), "bold")
        self.badge = pen.text((box.width - 26, -16), "", 38.0, look.color("error"), "icon")


def _fitted(pen: Pen, title: str, width: float, height: float) -> tuple[float, list[str]]:
    """The largest size at which the title fits whole, else as much of it as fits in the smallest."""
    for size in _SIZES:
        lines = pen.measure.wrapped(title, "bold", size, width)
        whole = all(pen.measure.width(line, "bold", size) <= width for line in lines)
        if whole and len(lines) * size * 1.25 <= height:
            return size, lines
    return _SIZES[-1], [pen.measure.elided(title, "bold", _SIZES[-1], width)]
