"""How a node looks in world units: title, pins, parameter rows, preview, footer. Pure geometry, no drawing."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from nodegraph.core.adapters import PARAM_TYPES
from nodegraph.core.graph import GraphNode
from nodegraph.core.spec import NodeSpec, Param, Port
from nodegraph.editor.state.placements import Placement

WIDTH: Final = 184.0
TITLE: Final = 28.0
ROW: Final = 22.0
PAD: Final = 8.0
FOOTER: Final = 20.0
LINE: Final = 17.0
LINES: Final = 4
SHOWN_PARAMS: Final = 5
PICTURE: Final = (WIDTH - 2 * PAD) * 9 / 16
PICTURES: Final = ("image", "mask", "flow", "segmentation", "detections", "keypoints", "vector")
"""Types that are shown as a picture; others are shown as text."""

Side = Literal["in", "out"]


@dataclass(frozen=True)
class PinKey:
    """One end for wires: an output, or an input or parameter (side "in")."""

    node: str
    side: Side
    name: str


@dataclass(frozen=True)
class Pin:
    """A pin and where its middle is, from the node's top left corner."""

    key: PinKey
    types: tuple[str, ...]
    x: float
    y: float
    param: bool = False
    optional: bool = False
    description: str = ""


@dataclass(frozen=True)
class ParamRow:
    """A parameter shown on the node: its row begins at `y` (from the node's top) and is ROW high."""

    param: Param
    value: Any
    y: float
    driven: bool


@dataclass(frozen=True)
class Shown:
    """What a node shows of its result: an output (of a sink: what goes in), its types, and where, from the node's top.

    output None means what goes into a sink. picture: a thumbnail, else lines of text.
    """

    output: str | None
    types: tuple[str, ...]
    y: float
    height: float
    picture: bool


@dataclass(frozen=True)
class Box:
    """A node's size and parts, relative to its top left corner. `spec` is None for a type that is not known here.

    sentence: what is wrong with the type, LINES lines high, its top at `sentence_y`; "" when nothing is.
    """

    node: GraphNode
    spec: NodeSpec | None
    title: str
    width: float
    height: float
    collapsed: bool
    pins: tuple[Pin, ...]
    rows: tuple[ParamRow, ...] = ()
    shown: Shown | None = None
    sentence: str = ""
    sentence_y: float = 0.0

    def pin(self, side: Side, name: str) -> Pin | None:
        """The pin of this name; None for one that is not shown."""
        return self._by_name.get((side, name))

    @cached_property
    def _by_name(self) -> dict[tuple[Side, str], Pin]:
        return {(pin.key.side, pin.key.name): pin for pin in reversed(self.pins)}


def box_of(
    node: GraphNode, spec: NodeSpec | None, place: Placement, wired_in: Iterable[str], wired_out: Iterable[str]
) -> Box:
    """The box of a node. wired_in, wired_out: names of its inputs (or parameters) and outputs that have wires."""
    driven, given = tuple(dict.fromkeys(wired_in)), tuple(dict.fromkeys(wired_out))
    title = node.title or (spec.title if spec else node.type)
    inputs = spec.inputs if spec else ()
    outputs = spec.outputs if spec else ()
    inputs = (*inputs, *_lost(driven, {port.name for port in inputs} | _param_names(spec)))
    outputs = (*outputs, *_lost(given, {port.name for port in outputs}))
    if place.collapsed:
        return _collapsed(node, spec, title, inputs, outputs, driven)
    pins = [*_pins(node.id, "in", inputs), *_pins(node.id, "out", outputs)]
    y = TITLE + PAD / 2 + ROW * max(len(inputs), len(outputs))
    rows: list[ParamRow] = []
    for param in _shown_params(spec, driven):
        rows.append(ParamRow(param, node.params.get(param.name, param.default), y, param.name in driven))
        pins.append(_param_pin(node.id, param, y + ROW / 2))
        y += ROW
    sentence = "" if spec else f"The type {node.type} is not known here. Install what brings it, or delete this node."
    sentence_y, shown = y + PAD / 2, _shown(spec, y + PAD / 2)
    y = sentence_y + LINES * LINE if sentence else shown.y + shown.height if shown else y
    height = y + PAD / 2 + FOOTER
    return Box(node, spec, title, WIDTH, height, False, tuple(pins), tuple(rows), shown, sentence, sentence_y)


def _collapsed(
    node: GraphNode,
    spec: NodeSpec | None,
    title: str,
    inputs: tuple[Port, ...],
    outputs: tuple[Port, ...],
    driven: tuple[str, ...],
) -> Box:
    """All pins in the middle of the title's two ends."""
    middle = TITLE / 2
    pins = [Pin(PinKey(node.id, "in", port.name), port.types, 0.0, middle) for port in inputs]
    pins += [Pin(PinKey(node.id, "out", port.name), port.types, WIDTH, middle) for port in outputs]
    params = spec.params if spec else ()
    pins += [_param_pin(node.id, param, middle) for param in params if param.name in driven]
    return Box(node, spec, title, WIDTH, TITLE, True, tuple(pins))


def _pins(node_id: str, side: Side, ports: tuple[Port, ...]) -> list[Pin]:
    x, top = (0.0 if side == "in" else WIDTH), TITLE + PAD / 2 + ROW / 2
    return [
        Pin(PinKey(node_id, side, port.name), port.types, x, top + at * ROW, False, port.optional, port.description)
        for at, port in enumerate(ports)
    ]


def _param_pin(node_id: str, param: Param, y: float) -> Pin:
    types = PARAM_TYPES[param.kind]
    return Pin(PinKey(node_id, "in", param.name), types, 0.0, y, True, True, param.description)


def _param_names(spec: NodeSpec | None) -> set[str]:
    return {param.name for param in spec.params} if spec else set()


def _lost(wired: tuple[str, ...], known: set[str]) -> tuple[Port, ...]:
    """Ports that only the wires know of: of a type that is missing, or that has changed."""
    return tuple(Port(name, ("any",), "not known here", optional=True) for name in wired if name not in known)


def _shown_params(spec: NodeSpec | None, driven: tuple[str, ...]) -> list[Param]:
    """The first few parameters, and those that a wire drives."""
    params = spec.params if spec else ()
    return [param for at, param in enumerate(params) if at < SHOWN_PARAMS or param.name in driven]


def _shown(spec: NodeSpec | None, y: float) -> Shown | None:
    if spec is None:
        return None
    ports = spec.inputs if spec.kind == "sink" else spec.outputs
    best = next((port for port in ports if port.types[0] in PICTURES), ports[0] if ports else None)
    if best is None or best.types[0] == "file":
        return None
    output = None if spec.kind == "sink" else best.name
    picture = best.types[0] in PICTURES
    return Shown(output, best.types, y, PICTURE if picture else 2 * LINE, picture)
