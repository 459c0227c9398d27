"""What nodes give: checked and read-only; and what stands in for it when a node is bypassed or fails."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from nodegraph.core.errors import NodeError
from nodegraph.core.spec import NodeSpec, Port
from nodegraph.engine.frame import NOT_YET
from nodegraph.engine.plan import Step

ARRAYS: Final = frozenset({"image", "mask", "flow", "vector"})
"""Port types whose values are arrays."""


def freeze(value: Any) -> Any:
    """Make arrays read-only, so that fan-out needs no copy."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, tuple):
        for part in value:
            if isinstance(part, np.ndarray):
                part.setflags(write=False)
    return value


def given(spec: NodeSpec, value: Any) -> Any:
    """What a node gave, read-only. Raises NodeError when its users could not take it apart.

    The blame then falls on the node that made the mistake, and not on the next one.
    """
    ports = spec.outputs
    if value is None or not ports:
        return None
    if len(ports) > 1 and (not isinstance(value, tuple) or len(value) != len(ports)):
        shown = f"{len(value)} values" if isinstance(value, tuple | list) else f"a {type(value).__name__}"
        raise NodeError(
            f"{spec.title} gave {shown} for its {len(ports)} outputs.", "Report this to the author of the node."
        )
    for port, part in zip(ports, value if len(ports) > 1 else (value,), strict=True):
        if part is not None and not isinstance(part, np.ndarray) and ARRAYS.issuperset(port.types):
            raise NodeError(
                f"{spec.title} gave a {type(part).__name__} where its output {port.name!r} is {port.types[0]}.",
                "Report this to the author of the node.",
            )
    return freeze(value)


def bypassed(step: Step, args: Sequence[Any]) -> Any:
    """What a node shows when it is bypassed: for each output the first input of its type, else NOT_YET."""
    shown = []
    for output in step.spec.outputs:
        matching = (
            value
            for port, value in zip(step.spec.inputs, args, strict=True)
            if value is not None and value is not NOT_YET and _passes(port, value, output)
        )
        shown.append(next(matching, NOT_YET))
    return shown[0] if len(shown) == 1 else tuple(shown)


def _passes(port: Port, value: Any, output: Port) -> bool:
    common = set(port.types) & set(output.types)
    if len(common) == len(port.types) or not isinstance(value, np.ndarray):
        return bool(common)
    return {1: "vector", 2: "mask", 3: "image" if value.dtype == np.uint8 else "flow"}.get(value.ndim) in common


def blackened(step: Step, args: Sequence[Any], good: Any) -> Any:
    """Black in place of a failed node's images and masks, sized like its input or its last good output."""
    values = (*args, *(good if isinstance(good, tuple) else (good,)))
    shapes = [value.shape for value in values if isinstance(value, np.ndarray) and value.ndim in (2, 3)]
    if not shapes:
        return bypassed(step, args)
    outputs = [_black(port, shapes[0]) for port in step.spec.outputs]
    return outputs[0] if len(outputs) == 1 else tuple(outputs)


def _black(port: Port, shape: tuple[int, ...]) -> Any:
    if "image" in port.types:
        black = np.zeros((*shape[:2], 4 if shape[2:] == (4,) else 3), np.uint8)
        black[..., 3:] = 255
        return freeze(black)
    return freeze(np.zeros(shape[:2], np.uint8)) if "mask" in port.types else None
