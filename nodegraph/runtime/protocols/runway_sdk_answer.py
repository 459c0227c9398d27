"""What an SDK command answered, as the values of the entry's outputs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from nodegraph.core.errors import ModelAnswerError
from nodegraph.core.spec import Port
from nodegraph.core.types import Detections
from nodegraph.runtime.answers import NOT_AS_PROMISED, Size, by_declaration, by_shape
from nodegraph.runtime.protocols import SEE_LOG
from nodegraph.runtime.protocols.runway_sdk_schema import SdkCommand, SdkField
from nodegraph.runtime.protocols.runway_sdk_values import from_wire

_LABELS: Final = ("labels", "classes", "class_names", "categories")
_SCORES: Final = ("scores", "confidences", "probabilities")
_MOST: Final = 1e30


def outputs_of(command: SdkCommand, ports: Sequence[Port], answer: Any, size: Size, who: str) -> dict[str, Any]:
    """A value for every output the server gave. Raises ModelAnswerError naming the output."""
    if not isinstance(answer, Mapping):
        raise ModelAnswerError(f"{who} answered {type(answer).__name__}, not its outputs by name.", SEE_LOG)
    if not ports:
        return by_shape(answer, size, who)
    wanted = {port.name: port for port in ports}
    values = {}
    for one in command.outputs:
        if one.name in wanted and one.wire in answer:
            values[one.name] = _value(one, wanted[one.name], answer[one.wire], size, who)
    return _with_labels(values, answer)


def _value(one: SdkField, port: Port, value: Any, size: Size, who: str) -> Any:
    if one.kind in ("json", "any") and not {"json", "any"} & set(port.types):
        return by_declaration({port.name: value}, [port], size, who)[port.name]
    try:
        with np.errstate(over="raise"):
            return from_wire(one, value)
    except NOT_AS_PROMISED as error:
        kind = f"{one.type} of {one.item}" if one.item else one.type
        message = f"{who} answered something that is not {kind} on '{one.name}': {error!s:.300}."
        raise ModelAnswerError(message, SEE_LOG) from None


def _with_labels(values: dict[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """Boxes whose labels and scores came as outputs beside them get them."""
    found = [name for name, value in values.items() if isinstance(value, Detections) and len(value)]
    if len(found) != 1:
        return values
    boxes = values[found[0]]
    labels = _beside(answer, _LABELS, len(boxes), str | int)
    scores = _beside(answer, _SCORES, len(boxes), int | float)
    if scores and not all(-_MOST < one < _MOST for one in scores):
        scores = None
    return {**values, found[0]: Detections.of(boxes.boxes, labels or boxes.labels, scores or boxes.scores)}


def _beside(answer: Mapping[str, Any], names: Sequence[str], length: int, kind: Any) -> list[Any] | None:
    for name in names:
        value = answer.get(name)
        if isinstance(value, list) and len(value) == length and all(isinstance(one, kind) for one in value):
            return value
    return None
