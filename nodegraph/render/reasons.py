"""Why a graph cannot be rendered in parts, as sentences: a part must be what that part of the whole film would be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

from nodegraph.core import topology
from nodegraph.core.graph import Graph, Wire
from nodegraph.core.in_parts import InParts
from nodegraph.core.node import Node, Source
from nodegraph.core.registry import Registry
from nodegraph.engine.plan import Domain, Plan, build_plan
from nodegraph.session.ends import file_param


@dataclass(frozen=True)
class Reasons:
    """never: it must be one piece. history: nodes that remember frames; an overlap lets a person divide it anyway."""

    never: tuple[str, ...]
    history: tuple[str, ...]


def reasons(graph: Graph, registry: Registry, sinks: Mapping[str, Path]) -> Reasons:
    """What speaks against rendering `graph` (only what is needed, paths resolved) in parts. Raises DocumentError."""
    plan = build_plan(graph, registry, "offline")
    asked = _Asked(graph, registry, plan)
    never = [*asked.clocks(), *(why for id in sinks for why in asked.sink(id))]
    return Reasons(tuple(never), () if never else tuple(asked.history()))


def source_of(graph: Graph, registry: Registry) -> tuple[str, Source] | None:
    """The one source of a graph, as a node of its own, or None."""
    heads = list(build_plan(graph, registry, "offline").domains)
    if len(heads) != 1 or heads[0] not in graph.nodes:
        return None
    made = instance_of(graph, registry, heads[0])
    return (heads[0], made) if isinstance(made, Source) else None


def instance_of(graph: Graph, registry: Registry, id: str) -> Any:
    """A node of the graph, made anew and not opened."""
    node, found = graph.nodes[id], registry.find(graph.nodes[id].type)
    assert found is not None, "the plan holds known types only"
    return found.make({name: value for name, value in node.params.items() if found.spec.param(name)}, node.place)


def kept_wires(graph: Graph, registry: Registry, sink: str) -> list[Wire]:
    """The wires into a sink that its parts do without: files that are the same for every frame, as sound is."""
    found = registry.find(graph.nodes[sink].type)
    ports = {port.name for port in found.spec.inputs if port.optional and port.types == ("file",)} if found else ()
    return [wire for wire in graph.wires_into(sink) if wire.input in ports]


def kept_values(graph: Graph, registry: Registry, sink: str) -> dict[str, Path]:
    """What those wires carry: the path of the source they come from."""
    values = {}
    for wire in kept_wires(graph, registry, sink):
        found = registry.find(graph.nodes[wire.source].type)
        param = file_param(found.spec) if found else None
        if param is not None:
            values[wire.input] = Path(str(graph.nodes[wire.source].params.get(param.name, "")))
    return values


class _Asked:
    """The questions about one graph."""

    def __init__(self, graph: Graph, registry: Registry, plan: Plan) -> None:
        self._graph, self._registry, self._plan = graph, registry, plan

    def clocks(self) -> Iterator[str]:
        """There must be one source, which can be begun anywhere and is not driven."""
        domains = list(self._plan.domains.values())
        if not domains or not domains[0].head:
            yield "There is no source whose frames could be divided."
            return
        for domain in domains:
            yield from self._head(domain)
        if len(domains) > 1:
            names = " and ".join(domain.head or "the clock" for domain in domains)
            yield f"It has {len(domains)} clocks ({names}), which hold each other's frames."

    def _head(self, domain: Domain) -> Iterator[str]:
        spec = self._plan.specs.get(domain.head)
        if spec is None:
            return
        made = instance_of(self._graph, self._registry, domain.head)
        if type(made).stream_at is Source.stream_at:
            yield f"{domain.head}: {spec.title} can only be read from its beginning."
        if domain.head_drives:
            yield f"{domain.head}: a wire drives a parameter of the source."
        if getattr(made, "loop", False):
            yield f"{domain.head}: it loops."

    def sink(self, id: str) -> Iterator[str]:
        """Its file must be one that can be joined, and what is kept from the parts must be known now."""
        spec, made = self._plan.specs[id], instance_of(self._graph, self._registry, id)
        if not isinstance(made, InParts) or not spec.timed:
            yield f"{id}: {spec.title} cannot put together what was written in parts."
            return
        if why := made.whole():
            yield f"{id}: {why}"
        for wire in kept_wires(self._graph, self._registry, id):
            source = self._plan.specs[wire.source]
            if source.kind != "source" or file_param(source) is None:
                yield f"{id}: its {wire.input} comes from {wire.source}, and only a source's own file is known before."
        if any(step.id == id and step.drives for domain in self._plan.domains.values() for step in domain.steps):
            yield f"{id}: a wire drives a parameter of it."

    def history(self) -> Iterator[str]:
        """Nodes whose result depends on earlier frames."""
        for domain in self._plan.domains.values():
            for step in domain.steps:
                if step.role == "node" and self._graph.nodes[step.id].state != "on":
                    continue
                if step.spec.kind != "sink" and (step.spec.stateful or step.spec.delay) and step.role != "store":
                    yield f"{step.id}: {step.spec.title} remembers earlier frames."
                for drive in step.drives:
                    if gap := self._gap(drive.feed.node, domain):
                        what = f"{drive.param.name} keeps its value while {gap} gives nothing"
                        yield f"{step.id}: {what}."

    def _gap(self, node: str, domain: Domain) -> str:
        """A node on the way to `node` that may give nothing for a frame, or ""."""
        members = {step.id for step in domain.steps}
        edges = [(wire.source, wire.target) for wire in self._graph.wires]
        way = topology.ancestors(list(self._graph.nodes), edges, [node]) | {node}
        return next((id for id in sorted(way & members) if _may_give_nothing(self._made(id))), "")

    def _made(self, id: str) -> Any:
        return instance_of(self._graph, self._registry, id)


def _may_give_nothing(node: Any) -> bool:
    if not isinstance(node, Node):
        return True  # a model's answer may lack an output
    declared = get_type_hints(process).get("return") if (process := getattr(type(node), "process", None)) else None
    if isinstance(declared, type) and issubclass(declared, tuple):
        return any(type(None) in get_args(one) for one in get_type_hints(declared).values())
    return declared is Any or type(None) in get_args(declared)
