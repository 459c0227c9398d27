"""Whether a document that was just opened runs at once. Opening one never starts a model, a window or a recording."""

from nodegraph.core.graph import Graph
from nodegraph.core.registry import Registry


def runs_by_itself(graph: Graph, registry: Registry) -> bool:
    """True when nothing in the graph starts a server: then what has a source simply runs, as if it were being built."""
    specs = [found.spec for node in graph.nodes.values() if (found := registry.find(node.type))]
    return not any(spec.blocking for spec in specs)
