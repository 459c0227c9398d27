"""Is what the model answers what its entry promises, every time the same, and made without touching the question?"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nodegraph.core.errors import ModelAnswerError, ModelError, ModelRefused
from nodegraph.core.spec import Param, Port
from nodegraph.core.types import Detections, Keypoints, Segmentation
from nodegraph.core.words import counted
from nodegraph.runtime.answers import checked
from nodegraph.runtime.contract.finding import Finding
from nodegraph.runtime.contract.peer import Peer
from nodegraph.runtime.contract.same import same


def check_answers(peer: Peer, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    """The first answer's types and values, the second's sameness, and the inputs afterwards."""
    before = copy.deepcopy(dict(inputs))
    first = peer.ask(inputs)
    wrong = list(_wrong(peer, first))
    for text in wrong:
        yield Finding("answers", "failed", text, "Correct what the server answers, or `outputs` of the entry.")
    if not wrong:
        given = ", ".join(f"{name} {_shape(value)}" for name, value in first.items() if value is not None)
        yield Finding("answers", "ok", given or "nothing for this picture")
    again = [name for name, value in peer.ask(inputs).items() if not same(value, first.get(name))]
    if again and peer.stateful:
        yield Finding("same answer", "skipped", "the model remembers the frames before")
    elif again:
        hint = "Give what is random a fixed seed, and sort what threads give in any order."
        yield Finding("same answer", "failed", f"{', '.join(again)} differs for the same input", hint)
    else:
        yield Finding("same answer", "ok", "the same input, the same answer")
    if same(before, dict(inputs)):
        yield Finding("inputs", "ok", "the input is as it was")
    else:
        yield Finding("inputs", "failed", "the model changed its input", "Copy it before you draw into it.")


def check_parameters(peer: Peer, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    """Every limit and every choice that the entry allows is tried; a model may refuse one for reasons of its own."""
    tried, good = 0, True
    for param in peer.entry.parameters:
        for value in _edges(param):
            tried += 1
            try:
                peer.ask(inputs, {param.name: value})
            except ModelRefused as error:
                good = False
                yield Finding("parameters", "warning", f"{param.name}={value} is refused: {error.message}")
            except ModelError as error:
                good = False
                hint = "What the entry allows the server must take: mend one of them."
                yield Finding("parameters", "failed", f"{param.name}={value}: {error.message}", hint)
    if not tried:
        yield Finding("parameters", "skipped", "no parameter has a range")
    elif good:
        yield Finding("parameters", "ok", f"{counted(tried, 'value')} at the ends of ranges tried")


def _edges(param: Param) -> list[Any]:
    if param.kind in ("number", "integer"):
        kind = int if param.kind == "integer" else float
        return [kind(end) for end in (param.ge, param.le) if end is not None]
    return list(param.choices[:20]) if param.kind == "choice" else [True, False] if param.kind == "boolean" else []


def _wrong(peer: Peer, answer: Mapping[str, Any]) -> Iterator[str]:
    for port in peer.entry.outputs:
        if port.name not in answer:
            yield f"the output {port.name} is missing"
            continue
        try:
            value = checked(port, answer[port.name], peer.entry.name)
        except ModelAnswerError as error:
            yield error.message
            continue
        yield from _doubts(port, value)


def _doubts(port: Port, value: Any) -> Iterator[str]:
    """What a type does not tell: numbers that are none, and arrays of another shape."""
    name = port.name
    if isinstance(value, float) and not np.isfinite(value):
        yield f"{name} is {value}"
    elif isinstance(value, np.ndarray):
        if value.size == 0:
            yield f"{name} is an empty array {value.shape}"
        elif value.dtype.kind == "f" and not np.isfinite(value).all():
            yield f"{name} holds NaN or infinity"
        elif "image" in port.types and (value.dtype != np.uint8 or value.ndim != 3 or value.shape[2] not in (3, 4)):
            yield f"{name} is {value.dtype} {value.shape}, not uint8 height × width × 3 or 4"
    elif isinstance(value, Detections):
        if not (np.isfinite(value.boxes).all() and np.isfinite(value.scores).all()):
            yield f"{name} holds boxes or scores that are no numbers"
        elif len(value) and (value.boxes.min() < -1 or value.boxes.max() > 2):
            yield f"{name} holds boxes far outside the picture: they are fractions 0..1, not pixels"
    elif isinstance(value, Keypoints):
        places = value.points[..., :2][np.isfinite(value.points[..., :2])]
        if places.size and (places.min() < -1 or places.max() > 2):
            yield f"{name} holds points far outside the picture: they are fractions 0..1, not pixels"
    elif isinstance(value, Segmentation) and value.names and int(value.labels.max(initial=0)) >= len(value.names):
        yield f"{name} holds the label {int(value.labels.max())} but has {len(value.names)} names"


def _shape(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return "×".join(map(str, value.shape))
    if isinstance(value, Detections | Keypoints):
        return f"({len(value)})"
    return type(value).__name__.lower()
