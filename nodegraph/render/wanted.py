"""The graph of a render: what writes files and what that depends on. Windows and views are left out."""

from pathlib import Path

from nodegraph.core import topology
from nodegraph.core.errors import UsageError
from nodegraph.core.graph import Graph
from nodegraph.core.registry import Registry
from nodegraph.session.ends import file_param


def wanted(graph: Graph, registry: Registry) -> tuple[Graph, dict[str, Path]]:
    """The graph without what no file needs, and the file or folder of each sink. Raises UsageError without any."""
    sinks = {}
    for node in graph.nodes.values():
        found = registry.find(node.type)
        if found is None or found.spec.kind != "sink" or node.state != "on":
            continue
        param = file_param(found.spec)
        if param is not None:
            sinks[node.id] = Path(str(node.params.get(param.name, "")))
    if not sinks:
        raise UsageError("Nothing in this graph writes a file.", "Wire a Video File Out into it, or give --output.")
    edges = [(wire.source, wire.target) for wire in graph.wires]
    needed = topology.ancestors(list(graph.nodes), edges, list(sinks)) | set(sinks)
    return graph.without_nodes(id for id in graph.nodes if id not in needed), sinks
