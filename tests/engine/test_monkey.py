"""Random edits of a running graph: it never hangs, never dies, and ends when told to."""

import random

import pytest

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.engine.run import Run
from tests.engine.support import GATES, REGISTRY
from tests.engine.test_live import until

FILTERS = ("t.add", "t.accumulate", "t.odd", "t.fallback", "t.delay", "t.model", "t.wide", "t.blend", "t.fails")


def random_graph(chance: random.Random) -> Graph:
    """One or two sources, a few filters wired to what is before them (or round through a delay), and a sink."""
    graph = Graph()
    sources = ["in", "other"][: chance.randint(1, 2)]
    for id in sources:
        graph = graph.with_node(GraphNode(id, "t.frames", {"count": 0, "rate": chance.choice([100.0, 200.0])}))
    before = list(sources)
    for number in range(chance.randint(1, 6)):
        kind = chance.choice(FILTERS)
        sync = chance.choice(["hold", "hold", "match"])
        params = {"by": chance.randint(0, 9)} if kind == "t.add" else {}
        node = GraphNode(f"n{number}", kind, params, sync=sync, state=chance.choice(["on", "on", "on", "bypass"]))  # type: ignore[arg-type]
        graph = graph.with_node(node)
        definition = REGISTRY.find(kind)
        assert definition is not None
        for port in definition.spec.inputs:
            if not port.optional or chance.random() < 0.5:
                graph = graph.with_wire(Wire(chance.choice(before), "image", node.id, port.name))
        before.append(node.id)
    if any(node.type == "t.delay" for node in graph.nodes.values()) and chance.random() < 0.5:
        delay = next(id for id, node in graph.nodes.items() if node.type == "t.delay")
        graph = graph.with_wire(Wire(before[-1], "image", delay, "image"))
    graph = graph.with_node(GraphNode("out", "t.collect"))
    return graph.with_wire(Wire(chance.choice(before), "image", "out", "image"))


@pytest.mark.parametrize("seed", range(6))
def test_random_edits_never_stop_the_show(seed: int) -> None:
    GATES[""] = lambda image: None
    chance = random.Random(seed)
    base = Graph().with_node(GraphNode("in", "t.frames", {"count": 0, "rate": 200.0}))
    base = base.with_node(GraphNode("check", "t.collect")).with_wire(Wire("in", "image", "check", "image"))
    with Run(base, REGISTRY, "live") as run:
        for _ in range(40):
            graph = random_graph(chance)
            feed = graph.with_node(GraphNode("check", "t.collect")).with_wire(Wire("in", "image", "check", "image"))
            run.update(feed)
        seen = len(run.nodes["check"].instance.got)
        until(lambda: len(run.nodes["check"].instance.got) > seen + 5, run)
        assert run.failure is None
    indices = [index for index, _ in run.nodes["check"].instance.got]
    assert indices == sorted(indices)
    run.threads.join("", 5)
    assert run.threads.alive() == []


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs_render_the_same_twice(seed: int) -> None:
    GATES[""] = lambda image: None
    graph = random_graph(random.Random(seed))
    results = []
    for workers in (1, 3):
        with Run(graph, REGISTRY, "offline", workers=workers, frames=12) as run:
            assert run.wait(60), "the render did not end"
        results.append((run.nodes["out"].instance.got, run.failure and (run.failure.node, run.failure.frame)))
    if results[0][1] is None:
        assert results[0] == results[1]
    else:
        assert results[1][1] is not None
