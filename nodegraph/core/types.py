"""Port types: what may travel along a wire.

A node author writes the aliases (`Image`, `Mask`, ...) as annotations; they are ordinary Python types
for a type checker and carry the port type as `Annotated` metadata for us.

    Image         uint8 H×W×3 BGR, or H×W×4 BGRA with straight (not premultiplied) alpha
    Mask          uint8 H×W, 0..255
    Flow          float32 H×W×2, pixels moved in x and y since the frame before
    Segmentation, Detections, Keypoints   see the classes below
    Text, Category str · Number float · Integer int · Boolean bool · Vector float32 (N,) · Json plain data · File Path
    Any           accepts and gives everything

Frames are read-only arrays (`writeable=False`): fan-out then copies nothing.
"""

import typing
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PortType:
    """The name of what a port carries."""

    name: str


NAMES: Final = (
    "image",
    "mask",
    "flow",
    "segmentation",
    "detections",
    "keypoints",
    "text",
    "number",
    "integer",
    "boolean",
    "category",
    "vector",
    "json",
    "file",
    "any",
)
"""Every port type, by the name used in specs and in models.json."""


@dataclass(frozen=True, eq=False)
class Detections:
    """Boxes found in one image.

    boxes: float32 (N, 4), left, top, right, bottom as fractions 0..1 of the image (may overshoot).
    labels: N names. scores: float32 (N,), 0..1.
    """

    boxes: NDArray[np.float32]
    labels: tuple[str, ...]
    scores: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.boxes.shape != (len(self.labels), 4) or self.scores.shape != (len(self.labels),):
            raise ValueError(
                f"Detections need boxes (N, 4), N labels and N scores; got {self.boxes.shape}, "
                f"{len(self.labels)} and {self.scores.shape}."
            )

    def __len__(self) -> int:
        return len(self.labels)

    @staticmethod
    def of(boxes: Any = (), labels: Any = (), scores: Any = None) -> "Detections":
        """Build from any sequences; missing scores are 1."""
        array = np.asarray(boxes, np.float32).reshape(-1, 4)
        names = tuple(str(label) for label in labels) or ("",) * len(array)
        weights = np.ones(len(array)) if scores is None else scores
        return Detections(array, names, np.asarray(weights, np.float32).reshape(-1))


@dataclass(frozen=True, eq=False)
class Keypoints:
    """Named points per person or object.

    points: float32 (N, K, 3): x and y as fractions 0..1 of the image, and a score 0..1; a missing point is NaN.
    names: K names. edges: pairs of indices to draw as bones.
    """

    points: NDArray[np.float32]
    names: tuple[str, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if self.points.ndim != 3 or self.points.shape[2] != 3:
            raise ValueError(f"Keypoints need points (N, K, 3); got {self.points.shape}.")
        if self.names and len(self.names) != self.points.shape[1]:
            raise ValueError(f"Keypoints have {self.points.shape[1]} points but {len(self.names)} names.")

    def __len__(self) -> int:
        return int(self.points.shape[0])


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A label for every pixel.

    labels: uint8 or int32 (H, W), an index into `names` (0 is usually the background).
    colors: uint8 (len(names), 3) BGR, or None to let the drawing node choose.
    """

    labels: NDArray[np.integer[Any]]
    names: tuple[str, ...] = ()
    colors: NDArray[np.uint8] | None = None


Image = Annotated[NDArray[np.uint8], PortType("image")]
Mask = Annotated[NDArray[np.uint8], PortType("mask")]
Flow = Annotated[NDArray[np.float32], PortType("flow")]
Text = Annotated[str, PortType("text")]
Category = Annotated[str, PortType("category")]
Number = Annotated[float, PortType("number")]
Integer = Annotated[int, PortType("integer")]
Boolean = Annotated[bool, PortType("boolean")]
Vector = Annotated[NDArray[np.float32], PortType("vector")]
Json = Annotated[Any, PortType("json")]
File = Annotated[Path, PortType("file")]
AnyValue = Annotated[Any, PortType("any")]

_PLAIN: Final[dict[Any, str]] = {
    Detections: "detections",
    Keypoints: "keypoints",
    Segmentation: "segmentation",
    str: "text",
    float: "number",
    int: "integer",
    bool: "boolean",
    Path: "file",
}


def port_types_of(annotation: Any) -> tuple[tuple[str, ...], bool]:
    """The port types an annotation names, and whether it also allows None.

    Raises TypeError for an annotation that is not a port type.
    """
    if typing.get_origin(annotation) in (typing.Union, UnionType):
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        optional = len(members) < len(typing.get_args(annotation))
        names = dict.fromkeys(name for member in members for name in port_types_of(member)[0])
        return tuple(names), optional
    for extra in getattr(annotation, "__metadata__", ()):
        if isinstance(extra, PortType):
            return (extra.name,), False
    if annotation in _PLAIN:
        return (_PLAIN[annotation],), False
    raise TypeError(f"{annotation!r} is not a port type; use one of nodegraph.sdk's (Image, Mask, Number, ...).")
