"""What servers answer as JSON, as port values: by declared outputs, or recognised from known shapes.

The shapes of 2018, as the published models give them (`results` of the alpha protocol):

    captions      [{"caption": "a man riding", "prob": 0.0018}, ...]
    OpenPose      {"humans": [[["Nose", 0.5, 0.2], ...], ...]}                    fractions of the image
    YOLO          [{"cat": "dog", "score": 0.81, "bounds": [x, y, w, h]}, ...]    fractions of the image
    GazeCapture   [{"face": [x, y, w, h], "eye_left": ..., "gaze": [cm, cm]}]     pixels of the image sent
    pictures      {"image": "data:image/png;base64,..."}
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from nodegraph.core.errors import ModelAnswerError
from nodegraph.core.spec import Port
from nodegraph.core.types import Detections, Keypoints, Segmentation
from nodegraph.runtime import codecs
from nodegraph.runtime.answer_shapes import detections_in, flow_in, keypoints_in, segmentation_in, text_in
from nodegraph.runtime.protocols import SEE_LOG

Size = tuple[int, int]
"""Width and height, in pixels, of the picture that was sent."""

NOT_AS_PROMISED: Final = (ValueError, TypeError, OverflowError, FloatingPointError)
"""What reading a damaged answer raises."""

_PYTHON: Final[dict[str, tuple[type, ...]]] = {
    "image": (np.ndarray,),
    "mask": (np.ndarray,),
    "flow": (np.ndarray,),
    "vector": (np.ndarray,),
    "segmentation": (Segmentation,),
    "detections": (Detections,),
    "keypoints": (Keypoints,),
    "text": (str,),
    "category": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}


def size_of(inputs: Mapping[str, Any]) -> Size:
    """The size of the first picture among some inputs, 1 × 1 when there is none."""
    first = next((value for value in inputs.values() if getattr(value, "ndim", 0) >= 2), None)
    return (1, 1) if first is None else (int(first.shape[1]), int(first.shape[0]))


def checked(port: Port, value: Any, who: str) -> Any:
    """`value` as it is, arrays made read-only. Raises ModelAnswerError if it is not what the port promises."""
    if value is None:
        return None
    allowed = [_PYTHON.get(name) for name in port.types]
    if None not in allowed and not any(isinstance(value, kinds or ()) for kinds in allowed):
        message = (
            f"{who} answered {type(value).__name__} on '{port.name}', which is declared as {' or '.join(port.types)}."
        )
        raise ModelAnswerError(message, "Make `outputs` of its entry say what the server gives.")
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    return value


def by_declaration(results: Any, outputs: Sequence[Port], size: Size, who: str) -> dict[str, Any]:
    """The declared outputs, read from an answer in JSON. Raises ModelAnswerError naming the output."""
    named = results if isinstance(results, Mapping) and any(port.name in results for port in outputs) else None
    values = {}
    for port in outputs:
        part = results if named is None else named.get(port.name)
        try:
            with np.errstate(over="raise"):
                values[port.name] = None if part is None else _convert(part, port.types[0], size)
        except NOT_AS_PROMISED as error:
            message = f"{who} answered something that is not {port.types[0]} on '{port.name}': {error!s:.300}."
            raise ModelAnswerError(message, f"Correct `outputs` of its entry. {SEE_LOG}") from None
    return values


def by_shape(results: Any, size: Size, who: str) -> dict[str, Any]:
    """The outputs of a model that declares none: `result`, and what is recognised in it (else None).

    Raises ModelAnswerError when a known shape holds nonsense.
    """
    part = results if isinstance(results, Mapping) else {}
    try:
        with np.errstate(over="raise"):
            return {
                "result": results,
                "image": _picture_in(results),
                "text": text_in(part.get("text", results)),
                "detections": detections_in(part.get("detections", results), size),
                "keypoints": keypoints_in(part.get("keypoints", results)),
                "segmentation": segmentation_in(part.get("segmentation", part)),
            }
    except NOT_AS_PROMISED as error:
        raise ModelAnswerError(f"{who} answered something damaged: {error!s:.300}.", SEE_LOG) from None


def _picture_in(results: Any) -> Any:
    candidates: Sequence[Any] = (results,)
    if isinstance(results, Mapping):
        rest = [value for key, value in results.items() if key not in ("segmentation", "labels", "mask")]
        candidates = [results.get("image"), results.get("output"), *rest]
    uri = next((one for one in candidates if codecs.is_data_uri(one)), None)
    return None if uri is None else codecs.decode_image(codecs.from_data_uri(uri))


def _convert(value: Any, kind: str, size: Size) -> Any:
    match kind:
        case "image":
            return codecs.decode_image(codecs.from_data_uri(_text(value)))
        case "mask":
            return codecs.decode_image(codecs.from_data_uri(_text(value)))[:, :, 0]
        case "segmentation":
            return _required(segmentation_in(value), "no label map in it")
        case "detections":
            return _required(detections_in(value, size), "no boxes in it")
        case "keypoints":
            return _required(keypoints_in(value), "no named points in it")
        case "text" | "category":
            return _required(text_in(value), "no text in it")
        case "number" | "integer" | "boolean":
            return _scalar(value, kind)
        case "flow":
            return flow_in(value)
        case "vector":
            return np.asarray(value, np.float32).reshape(-1)
        case _:
            return value


def _required(value: Any, otherwise: str) -> Any:
    if value is None:
        raise ValueError(otherwise)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"it is {type(value).__name__}, not a data URI")
    return value


def _scalar(value: Any, kind: str) -> float | int | bool:
    if kind == "boolean":
        if not isinstance(value, bool):
            raise ValueError(f"{value!r:.40} is not true or false")
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r:.40} is not a number")
    if kind == "integer" and int(value) != value:
        raise ValueError(f"{value!r:.40} is not a whole number")
    return int(value) if kind == "integer" else float(value)
