"""Pictures that carry a document: the newest one a graph made, or a drawing of the graph itself."""

import io
from typing import Any, Final

import numpy as np

from nodegraph.core.preset import Preset
from nodegraph.core.registry import Registry
from nodegraph.editor.state.placements import placement
from nodegraph.editor.state.placing import placed

_LONGEST: Final = 1280
_SIZE: Final = (1280, 720)
_PAPER, _BOX, _EDGE, _WIRE, _INK = (24, 27, 33), (52, 59, 72), (110, 122, 142), (120, 160, 210), (235, 238, 242)
_WIDE, _HIGH = 180.0, 90.0


def is_picture(value: Any) -> bool:
    """Whether this is a picture: uint8 H×W×3 BGR or H×W×4 BGRA."""
    return isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim == 3 and value.shape[2] in (3, 4)


def png_of(pixels: Any) -> bytes | None:
    """A picture as PNG, at most 1280 pixels long; None for what is no picture."""
    from PIL import Image

    if not is_picture(pixels) or 0 in pixels.shape:
        return None
    order = [2, 1, 0, 3][: pixels.shape[2]]
    picture = Image.fromarray(np.ascontiguousarray(pixels[:, :, order]))
    picture.thumbnail((_LONGEST, _LONGEST))
    return _png(picture)


def portrait(document: Preset, registry: Registry) -> bytes:
    """A drawing of the graph as PNG, 1280×720: boxes with titles, and wires."""
    from PIL import Image, ImageDraw, ImageFont

    document = placed(document, registry)
    spots = {id: placement(document, id) for id in document.graph.nodes}
    picture = Image.new("RGB", _SIZE, _PAPER)
    pen = ImageDraw.Draw(picture)
    if spots:
        left, top = min(one.x for one in spots.values()), min(one.y for one in spots.values())
        wide = max(one.x for one in spots.values()) - left + _WIDE
        high = max(one.y for one in spots.values()) - top + _HIGH
        scale = min((_SIZE[0] - 80) / wide, (_SIZE[1] - 80) / high, 2.0)
        dx, dy = (_SIZE[0] - wide * scale) / 2 - left * scale, (_SIZE[1] - high * scale) / 2 - top * scale
        at = {id: (one.x * scale + dx, one.y * scale + dy) for id, one in spots.items()}
        width, height = _WIDE * scale, _HIGH * scale
        for wire in document.graph.wires:
            if wire.source in at and wire.target in at:
                (sx, sy), (tx, ty) = at[wire.source], at[wire.target]
                pen.line((sx + width, sy + height / 2, tx, ty + height / 2), _WIRE, max(1, int(3 * scale)))
        font = ImageFont.load_default(max(8.0, 15 * scale))
        for id, (x, y) in at.items():
            pen.rounded_rectangle((x, y, x + width, y + height), 8 * scale, _BOX, _EDGE, 2)
            found = registry.find(document.graph.nodes[id].type)
            title = document.graph.nodes[id].title or (found.spec.title if found else id)
            pen.text((x + width / 2, y + height / 2), title[:22], _INK, font, "mm")
    return _png(picture)


def _png(picture: Any) -> bytes:
    data = io.BytesIO()
    picture.save(data, "PNG", optimize=True)
    return data.getvalue()
