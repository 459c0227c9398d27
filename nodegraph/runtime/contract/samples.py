"""Inputs to try a model with: one value for each type of port, the same ones every time."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nodegraph.core.spec import Port
from nodegraph.core.types import Detections, Keypoints, Segmentation

_WIDTH, _HEIGHT = 320, 240


def picture(width: int = _WIDTH, height: int = _HEIGHT) -> NDArray[np.uint8]:
    """uint8 (height, width, 3): slopes of colour with two shapes and some grain."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    image = np.stack([255 * x / width, 255 * y / height, 255 - 255 * x / width], axis=2)
    image[height // 4 : height // 2, width // 4 : width // 2] = (30, 180, 240)
    round = (x - 0.7 * width) ** 2 + (y - 0.6 * height) ** 2 < (0.15 * min(width, height)) ** 2
    image[round] = (220, 60, 30)
    grain = np.random.default_rng(1).integers(-8, 9, (height, width, 1))
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def _mask() -> NDArray[np.uint8]:
    mask = np.zeros((_HEIGHT, _WIDTH), np.uint8)
    mask[60:180, 80:240] = 255
    return mask


_VALUES: Final[Mapping[str, Callable[[], Any]]] = {
    "image": picture,
    "mask": _mask,
    "flow": lambda: np.ones((_HEIGHT, _WIDTH, 2), np.float32),
    "segmentation": lambda: Segmentation((_mask() // 255).astype(np.uint8), ("nothing", "something")),
    "detections": lambda: Detections.of([[0.2, 0.2, 0.6, 0.7]], ["thing"], [0.9]),
    "keypoints": lambda: Keypoints(np.array([[[0.4, 0.3, 0.9], [0.5, 0.6, 0.8]]], np.float32), ("head", "hand")),
    "text": lambda: "a small boat on a quiet lake",
    "number": lambda: 0.5,
    "integer": lambda: 1,
    "boolean": lambda: True,
    "category": lambda: "thing",
    "vector": lambda: np.linspace(-1, 1, 128, dtype=np.float32),
    "json": lambda: {"a": [1, 2.5, "x"]},
    "any": picture,
}


def inputs_for(ports: Iterable[Port], image: NDArray[np.uint8] | None = None) -> dict[str, Any]:
    """A value for every input that is needed; `image` instead of the drawn picture.

    Raises KeyError with the type of an input that none can be made for.
    """
    values = {port.name: _VALUES[_kind(port)]() for port in ports if not port.optional}
    pictures = [port.name for port in ports if port.name in values and "image" in port.types]
    return values if image is None else {**values, **dict.fromkeys(pictures, image)}


def _kind(port: Port) -> str:
    return next((kind for kind in port.types if kind in _VALUES), port.types[0])
