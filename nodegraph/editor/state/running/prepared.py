"""From the document to the graph that a live run gets: what can run, paths resolved, clips looping."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from nodegraph.core.errors import DocumentError
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec
from nodegraph.editor.state.running.runnable import param_fault, runnable
from nodegraph.engine.editing import same_shape
from nodegraph.session.paths import resolve_paths

LOOP: Final = "loop"
"""The parameter of sources that lets the engine begin them again; see nodegraph.core.node.Source."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see running.

    base: the folder relative paths start from. only: run to these nodes. with_files: sinks write their files.
    loop_clips: sources begin again at their end unless the document says otherwise. without: nodes that cannot run
    for a reason known from before.
    """

    graph: Graph
    base: Path
    only: frozenset[str] | None = None
    with_files: bool = False
    loop_clips: bool = True
    without: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """The graph to run for a wish, and why each of the other nodes is not in it."""

    wish: Wish
    graph: Graph
    skipped: Mapping[str, str]


def prepare(wish: Wish, registry: Registry) -> Prepared:
    """What of the wish can run. Raises DocumentError only for a path that no node can be blamed for."""
    without = dict(wish.without)
    while True:
        found = runnable(wish.graph, registry, wish.only, wish.with_files, without)
        try:
            graph = resolve_paths(found.graph, registry, wish.base)
        except DocumentError as error:
            blamed = dict(_blamed(error, found.graph))
            if not blamed:
                raise
            without |= blamed
        else:
            return Prepared(wish, _looping(graph, registry) if wish.loop_clips else graph, found.skipped)


def moved(before: Prepared, wish: Wish, registry: Registry) -> Prepared | None:
    """The same for a wish that only moved parameters of running nodes, without looking at the whole graph again.

    None when more than that changed, or a path did.
    """
    old, new = before.wish.graph, wish.graph
    if replace(wish, graph=old) != before.wish or not same_shape(old, new):
        return None
    graph = before.graph
    for id in [id for id, node in new.nodes.items() if node is not old.nodes[id]]:
        node = _moved(new.nodes[id], old.nodes[id], graph.nodes.get(id), registry)
        if node is None:
            return None
        graph = graph.with_node(node)
    return Prepared(wish, graph, before.skipped)


def _moved(node: GraphNode, before: GraphNode, running: GraphNode | None, registry: Registry) -> GraphNode | None:
    """The running node with the parameters of `node`; None when that needs a closer look."""
    found = registry.find(node.type)
    if running is None or found is None or param_fault(node, found.spec):
        return None
    paths = {param.name for param in found.spec.params if param.kind == "file"}
    if any(node.params.get(name) != before.params.get(name) for name in paths):
        return None
    known = {name: value for name, value in running.params.items() if name in paths}
    if LOOP not in node.params and LOOP not in before.params and LOOP in running.params:
        known[LOOP] = running.params[LOOP]
    elif (LOOP in node.params) != (LOOP in before.params):
        return None
    return replace(node, params={**node.params, **known})


def _blamed(error: DocumentError, graph: Graph) -> Iterator[tuple[str, str]]:
    """The nodes whose paths are wrong, with the sentence for each."""
    for problem in error.problems:
        id = problem.where.removeprefix("nodes.").rpartition(".")[0]
        if id in graph.nodes:
            yield id, f"{problem.message[:1].upper()}{problem.message[1:].rstrip('.')}. {problem.hint}".strip()


def _looping(graph: Graph, registry: Registry) -> Graph:
    nodes = {id: _looped(node, found.spec) for id, node in graph.nodes.items() if (found := registry.find(node.type))}
    return replace(graph, nodes=nodes)


def _looped(node: GraphNode, spec: NodeSpec) -> GraphNode:
    """With `loop` on, when it is a source that has it and the document says nothing about it."""
    param = spec.param(LOOP)
    if spec.kind != "source" or param is None or param.kind != "boolean" or LOOP in node.params:
        return node
    return replace(node, params={**node.params, LOOP: True})
