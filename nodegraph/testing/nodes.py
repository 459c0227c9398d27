"""Sample values of every port type, and one node without an engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from nodegraph.core.node import Filter, Node, Stamp
from nodegraph.core.types import Detections, Keypoints, Segmentation

RATE: Final = 25.0
"""Frames per second of `stamp_of`."""


def stamp_of(index: int, rate: float = RATE) -> Stamp:
    """The stamp of frame `index` of a stream that began at 0 seconds."""
    seconds = index / rate
    return Stamp(index=index, time=seconds, media=seconds, rate=rate, captured=seconds)


def sample(port_type: str, width: int = 160, height: int = 90, *, alpha: bool = False) -> Any:
    """A value of a port type, always the same one; arrays are read-only, as the engine gives them.

    Raises KeyError for an unknown type.
    """
    if port_type == "image":
        return read_only(_picture(width, height, alpha))
    value = _SAMPLES[port_type](width, height)
    return read_only(value) if isinstance(value, np.ndarray) else value


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """`array` marked as not writeable."""
    array.flags.writeable = False
    return array


def run_node(
    node: Node | type[Node],
    *inputs: Any,
    frames: int = 1,
    at: Callable[[int], Stamp] = stamp_of,
    **params: Any,
) -> Any:
    """Open a node, give it the same inputs `frames` times, close it; return the last frame's result.

    A node with a parameter of its own called `frames` or `at` is passed as a configured instance.

    `node` is a class, or an instance that is configured with `params` first. Inputs are positional, as the engine
    gives them, and become read-only; a node that wants a Stamp gets `at(index)`. Raises what the node raises.
    """
    if frames < 1:
        raise ValueError("run_node needs at least one frame.")
    return run_frames(node, [inputs] * frames, at=at, **params)[-1]


def run_frames(
    node: Node | type[Node],
    frames: list[tuple[Any, ...]],
    /,
    *,
    at: Callable[[int], Stamp] = stamp_of,
    **params: Any,
) -> list[Any]:
    """Open a node, give it one tuple of inputs per frame, close it; return every frame's result."""
    ready = node(**params) if isinstance(node, type) else node.with_params(params)
    ready.open()
    try:
        return [call(ready, inputs, at(index)) for index, inputs in enumerate(frames)]
    finally:
        ready.close()


def call(node: Node, inputs: tuple[Any, ...], stamp: Stamp) -> Any:
    """One call of `process`, as the engine makes it: inputs in declared order, then the Stamp when the node wants one.

    Arrays among the inputs become read-only; inputs left out at the end count as not connected.
    """
    ports = node.spec.inputs
    if len(inputs) > len(ports):
        raise TypeError(f"{node.spec.title} has {len(ports)} inputs and was given {len(inputs)}.")
    process = cast("Any", node).process  # a source has none
    given = [read_only(value) if isinstance(value, np.ndarray) else value for value in inputs]
    given += [None] * (len(ports) - len(inputs))
    return process(*given, stamp) if node.spec.timed else process(*given)


def sample_inputs(cls: type[Filter], width: int = 160, height: int = 90, *, alpha: bool = False) -> tuple[Any, ...]:
    """One sample for every input of a filter or sink, optional ones too; of a union, its first type."""
    return tuple(sample(port.types[0], width, height, alpha=alpha) for port in cls.spec.inputs)


def _picture(width: int, height: int, alpha: bool) -> NDArray[np.uint8]:
    """Colour gradients with a bright disc and a dark bar: smooth parts and edges."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = x / max(width - 1, 1), y / max(height - 1, 1)
    picture = np.stack([60 + 150 * u, 40 + 160 * v, 220 - 130 * u * v], axis=-1)
    disc = (u - 0.35) ** 2 + ((v - 0.45) * height / max(width, 1)) ** 2 < 0.02
    bar = (abs(u - 0.75) < 0.06) & (v > 0.2)
    picture[disc], picture[bar] = (40, 200, 250), (70, 30, 20)
    if alpha:
        picture = np.concatenate([picture, 255 * u[..., None]], axis=-1)
    return np.ascontiguousarray(picture.round(), np.uint8)


def _mask(width: int, height: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = np.hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5)
    return np.asarray(255 * np.clip((0.45 - distance) * 8, 0, 1), np.uint8)


def _flow(width: int, height: int) -> NDArray[np.float32]:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return np.stack([(y - height / 2) / 8, -(x - width / 2) / 8], axis=-1)


def _segmentation(width: int, height: int) -> Segmentation:
    labels = np.zeros((height, width), np.uint8)
    labels[height // 3 :, : width // 2] = 1
    labels[height // 2 :, width // 2 :] = 2
    return Segmentation(labels, ("background", "tree", "road"))


def _keypoints() -> Keypoints:
    nan = float("nan")
    points = [[(0.5, 0.2, 0.9), (0.5, 0.5, 0.8), (0.35, 0.8, 0.7), (0.65, 0.8, 0.9), (nan, nan, 0.0)]]
    return Keypoints(
        np.asarray(points, np.float32),
        ("head", "hip", "left foot", "right foot", "left hand"),
        ((0, 1), (1, 2), (1, 3), (1, 4)),
    )


_SAMPLES: Final[dict[str, Callable[[int, int], Any]]] = {
    "mask": _mask,
    "flow": _flow,
    "segmentation": _segmentation,
    "detections": lambda width, height: Detections.of(
        [(0.1, 0.15, 0.45, 0.8), (0.6, 0.1, 0.95, 0.9), (0.4, 0.6, 0.55, 0.75)],
        ("person", "dog", "person"),
        (0.9, 0.6, 0.3),
    ),
    "keypoints": lambda width, height: _keypoints(),
    "text": lambda width, height: "Grüße, 42",
    "category": lambda width, height: "person",
    "number": lambda width, height: 0.75,
    "integer": lambda width, height: 3,
    "boolean": lambda width, height: True,
    "vector": lambda width, height: np.asarray([0.25, 0.5, 0.75], np.float32),
    "json": lambda width, height: {"people": [{"name": "Ada", "box": [0.1, 0.2, 0.5, 0.9]}], "count": 1},
    "file": lambda width, height: Path("clip.mp4"),
    "any": lambda width, height: "anything",
}
