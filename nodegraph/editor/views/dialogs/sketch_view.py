"""A graph in small, drawn: plates in the colours of their categories, wires in those of their types."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.documents.sketch import PLATE, Line, Plate, Sketch
from nodegraph.editor.state.looks import category_color, type_color
from nodegraph.editor.views.dialogs.body import Tag
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look

_LARGEST: Final = 1.35
_MARGIN: Final = 18
_WHITE: Final = (255, 255, 255, 235)


def draw_sketch(look: Look, parent: Tag, sketch: Sketch, size: tuple[int, int]) -> None:
    """Draw it into `size` pixels, in the middle and never larger than a node is on the canvas."""
    board = dpg.add_drawlist(*size, parent=parent)
    ground: Any = look.color("screen")
    dpg.draw_rectangle((0, 0), size, color=ground, fill=ground, rounding=look.px(5), parent=board)
    if not sketch.plates:
        return
    margin = look.px(_MARGIN)
    fits = ((size[0] - 2 * margin) / sketch.width, (size[1] - 2 * margin) / sketch.height)
    scale = min(*fits, look.px(100) / 100 * _LARGEST)
    left, top = (size[0] - sketch.width * scale) / 2, (size[1] - sketch.height * scale) / 2
    for line in sketch.lines:
        _wire(look, board, line, (left, top), scale)
    for plate in sketch.plates:
        _plate(look, board, plate, (left + plate.x * scale, top + plate.y * scale), scale)


def _wire(look: Look, board: Tag, line: Line, corner: tuple[float, float], scale: float) -> None:
    (x, y), (to_x, to_y) = ((corner[0] + end[0] * scale, corner[1] + end[1] * scale) for end in (line.start, line.end))
    bend = max((to_x - x) / 2, 14 * scale)
    color = type_color(line.type, look.theme)
    points = (x, y), (x + bend, y), (to_x - bend, to_y), (to_x, to_y)
    dpg.draw_bezier_cubic(*points, color=color, thickness=max(1.5, 2 * scale), parent=board)


def _plate(look: Look, board: Tag, plate: Plate, at: tuple[float, float], scale: float) -> None:
    wide, high = PLATE[0] * scale, PLATE[1] * scale
    fill: Any = category_color(plate.category)
    end = (at[0] + wide, at[1] + high)
    edge = _WHITE if plate.kind == "model" else fill
    dpg.draw_rectangle(at, end, color=edge, fill=fill, rounding=6 * scale, thickness=1.5 * scale, parent=board)
    glyph, size = ICONS.get(plate.kind, ICONS["help"]), high * 0.46
    found = dpg.get_text_size(glyph, font=look.font("icon"))
    across = found[0] / found[1] * size if found and found[1] else size
    spot = (at[0] + (wide - across) / 2, at[1] + (high - size) / 2)
    item = dpg.draw_text(spot, glyph, size=size, color=_WHITE, parent=board)
    dpg.bind_item_font(item, look.font("icon"))
