"""Random graphs against an interpreter that is simple enough to be right: node after node, frame by frame."""

import random
from typing import Any

import pytest

from nodegraph.core import topology
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.node import Filter
from nodegraph.core.types import Number
from nodegraph.engine.run import Run
from tests.engine.support import GATES, REGISTRY, picture, registry_of

NOTHING, NOT_YET = object(), object()


class Rare(Filter, id="t.rare", category="Test"):
    """A number of every third frame."""

    def process(self, number: Number) -> Number | None:
        return number if number % 3 == 0 else None


NODES = REGISTRY.with_definitions(registry_of(Rare).definitions.values())
FILTERS = ["add", "add", "odd", "fallback", "delay", "blend", "accumulate", "level", "rare", "wide"]


def random_graph(chance: random.Random) -> Graph:
    """One source, filters, delays (also in loops), bypasses, mutes and driven parameters; two sinks."""
    graph = Graph().with_node(GraphNode("in", "t.frames", {"count": 0}))
    images, numbers = ["in"], []
    for number in range(chance.randint(2, 9)):
        kind = chance.choice(FILTERS)
        if kind == "rare" and not numbers:
            kind = "level"
        id, state = f"n{number}", chance.choice(["on"] * 6 + ["bypass", "mute"])
        params = {"by": chance.randint(0, 9)} if kind == "add" else {}
        graph = graph.with_node(GraphNode(id, f"t.{kind}", params, state=state))  # type: ignore[arg-type]
        definition = NODES.find(f"t.{kind}")
        assert definition is not None
        for port in definition.spec.inputs:
            source = chance.choice(numbers if kind == "rare" else images)
            if not port.optional or chance.random() < 0.6:
                graph = graph.with_wire(Wire(source, output_of(graph, source), id, port.name))
        if kind == "add" and numbers and chance.random() < 0.7:
            graph = graph.with_wire(Wire(chance.choice(numbers), "number", id, "by"))
        (numbers if kind in ("level", "rare") else images).append(id)
    delays = [id for id, node in graph.nodes.items() if node.type == "t.delay"]
    if delays and chance.random() < 0.6:
        graph = graph.with_wire(Wire(images[-1], "image", chance.choice(delays), "image"))
    for sink in ("out", "other"):
        graph = graph.with_node(GraphNode(sink, "t.collect"))
        graph = graph.with_wire(Wire(chance.choice(images[-4:]), "image", sink, "image"))
    return graph


def output_of(graph: Graph, id: str) -> str:
    definition = NODES.find(graph.nodes[id].type)
    assert definition is not None
    return definition.spec.outputs[0].name


class Reference:
    """Runs a graph of one source: no threads, no plan."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph = graph.without_nodes([id for id, node in graph.nodes.items() if node.state == "mute"])
        ids, edges = list(graph.nodes), [(wire.source, wire.target) for wire in graph.wires]
        group = topology.components(ids, edges)
        self.loops = {b for a, b in edges if graph.nodes[b].type == "t.delay" and group[a] == group[b]}
        self.order = topology.order(ids, [edge for edge in edges if edge[1] not in self.loops])
        self.past: dict[str, Any] = {}
        self.driven: dict[str, Any] = {}
        self.got: dict[str, list[tuple[int, int]]] = {"out": [], "other": []}

    def frame(self, index: int) -> None:
        values: dict[str, Any] = {}
        delays = [id for id, node in self.graph.nodes.items() if node.type == "t.delay"]
        delays = [id for id in delays if self.graph.nodes[id].state == "on" or id in self.loops]
        for id in delays:
            values[id] = self.past.get(id, NOT_YET)
        for id in self.order:
            if id not in values:
                values[id] = self.step(id, index, values)
        for id in delays:
            wires = self.graph.wires_into(id)
            given = values[wires[0].source] if wires else NOTHING
            if given is not NOTHING and given is not NOT_YET and self.graph.nodes[id].state == "on":
                self.past[id] = given

    def step(self, id: str, index: int, values: dict[str, Any]) -> Any:
        node = self.graph.nodes[id]
        if node.type == "t.frames":
            return picture(index)
        definition = NODES.find(node.type)
        assert definition is not None
        wired = {wire.input: values[wire.source] for wire in self.graph.wires_into(id)}
        args = [wired.get(port.name, NOTHING) for port in definition.spec.inputs]
        needed = [arg for arg, port in zip(args, definition.spec.inputs, strict=True) if not port.optional]
        if wired.get("by", NOTHING) not in (NOTHING, NOT_YET):
            self.driven[id] = min(max(round(wired["by"]), 0), 100)
        if any(arg is NOTHING for arg in needed):
            return NOTHING
        if node.state == "bypass" or any(arg is NOT_YET for arg in needed):
            passing = (
                [
                    arg
                    for arg, port in zip(args, definition.spec.inputs, strict=True)
                    if arg is not NOTHING and arg is not NOT_YET and port.types == definition.spec.outputs[0].types
                ]
                if definition.spec.outputs
                else []
            )
            return passing[0] if passing else NOT_YET
        if id in self.got:
            self.got[id].append((index, int(args[0][0, 0, 0])))
            return NOTHING
        params = dict(node.params) | ({"by": self.driven[id]} if id in self.driven else {})
        instance: Any = definition.make(params, {})
        instance.open() if node.type == "t.accumulate" else None
        result = instance.process(*(None if arg is NOTHING or arg is NOT_YET else arg for arg in args))
        return NOTHING if result is None else result


@pytest.mark.parametrize("seed", range(150))
def test_a_render_gives_what_a_simple_interpreter_gives(seed: int) -> None:

    GATES[""] = lambda image: None
    graph = random_graph(random.Random(seed))
    wanted = Reference(graph)
    for index in range(14):
        wanted.frame(index)
    with Run(graph, NODES, "offline", workers=3, frames=14) as run:
        assert run.wait(60), "the render did not end"
    assert run.failure is None
    for sink, got in wanted.got.items():
        assert run.nodes[sink].instance.got == got, sink
