"""The part of a graph that can run: what is wrong is left out, with the reason, and the rest goes on.

While somebody edits, a graph is wrong most of the time: a node has no wire yet, a type is missing here. The picture
must not stop for that.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from nodegraph.core import topology
from nodegraph.core.adapters import PARAM_TYPES, fits
from nodegraph.core.errors import NodeError
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec, Port
from nodegraph.core.validate import forward_edges

WRITES_LATER: Final = "It writes its file when you render or record."
NOT_SELECTED: Final = "It is not part of the selection that runs."
LOOP: Final = "The wires form a loop. Put a Frame Delay into it, or cut one wire."


@dataclass(frozen=True)
class Runnable:
    """A graph without errors, and for each node that was left out why, as a sentence."""

    graph: Graph
    skipped: Mapping[str, str]


def runnable(
    graph: Graph,
    registry: Registry,
    only: frozenset[str] | None = None,
    with_files: bool = False,
    without: Mapping[str, str] = MappingProxyType({}),
) -> Runnable:
    """What of `graph` can run; `validate` finds no error in it.

    Left out are nodes with mistakes of their own, nodes in loops, and what needs those; a wire into an optional input
    is only dropped. only: these nodes and what they depend on. with_files: sinks that write files too. without: nodes
    to leave out for a reason the caller knows.
    """
    specs = {id: found.spec for id, node in graph.nodes.items() if (found := registry.find(node.type))}
    skipped = _wanted_out(graph, specs, only, with_files) | _faulty(graph, specs)
    skipped |= {id: why for id, why in without.items() if id in graph.nodes}
    rest = replace(graph, wires=tuple(_good_wires(graph, specs))).without_nodes(skipped)
    skipped |= dict.fromkeys(_looping(rest, specs), LOOP)
    rest = rest.without_nodes(skipped)
    while starved := dict(_starved(graph, rest, specs, skipped)):
        skipped |= starved
        rest = rest.without_nodes(starved)
    return Runnable(rest, skipped)


def ancestors(graph: Graph, ids: Iterable[str]) -> frozenset[str]:
    """`ids` and every node they depend on, through inputs or parameters."""
    sources: dict[str, list[str]] = {}
    for wire in graph.wires:
        sources.setdefault(wire.target, []).append(wire.source)
    found: set[str] = set()
    waiting = [id for id in ids if id in graph.nodes]
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            waiting += [source for source in sources.get(id, ()) if source in graph.nodes]
    return frozenset(found)


def name_of(node: GraphNode, spec: NodeSpec | None) -> str:
    """What a person calls this node."""
    return node.title or (spec.title if spec else node.type)


def writes_files(spec: NodeSpec) -> bool:
    """Whether a node of this type writes a file or a folder that somebody chose."""
    return spec.kind == "sink" and any(param.kind == "file" for param in spec.params)


def _wanted_out(
    graph: Graph, specs: Mapping[str, NodeSpec], only: frozenset[str] | None, with_files: bool
) -> dict[str, str]:
    out = {} if with_files else {id: WRITES_LATER for id, spec in specs.items() if writes_files(spec)}
    kept = graph.nodes.keys() if only is None else ancestors(graph, only)
    return out | {id: NOT_SELECTED for id in graph.nodes if id not in kept}


def _faulty(graph: Graph, specs: Mapping[str, NodeSpec]) -> dict[str, str]:
    found = {}
    for id, node in graph.nodes.items():
        spec = specs.get(id)
        why = param_fault(node, spec) if spec else f"There is no node type {node.type!r} here."
        if why:
            found[id] = why
    return found


def param_fault(node: GraphNode, spec: NodeSpec) -> str:
    """What is wrong with the node's parameters, "" for nothing."""
    for name, value in node.params.items():
        declared = spec.param(name)
        if declared is not None:
            try:
                declared.check(value)
            except NodeError as error:
                return f"Its {name} cannot be used: {error}"
    return ""


def _good_wires(graph: Graph, specs: Mapping[str, NodeSpec]) -> Iterator[Wire]:
    """Wires that fit, the first one into each input."""
    taken: set[tuple[str, str]] = set()
    for wire in graph.wires:
        end = (wire.target, wire.input)
        if end not in taken and wire.source in specs and wire.target in specs and _fits(wire, specs):
            yield wire
            taken.add(end)


def _fits(wire: Wire, specs: Mapping[str, NodeSpec]) -> bool:
    output, target = specs[wire.source].output(wire.output), specs[wire.target]
    input, param = target.input(wire.input), target.param(wire.input)
    wanted = input.types if input else PARAM_TYPES[param.kind] if param else ()
    return output is not None and fits(output.types, wanted) is not None


def _looping(graph: Graph, specs: Mapping[str, NodeSpec]) -> list[str]:
    """Every node that is part of a loop without a Frame Delay."""
    edges = forward_edges(graph, dict(specs))
    own = {source for source, target in edges if source == target}
    groups: dict[int, list[str]] = {}
    for id, number in topology.components(list(graph.nodes), edges).items():
        groups.setdefault(number, []).append(id)
    return [id for ids in groups.values() for id in ids if len(ids) > 1 or id in own]


def _starved(
    graph: Graph, rest: Graph, specs: Mapping[str, NodeSpec], skipped: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Nodes of `rest` that lack a required input, each with the reason."""
    wired = {(wire.target, wire.input) for wire in rest.wires}
    for id, node in rest.nodes.items():
        if node.state == "mute":
            continue
        lacking = next((port for port in specs[id].inputs if not port.optional and (id, port.name) not in wired), None)
        if lacking is not None:
            yield id, _why_starved(graph, id, lacking, specs, skipped)


def _why_starved(graph: Graph, id: str, port: Port, specs: Mapping[str, NodeSpec], skipped: Mapping[str, str]) -> str:
    kinds = " or ".join(port.types)
    wire = next((one for one in graph.wires_into(id) if one.input == port.name), None)
    if wire is None:
        return f"Its input {port.name} is not connected. Connect something that gives {kinds}."
    source = graph.nodes.get(wire.source)
    if source is not None and wire.source in skipped:
        return f"It waits for {name_of(source, specs.get(wire.source))}, which does not run."
    return f"The wire into its input {port.name} does not fit. Connect something that gives {kinds}."
