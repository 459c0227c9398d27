"""The graph that a render runs: the document's, with its files resolved, and a sink for the file that is asked for."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from nodegraph.core.errors import NodegraphError, UsageError
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec
from nodegraph.editor.state.running.runnable import name_of, runnable, writes_files
from nodegraph.editor.state.running.shows import sentence
from nodegraph.session import overrides
from nodegraph.session.ends import takes, target_of, target_params
from nodegraph.session.paths import resolve_paths

VIEW: Final = "sink.preview"
"""Stands where the file's sink comes, in a graph without any."""


@dataclass(frozen=True)
class Order:
    """What to render. output: None writes what the document's own sinks say. frames, seconds: end after so much."""

    graph: Graph
    base: Path
    output: Path | None = None
    frames: int | None = None
    seconds: float | None = None


def render_graph(order: Order, registry: Registry) -> Graph:
    """The graph of a render, paths resolved: what writes files, and what that depends on.

    Raises NodegraphError with a sentence about what is missing.
    """
    graph = order.graph if order.output is None else with_output(order.graph, registry, order.output)
    sinks = [node for node, _ in file_sinks(graph, registry)]
    if not sinks:
        raise UsageError("Nothing in this graph writes a file.", "Choose a file to render to.")
    found = runnable(graph, registry, frozenset(node.id for node in sinks), with_files=True)
    for node in sinks:
        if node.id in found.skipped:
            raise UsageError(f"{_name(node, registry)} cannot run: {found.skipped[node.id]}", "Mend it, or mute it.")
    return resolve_paths(found.graph, registry, order.base)


def file_sinks(graph: Graph, registry: Registry) -> list[tuple[GraphNode, NodeSpec]]:
    """The sinks that write files and are not muted or bypassed, in the document's order."""
    return [one for one in _sinks(graph, registry) if writes_files(one[1])]


def with_output(graph: Graph, registry: Registry, output: Path) -> Graph:
    """`graph` writing to `output`: by its own sink, or by one put where a picture is shown.

    Raises UsageError when nothing can write such a file.
    """
    with_files = file_sinks(graph, registry)
    target = target_of(str(output), "output")
    able = [one for one in with_files if takes(one[1], target)]
    if able:
        node, spec = able[0]
        return graph.with_node(replace(node, params={**node.params, **target_params(spec, target)}))
    if len(with_files) > 1:
        raise UsageError(f"No node of this graph writes {output.suffix or 'a folder'}.", "Choose another kind of file.")
    alone = graph if with_files else _with_one_sink(graph, registry)
    try:
        return overrides.set_file(alone, registry, "output", str(output))
    except UsageError as error:
        raise UsageError(sentence(error.message.removeprefix("--output: ")), error.hint) from error


def _sinks(graph: Graph, registry: Registry) -> list[tuple[GraphNode, NodeSpec]]:
    found = [(node, one.spec) for node in graph.nodes.values() if (one := registry.find(node.type))]
    return [(node, spec) for node, spec in found if spec.kind == "sink" and node.state == "on"]


def _with_one_sink(graph: Graph, registry: Registry) -> Graph:
    """`graph` with one sink, a view: the first picture that is shown, or the last one that is made."""
    views = {node.id for node, _ in _sinks(graph, registry)}
    shown = next((wire for wire in graph.wires if wire.target in views and wire.input == "image"), None)
    picture = (shown.source, shown.output) if shown else _last_picture(graph, registry)
    if picture is None:
        raise NodegraphError("There is no picture to render yet.", "Add a source.")
    taken = graph.without_nodes(views)
    id = next(
        name for name in ("render", *(f"render{number}" for number in range(2, 10**6))) if name not in taken.nodes
    )
    return taken.with_node(GraphNode(id, VIEW)).with_wire(Wire(*picture, id, "image"))


def _last_picture(graph: Graph, registry: Registry) -> tuple[str, str] | None:
    """An image output that nothing uses; of several the one that was added last."""
    used = {(wire.source, wire.output) for wire in graph.wires}
    outputs = [
        (id, port.name)
        for id, node in graph.nodes.items()
        if node.state != "mute" and (found := registry.find(node.type))
        for port in found.spec.outputs
        if "image" in port.types
    ]
    return next((one for one in reversed(outputs) if one not in used), None)


def _name(node: GraphNode, registry: Registry) -> str:
    found = registry.find(node.type)
    return name_of(node, found.spec if found else None)
