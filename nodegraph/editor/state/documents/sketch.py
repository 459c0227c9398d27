"""A graph in small, for a gallery card without a picture: a plate for each node, laid out from left to right."""

from dataclasses import dataclass
from typing import Final

from nodegraph.core.graph import Graph, Wire
from nodegraph.core.registry import Registry
from nodegraph.editor.state.arrange import arrange

PLATE: Final = (46.0, 34.0)
_GAP: Final = (30.0, 18.0)
_MIDDLE: Final = PLATE[1] / 2


@dataclass(frozen=True)
class Plate:
    """One node. x, y: its upper left corner; category: as its spec names it, "" for a type that is not known."""

    x: float
    y: float
    category: str
    kind: str


@dataclass(frozen=True)
class Line:
    """One wire, from the right side of a plate to the left side of another. type: of what flows."""

    start: tuple[float, float]
    end: tuple[float, float]
    type: str


@dataclass(frozen=True)
class Sketch:
    """The drawing, `width` × `height` units large; plates are `PLATE` large."""

    plates: tuple[Plate, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def sketch_of(graph: Graph, registry: Registry) -> Sketch:
    """The sketch of a graph, the same for the same graph."""
    wires = [(wire.source, _MIDDLE, wire.target, _MIDDLE) for wire in graph.wires]
    spots = arrange(dict.fromkeys(graph.nodes, PLATE), wires, _GAP)
    plates = []
    for id, (x, y) in spots.items():
        found = registry.find(graph.nodes[id].type)
        kind = "model" if found and found.spec.blocking else found.spec.kind if found else ""
        plates.append(Plate(x, y, found.spec.category if found else "", kind))
    joined = dict.fromkeys((wire.source, wire.target, _type(wire, graph, registry)) for wire in graph.wires)
    lines = tuple(
        Line((spots[source][0] + PLATE[0], spots[source][1] + _MIDDLE), (spots[to][0], spots[to][1] + _MIDDLE), type)
        for source, to, type in joined
        if source in spots and to in spots
    )
    width = max((one.x for one in plates), default=0.0) + PLATE[0]
    return Sketch(tuple(plates), lines, width, max((one.y for one in plates), default=0.0) + PLATE[1])


def _type(wire: Wire, graph: Graph, registry: Registry) -> str:
    node = graph.nodes.get(wire.source)
    found = registry.find(node.type) if node else None
    ports = found.spec.outputs if found else ()
    return next((port.types[0] for port in ports if port.name == wire.output and port.types), "any")
