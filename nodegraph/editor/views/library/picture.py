"""A model's picture, or one drawn for it: what it makes of what, in the colours of its types."""

from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.looks import category_color
from nodegraph.editor.state.models.directory import ModelCard
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look

_textures: dict[str, int | str] = {}


def picture(parent: int | str, look: Look, card: ModelCard, size: int) -> None:
    """A square picture of `size` units."""
    side = look.px(size)
    texture = _texture(str(card.picture)) if card.picture else 0
    if texture:
        dpg.add_image(texture, width=side, height=side, parent=parent)
        return
    board = dpg.add_drawlist(side, side, parent=parent)
    ground: Any = category_color(f"Model/{card.category or ''}")
    dpg.draw_rectangle((0, 0), (side, side), color=ground, fill=ground, rounding=look.px(8), parent=board)
    kinds = [sorted(card.input_types)[:1], sorted(card.output_types)[:1]]
    for at, types in enumerate(kinds):
        color = look.type_color(types[0] if types else "any")
        middle = (side * (0.27 + 0.46 * at), side * 0.78)
        dpg.draw_circle(middle, look.px(5), color=color, fill=color, parent=board)
    dpg.draw_line((side * 0.37, side * 0.78), (side * 0.63, side * 0.78), color=(255, 255, 255, 140), parent=board)
    icon = {"extract": "eye", "generate": "star", "transform": "image"}.get(card.category or "", "model")
    text = dpg.draw_text(
        (side * 0.32, side * 0.16), ICONS[icon], size=look.px(20), color=(255, 255, 255, 230), parent=board
    )
    dpg.bind_item_font(text, look.font("icon"))


def _texture(path: str) -> int | str:
    """A static texture of the file, made once; 0 when it cannot be read."""
    if path not in _textures:
        found = dpg.load_image(path)
        texture: int | str = 0
        if found:
            width, height, _, data = found
            if not dpg.does_item_exist("model_pictures"):
                dpg.add_texture_registry(tag="model_pictures")
            texture = dpg.add_static_texture(width, height, data, parent="model_pictures")
        _textures[path] = texture
    return _textures[path]
