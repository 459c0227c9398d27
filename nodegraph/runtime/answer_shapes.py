"""Known shapes inside JSON answers -> boxes, named points, text, label maps. None when the shape is another one.

A ValueError or TypeError means: it is that shape, but holds nonsense.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nodegraph.core.types import Detections, Keypoints, Segmentation
from nodegraph.runtime import codecs

BODY: Final = (
    *("Nose", "Neck", "Right_Shoulder", "Right_Elbow", "Right_Wrist", "Left_Shoulder", "Left_Elbow", "Left_Wrist"),
    *("Right_Hip", "Right_Knee", "Right_Ankle", "Left_Hip", "Left_Knee", "Left_Ankle"),
    *("Right_Eye", "Left_Eye", "Right_Ear", "Left_Ear"),
)
"""The 18 points of COCO, by the names OpenPose servers give them."""

BONES: Final = (
    *((1, 2), (2, 3), (3, 4), (1, 5), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13)),
    *((1, 0), (0, 14), (14, 16), (0, 15), (15, 17)),
)
MAX_LABELS: Final = 256
_GAZE_BOXES: Final = ("face", "eye_left", "eye_right")


def text_in(results: Any) -> str | None:
    """The first caption or text."""
    if isinstance(results, str):
        return None if codecs.is_data_uri(results) else results
    if isinstance(results, Sequence) and results:
        results = results[0]
    if isinstance(results, Mapping):
        for key in ("caption", "text"):
            if isinstance(results.get(key), str):
                return str(results[key])
    return None


def detections_in(results: Any, size: tuple[int, int]) -> Detections | None:
    """Boxes, as fractions; `size` is the width and height of the picture that pixel boxes refer to."""
    if isinstance(results, Mapping):
        if not isinstance(results.get("boxes"), Sequence):
            return None
        return Detections.of(results["boxes"], results.get("labels") or (), results.get("scores"))
    if not isinstance(results, Sequence) or isinstance(results, str):
        return None
    if not results:
        return Detections.of()
    if not all(isinstance(one, Mapping) for one in results):
        return None
    if all("bounds" in one for one in results):
        return _yolo(results)
    if all(any(name in one for name in _GAZE_BOXES) for one in results):
        return _faces(results, size)
    return None


def _yolo(results: Sequence[Mapping[str, Any]]) -> Detections:
    boxes = np.asarray([one["bounds"] for one in results], np.float32).reshape(len(results), 4)
    boxes[:, 2:] += boxes[:, :2]
    labels = [one.get("cat") or one.get("label") or "" for one in results]
    return Detections.of(boxes, labels, [one.get("score", 1.0) for one in results])


def _faces(results: Sequence[Mapping[str, Any]], size: tuple[int, int]) -> Detections:
    found = [(name, one[name]) for one in results for name in _GAZE_BOXES if one.get(name) is not None]
    boxes = np.asarray([box for _, box in found], np.float32).reshape(len(found), 4)
    boxes[:, 2:] += boxes[:, :2]
    return Detections.of(boxes / np.array([*size, *size], np.float32), [name for name, _ in found])


def keypoints_in(results: Any) -> Keypoints | None:
    """Named points per person."""
    humans = results.get("humans") if isinstance(results, Mapping) else None
    if not isinstance(humans, Sequence) or isinstance(humans, str):
        return None
    said = dict.fromkeys(str(part[0]) for human in humans for part in human)
    said.pop("Background", None)
    body = said.keys() <= set(BODY)
    index = {name: number for number, name in enumerate(BODY if body else said)}
    points = np.full((len(humans), len(index), 3), np.nan, np.float32)
    for person, human in enumerate(humans):
        for label, x, y, *score in human:
            if str(label) in index:
                points[person, index[str(label)]] = (x, y, score[0] if score else 1.0)
    return Keypoints(points, tuple(index), BONES if body else ())


def segmentation_in(results: Any) -> Segmentation | None:
    """A label map: a picture, or ``{"labels": picture, "names": [...]}``."""
    if isinstance(results, Mapping) and codecs.is_data_uri(results.get("labels")):
        names = results.get("names")
        return _label_map(results["labels"], names if isinstance(names, list) else [])
    return _label_map(results, []) if codecs.is_data_uri(results) else None


def flow_in(results: Any) -> NDArray[np.float32]:
    """Motion, as nested lists or ``{"dtype": "float32", "shape": [h, w, 2], "data": base64}``."""
    if isinstance(results, Mapping):
        data = codecs.from_data_uri(str(results.get("data", "")))
        results = np.frombuffer(data, np.float32).reshape(results.get("shape") or (0,))
    flow = np.asarray(results, np.float32)
    if flow.ndim != 3 or flow.shape[2] != 2:
        raise ValueError(f"an array of shape {flow.shape} is not motion (height, width, 2)")
    return flow


def _label_map(uri: str, names: Sequence[Any]) -> Segmentation:
    """Grey values or palette indices are labels; else each colour is one."""
    data = codecs.from_data_uri(uri)
    labels = codecs.decode_labels(data)
    if labels is not None:
        count = int(labels.max(initial=0)) + 1
        return Segmentation(labels, _names(names, count))
    pixels = codecs.decode_image(data)[:, :, :3]
    packed = pixels.astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)
    colors, index = np.unique(packed, return_inverse=True)
    if len(colors) > MAX_LABELS:
        raise ValueError(f"a label map with {len(colors)} colours (a lossy JPEG?)")
    palette = np.stack([colors >> 16 & 255, colors >> 8 & 255, colors & 255], axis=1).astype(np.uint8)
    labels = index.reshape(packed.shape).astype(np.uint8)
    return Segmentation(labels, _names(names, len(colors)), palette)


def _names(names: Sequence[Any], count: int) -> tuple[str, ...]:
    return tuple(str(name) for name in names) + tuple(str(index) for index in range(len(names), count))
