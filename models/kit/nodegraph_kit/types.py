"""What a model takes and gives. The names and shapes are nodegraph's port types.

    Image      uint8 H×W×3 BGR, or H×W×4 BGRA with straight alpha; read-only when it is an input
    Mask       uint8 H×W, 0..255
    Flow       float32 H×W×2, pixels moved in x and y since the frame before
    Vector     float32 (N,)
    Detections, Keypoints, Segmentation   see the classes
    Text, Category str · Number float · Integer int · Boolean bool · Json plain data · File Path

Add a description where you use one: ``image: Annotated[Image, "A street."]``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Kind:
    """The port type an annotation stands for."""

    name: str


class Memory(dict[str, Any]):
    """What a model remembers between the frames of one client: an argument of this type is filled by the kit.

    It starts empty, is kept per client, and makes the model take one frame at a time.
    """


@dataclass(frozen=True, eq=False)
class Detections:
    """Boxes: float32 (N, 4) left, top, right, bottom as fractions 0..1; N labels; float32 (N,) scores 0..1."""

    boxes: NDArray[np.float32]
    labels: tuple[str, ...]
    scores: NDArray[np.float32]

    @staticmethod
    def of(boxes: Any = (), labels: Any = (), scores: Any = None) -> "Detections":
        """Build from any sequences; missing labels are "", missing scores are 1."""
        array = np.asarray(boxes, np.float32).reshape(-1, 4)
        names = tuple(str(label) for label in labels) or ("",) * len(array)
        weights = np.ones(len(array)) if scores is None else scores
        return Detections(array, names, np.asarray(weights, np.float32).reshape(-1))


@dataclass(frozen=True, eq=False)
class Keypoints:
    """Points: float32 (N, K, 3) x, y as fractions 0..1 and score; missing is NaN. K names; pairs of indices to join."""

    points: NDArray[np.float32]
    names: tuple[str, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Labels: uint8 or int32 (H, W), indices into `names`. Colours: uint8 (len(names), 3) BGR, or None."""

    labels: NDArray[np.integer[Any]]
    names: tuple[str, ...] = ()
    colors: NDArray[np.uint8] | None = None


Image = Annotated[NDArray[np.uint8], Kind("image")]
Mask = Annotated[NDArray[np.uint8], Kind("mask")]
Flow = Annotated[NDArray[np.float32], Kind("flow")]
Vector = Annotated[NDArray[np.float32], Kind("vector")]
Text = Annotated[str, Kind("text")]
Category = Annotated[str, Kind("category")]
Number = Annotated[float, Kind("number")]
Integer = Annotated[int, Kind("integer")]
Boolean = Annotated[bool, Kind("boolean")]
Json = Annotated[Any, Kind("json")]
File = Annotated[Path, Kind("file")]

PLAIN: dict[Any, str] = {
    Detections: "detections",
    Keypoints: "keypoints",
    Segmentation: "segmentation",
    str: "text",
    float: "number",
    int: "integer",
    bool: "boolean",
    Path: "file",
}
"""Ordinary Python types that stand for a port type as they are."""
