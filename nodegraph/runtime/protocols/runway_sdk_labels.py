"""Segmentation as the Runway Model SDK has it: a picture of colours, with a table of labels, numbers and colours."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.core.types import Segmentation
from nodegraph.runtime import codecs
from nodegraph.runtime.protocols.described import number

_MAX_LABELS = 256


def segmentation_to(said: Mapping[str, Any], value: Any) -> str:
    """A map as a picture of the server's own numbers; labels go by their names, unknown ones become its default.

    Raises ValueError.
    """
    if not isinstance(value, Segmentation):
        raise ValueError(f"{type(value).__name__} is no label map")
    ids = _ids(said)
    if not ids:
        raise ValueError("the server names no labels")
    fallback = ids.get(str(said.get("defaultLabel")), next(iter(ids.values())))
    count = max(len(value.names), int(value.labels.max(initial=0)) + 1)
    known = set(ids.values())
    table = np.full(count, fallback, np.uint8)
    for index in range(count):
        if index < len(value.names):
            table[index] = ids.get(value.names[index], fallback)
        else:
            table[index] = index if index in known else fallback
    pixels: NDArray[np.uint8] = table[np.clip(value.labels, 0, count - 1)]
    width, height = (number(said.get(side)) for side in ("width", "height"))
    if width and height and 0 < width <= 16384 and 0 < height <= 16384:
        pixels = codecs.resized(pixels, int(width), int(height), smooth=False)
    return codecs.to_data_uri(codecs.encode_png(pixels), "image/png")


def segmentation_from(said: Mapping[str, Any], uri: str) -> Segmentation:
    """The map in a picture: numbers if it has one channel, else each pixel's label is that of the nearest colour.

    Raises ValueError.
    """
    ids, colors = _ids(said), _colors(said)
    names = tuple(ids)
    if not names:
        raise ValueError("the server names no labels")
    data = codecs.from_data_uri(uri)
    palette = np.array([colors.get(name, (0, 0, 0)) for name in names], np.uint8) if colors else None
    numbers = codecs.decode_labels(data)
    if numbers is not None:
        index = {id: position for position, id in enumerate(ids.values())}
        table = np.array([index.get(one, 0) for one in range(_MAX_LABELS)], np.uint8)
        return Segmentation(table[np.clip(numbers, 0, _MAX_LABELS - 1)], names, palette)
    if palette is None:
        raise ValueError("a picture in colours, but the server names no colours")
    return Segmentation(_nearest(codecs.decode_image(data)[:, :, :3], palette), names, palette)


def _nearest(pixels: NDArray[np.uint8], palette: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The position in the palette for every pixel; each colour is looked up once."""
    packed = pixels.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    seen, where = np.unique(packed, return_inverse=True)
    colors = np.stack([seen >> 16 & 255, seen >> 8 & 255, seen & 255], axis=1)
    best = np.empty(len(colors), np.uint8)
    for start in range(0, len(colors), 4096):  # a lossy picture has many colours: not all distances at once
        part = colors[start : start + 4096, None, :] - palette[None].astype(np.int32)
        best[start : start + 4096] = (part**2).sum(axis=2).argmin(axis=1)
    return best[where].reshape(packed.shape)


def _ids(said: Mapping[str, Any]) -> dict[str, int]:
    """Numbers by label."""
    table = said.get("labelToId")
    if isinstance(table, Mapping):
        good = {str(label): id for label, id in table.items() if type(id) is int and 0 <= id < _MAX_LABELS}
        return dict(sorted(good.items(), key=lambda one: one[1]))
    labels = said.get("labels")
    names = labels[:_MAX_LABELS] if isinstance(labels, list) else []
    return {str(label): id for id, label in enumerate(names)}


def _colors(said: Mapping[str, Any]) -> dict[str, tuple[int, int, int]]:
    """Blue, green, red by label."""
    table = said.get("labelToColor")
    found = {}
    for label, color in table.items() if isinstance(table, Mapping) else ():
        if isinstance(color, list) and len(color) == 3 and all(type(one) is int and 0 <= one <= 255 for one in color):
            found[str(label)] = (color[2], color[1], color[0])
    return found
