"""Questions about the shape of a graph: order, loops, ancestors. The only door to networkx, imported on first use."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

Edges = Iterable[tuple[str, str]]


def _digraph(nodes: Iterable[str], edges: Edges) -> "nx.DiGraph[Any]":
    import networkx as nx

    graph: nx.DiGraph[Any] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    return graph


def order(nodes: Sequence[str], edges: Edges) -> list[str]:
    """Every node after the ones it depends on. Raises ValueError when there is a loop."""
    import networkx as nx

    try:
        return list(nx.topological_sort(_digraph(nodes, edges)))
    except nx.NetworkXUnfeasible as error:
        raise ValueError("the graph has a loop") from error


def loops(nodes: Sequence[str], edges: Edges) -> list[list[str]]:
    """One loop (a closed walk along the edges, first node not repeated) for each group of nodes that form loops."""
    import networkx as nx

    graph, found = _digraph(nodes, edges), []
    for group in nx.strongly_connected_components(graph):
        first = min(group)
        if len(group) > 1 or graph.has_edge(first, first):
            found.append([edge[0] for edge in nx.find_cycle(graph.subgraph(group), first)])
    return sorted(found)


def components(nodes: Sequence[str], edges: Edges) -> Mapping[str, int]:
    """Which strongly connected component each node is in."""
    import networkx as nx

    groups = nx.strongly_connected_components(_digraph(nodes, edges))
    return {node: number for number, group in enumerate(groups) for node in group}


def ancestors(nodes: Sequence[str], edges: Edges, of: Iterable[str]) -> set[str]:
    """Every node that one of `of` depends on, without themselves unless they depend on each other."""
    import networkx as nx

    graph = _digraph(nodes, edges)
    return {one for node in of for one in nx.ancestors(graph, node)}
