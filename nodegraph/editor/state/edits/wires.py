"""Edits of wires, and why a wire is refused."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from nodegraph.core.adapters import PARAM_TYPES, Adapter, fits
from nodegraph.core.errors import NodegraphError
from nodegraph.core.graph import Graph, Wire
from nodegraph.core.preset import Preset
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec
from nodegraph.editor.state.edits.nodes import with_graph


class WireRefused(NodegraphError):
    """Two pins cannot be connected."""


def refusal(graph: Graph, registry: Registry, wire: Wire, looping: Collection[str] | None = None) -> str:
    """Why `wire` cannot be, as a sentence; "" when it can.

    looping: the nodes that must not be the target, when the caller knows them (`upstream` of the source).
    """
    source, target = _spec(graph, registry, wire.source), _spec(graph, registry, wire.target)
    if wire.source == wire.target:
        return "A node cannot feed itself; put a Frame Delay between."
    if source is None or target is None:
        return "What this node takes is not known here: its type is missing."
    output, taken = source.output(wire.output), input_types(target, wire.input)
    if output is None or not taken:
        return f"{(source if output is None else target).title} has no such port."
    if fits(output.types, taken) is None:
        return f"This gives {_words(output.types)}; {target.title} takes {_words(taken)} here."
    if not target.delay and wire.target in (upstream(graph, registry, wire.source) if looping is None else looping):
        return "This would make a loop; put a Frame Delay into it."
    return ""


def adapter(graph: Graph, registry: Registry, wire: Wire) -> Adapter | None:
    """What the wire does to values on the way; None when the ends are unknown or do not fit."""
    source, target = _spec(graph, registry, wire.source), _spec(graph, registry, wire.target)
    output = source.output(wire.output) if source else None
    taken = input_types(target, wire.input) if target else ()
    return fits(output.types, taken) if output and taken else None


def input_types(spec: NodeSpec, name: str) -> tuple[str, ...]:
    """The port types that an input or parameter takes; () for none of this name."""
    port, param = spec.input(name), spec.param(name)
    return port.types if port else PARAM_TYPES[param.kind] if param else ()


def connect(document: Preset, registry: Registry, wire: Wire) -> Preset:
    """With `wire`, in place of what went into that input. Raises WireRefused."""
    why = refusal(document.graph, registry, wire)
    if why:
        raise WireRefused(why)
    return with_graph(document, document.graph.with_wire(wire))


def disconnect(document: Preset, wires: Iterable[Wire]) -> Preset:
    """Without these wires."""
    gone = set(wires)
    kept = tuple(wire for wire in document.graph.wires if wire not in gone)
    if len(kept) == len(document.graph.wires):
        return document
    return with_graph(document, replace(document.graph, wires=kept))


def insert_on_wire(document: Preset, registry: Registry, node_id: str, wire: Wire) -> Preset:
    """With the node put into the wire, where it fits; the document as it was where it does not."""
    spec = _spec(document.graph, registry, node_id)
    if spec is None or wire not in document.graph.wires:
        return document
    cut = disconnect(document, [wire])
    for port in spec.inputs:
        for output in spec.outputs:
            into, out = (
                Wire(wire.source, wire.output, node_id, port.name),
                Wire(node_id, output.name, wire.target, wire.input),
            )
            if not refusal(cut.graph, registry, into):
                joined = with_graph(cut, cut.graph.with_wire(into))
                if not refusal(joined.graph, registry, out):
                    return with_graph(joined, joined.graph.with_wire(out))
    return document


def reconnected(document: Preset, registry: Registry, ids: Iterable[str]) -> Preset:
    """With every wire that leaves one of the nodes taken from what feeds the node instead, where that fits."""
    for id in ids:
        graph = document.graph
        feeding = graph.wires_into(id)
        for wire in [one for one in graph.wires if one.source == id]:
            through = (Wire(one.source, one.output, wire.target, wire.input) for one in feeding)
            found = next((one for one in through if not refusal(graph, registry, one)), None)
            if found:
                document = with_graph(document, document.graph.with_wire(found))
    return document


def _spec(graph: Graph, registry: Registry, node_id: str) -> NodeSpec | None:
    node = graph.nodes.get(node_id)
    found = registry.find(node.type) if node else None
    return found.spec if found else None


def upstream(graph: Graph, registry: Registry, node_id: str) -> set[str]:
    """The node and every node it depends on within one frame: what comes into a delay node does not count."""
    feeding: dict[str, list[str]] = {}
    for wire in graph.wires:
        spec = _spec(graph, registry, wire.target)
        if not (spec and spec.delay):
            feeding.setdefault(wire.target, []).append(wire.source)
    todo, seen = [node_id], {node_id}
    while todo:
        for before in feeding.get(todo.pop(), ()):
            if before not in seen:
                seen.add(before)
                todo.append(before)
    return seen


def _words(types: tuple[str, ...]) -> str:
    return " or ".join(types)
