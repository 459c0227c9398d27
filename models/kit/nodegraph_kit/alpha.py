"""The 2018 Runway protocol: pictures as data URIs in JSON, results in the shapes its published models used."""

import base64
import binascii
import struct
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nodegraph_kit import pictures
from nodegraph_kit.errors import Refusal
from nodegraph_kit.runner import Runner
from nodegraph_kit.types import Detections, Flow, Keypoints, Segmentation
from nodegraph_kit.values import Packer, pack

MAX_PIXELS: Final = 1 << 26
_PNG: Final = b"\x89PNG\r\n\x1a\n"


def query(runner: Runner, payload: Any, client: str = "") -> Any:
    """Run on ``{"data": "data:image/jpg;base64,...", ...}``; the value of `results`. Raises Refusal.

    `data` is the model's first input; any other input and parameter goes by its name. Keys that the model does not
    know are the constants 2018 catalogues tell clients to send along, and mean nothing here.
    """
    if not isinstance(payload, Mapping):
        raise Refusal('The request must be a JSON object such as {"data": "data:image/jpg;base64,..."}.')
    inputs = {}
    for number, port in enumerate(runner.command.inputs):
        value = payload.get(port.name, payload.get("data") if number == 0 else None)
        if value is not None:
            inputs[port.name] = _input(port.name, port.type, value)
    known = {parameter.name for parameter in runner.command.parameters}
    parameters = {name: value for name, value in payload.items() if name in known}
    return results(runner, runner.run(inputs, parameters, client).outputs)


def test(runner: Runner) -> Any:
    """Run on the model's sample picture with default parameters. Raises Refusal."""
    inputs = {port.name: _sample(runner, port.type) for port in runner.command.inputs if not port.optional}
    return results(runner, runner.run(inputs, {}, "test").outputs)


def results(runner: Runner, outputs: Mapping[str, Any]) -> Any:
    """Outputs in alpha's shapes: the only one as it is, several as an object."""
    shaped = {port.name: _shape(port.type, outputs[port.name]) for port in runner.command.outputs}
    return next(iter(shaped.values())) if len(shaped) == 1 else shaped


def decode_image(text: Any) -> NDArray[np.uint8]:
    """The picture in a data URI or bare base64, as BGR. Raises Refusal."""
    if not isinstance(text, str):
        raise Refusal(f"A picture is a data URI, not {type(text).__name__}.")
    try:
        data = base64.b64decode(text.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal(f"The picture is not base64: {error}.") from error
    return picture_in(data)


def picture_in(data: bytes) -> NDArray[np.uint8]:
    """The JPEG or PNG, as BGR. Raises Refusal."""
    pixels = _pixels(data)
    if pixels > MAX_PIXELS:
        raise Refusal(f"The picture has {pixels} pixels; at most {MAX_PIXELS} are accepted.", "too_large")
    image = pictures.decode(data)
    if image is None:
        raise Refusal("The picture is damaged: it does not decode.")
    return image


def _pixels(data: bytes) -> int:
    """How many pixels the file's header promises, known before memory is spent on them. Raises Refusal."""
    if data.startswith(_PNG) and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width * height)
    position = 2
    while data.startswith(b"\xff\xd8") and position + 9 <= len(data) and data[position] == 0xFF:
        marker, size = data[position + 1], int.from_bytes(data[position + 2 : position + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return int(width * height)
        position += 1 if marker == 0xFF else 2 + size
    raise Refusal("The picture is neither JPEG nor PNG, or is cut off.")


_PLAIN: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "category": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "json": object,
}
"""What JSON gives for the types that need no reading."""


def _input(name: str, kind: str, value: Any) -> Any:
    if kind == "image":
        return decode_image(value)
    if kind == "mask":
        return pictures.grey(decode_image(value))
    if kind not in _PLAIN or not isinstance(value, _PLAIN[kind]):
        raise Refusal(f"The input {name} is {kind}; this protocol cannot carry it as {type(value).__name__}.")
    return value


def _sample(runner: Runner, kind: str) -> Any:
    if kind == "image":
        path = runner.command.sample
        picture = None if path is None or not path.is_file() else pictures.decode(path.read_bytes())
        return pictures.drawn() if picture is None else picture
    plain = {"text": "test", "category": "test", "number": 0.5, "integer": 1, "boolean": True, "json": {}}
    if kind not in plain:
        raise Refusal(f"There is no sample for an input of type {kind}.")
    return plain[kind]


def _shape(kind: str, value: Any) -> Any:
    shape = _SHAPES.get(kind)
    if value is None or kind in ("text", "category"):
        return value if value is None else [{"caption": str(value), "prob": 1.0}]
    if shape is not None:
        pack(kind, value, Packer())  # the same checks as on the native path
        return shape(value)
    return pack(kind, value, Packer())["value"]


def _data_uri(image: NDArray[Any], suffix: str) -> str:
    try:
        data = pictures.encode(image, suffix)
    except ValueError as error:
        raise Refusal(f"The result {image.shape} cannot be written as {suffix}.", "model") from error
    kind = {".jpg": "jpg", ".png": "png"}[suffix]
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _image(value: NDArray[np.uint8]) -> str:
    return _data_uri(value, ".png" if value.shape[2] == 4 else ".jpg")


def _boxes(value: Detections) -> list[dict[str, Any]]:
    corners = value.boxes.astype(float)
    bounds = np.hstack([corners[:, :2], corners[:, 2:] - corners[:, :2]]).tolist()
    named = zip(value.labels, value.scores.astype(float).tolist(), bounds, strict=True)
    return [{"cat": label, "score": score, "bounds": box} for label, score, box in named]


def _humans(value: Keypoints) -> dict[str, Any]:
    names = value.names or tuple(str(number) for number in range(value.points.shape[1]))
    people = []
    for points in value.points.astype(float).tolist():
        seen = zip(names, points, strict=True)
        people.append([[name, x, y] for name, (x, y, _) in seen if x == x and y == y])
    return {"humans": people}


def _labels(value: Segmentation) -> dict[str, Any]:
    labels = value.labels if value.labels.dtype == np.uint8 else value.labels.astype(np.uint16)
    return {"labels": _data_uri(labels, ".png"), "names": list(value.names)}


def _raw(value: Flow) -> dict[str, Any]:
    data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
    return {"dtype": "float32", "shape": list(value.shape), "data": data}


_SHAPES: Final[dict[str, Any]] = {
    "image": _image,
    "mask": lambda value: _data_uri(value, ".png"),
    "detections": _boxes,
    "keypoints": _humans,
    "segmentation": _labels,
    "flow": _raw,
    "vector": lambda value: value.astype(float).tolist(),
}
