"""A model's picture, or one drawn for it: what it makes of what, in the colours of its types."""

from typing import Any, Final
from weakref import WeakKeyDictionary

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.looks import category_color, type_color
from nodegraph.editor.state.models.directory import ModelCard
from nodegraph.editor.views.dialogs.pictures import Pictures
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look

_SYMBOLS: Final = {"extract": "eye", "generate": "star", "transform": "image"}


_pictures: Final[WeakKeyDictionary[Look, Pictures]] = WeakKeyDictionary()
"""Each window's: cards and pages are made anew again and again, the textures are not."""


def picture(parent: int | str, editor: Editor, look: Look, card: ModelCard, size: int) -> None:
    """A square picture of `size` units."""
    side = look.px(size)
    if card.picture is not None:
        pictures = _pictures.setdefault(look, Pictures(editor))
        pictures.show(card.picture, dpg.add_group(parent=parent), (side, side))
    else:
        _draw(parent, look, card, side)


def _draw(parent: int | str, look: Look, card: ModelCard, side: int) -> None:
    """A plate in the category's colour: a symbol, and below it the type that goes in and the one that comes out."""
    board = dpg.add_drawlist(side, side, parent=parent)
    ground: Any = category_color(f"Model/{card.category or ''}")
    dpg.draw_rectangle((0, 0), (side, side), color=ground, fill=ground, rounding=side * 0.12, parent=board)
    _symbol(board, look, ICONS[_SYMBOLS.get(card.category or "", "model")], side)
    y, radius = side * 0.8, side * 0.075
    for x, ports in ((0.26, card.inputs), (0.74, card.outputs)):
        color = type_color(ports[0].types[0] if ports and ports[0].types else "any", "dark")  # as the plate is
        dpg.draw_circle((side * x, y), radius, color=(0, 0, 0, 90), fill=color, parent=board)
    dpg.draw_arrow((side * 0.62, y), (side * 0.38, y), color=(255, 255, 255, 150), size=side * 0.05, parent=board)


def _symbol(board: int | str, look: Look, glyph: str, side: int) -> None:
    size = side * 0.4
    found = dpg.get_text_size(glyph, font=look.font("icon"))
    wide = found[0] / found[1] * size if found and found[1] else size
    text = dpg.draw_text(((side - wide) / 2, side * 0.16), glyph, size=size, color=(255, 255, 255, 235), parent=board)
    dpg.bind_item_font(text, look.font("icon"))
