"""From a graph to a plan: what runs in which clock domain, in which order, and where each input comes from.

A plan is data: it holds no node at work and can be compared, printed and thrown away.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from nodegraph.core import topology
from nodegraph.core.adapters import PARAM_TYPES, fits
from nodegraph.core.errors import DocumentError
from nodegraph.core.graph import Graph, Wire
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec, Param
from nodegraph.core.validate import errors_of, validate
from nodegraph.engine.domains import CLOCK, Domains, Shape, analyse, shape_of

Mode = Literal["live", "offline"]
Role = Literal["node", "feed", "recall", "store"]


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a value comes from. slot: the step of this domain that gives it, or -1 when it is held.

    node: the node that gives it. output: index into its outputs, or -1 when it has one only.
    """

    node: str
    slot: int
    output: int
    convert: Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Drive:
    """A wire into a parameter."""

    param: Param
    feed: Feed


@dataclass(frozen=True, slots=True)
class Step:
    """One node's turn in a frame. role: "node"; "feed" hands inputs to a free-running node; "recall" and "store" are
    the two halves of a Frame Delay."""

    id: str
    index: int
    role: Role
    spec: NodeSpec
    inputs: tuple[Feed | None, ...]
    drives: tuple[Drive, ...]
    users: tuple[int, ...] = ()
    """Steps of this domain that wait for this one."""
    waits: int = 0
    """How many steps of this domain must come first."""
    uses: int = 0
    """How many inputs in this domain read this step's value; after the last one it is let go."""


@dataclass(frozen=True)
class Domain:
    """One clock and the steps of a frame of it. `start` are the steps that wait for nothing but the clock itself.

    head: the node whose value is there when a frame begins (a source, or a free-running node), at slot 0.
    parent: the domain that feeds a free-running head, or "". head_step: that head's own step. head_drives: wires into a
    source's parameters. after: domains whose values are held here.
    """

    id: str
    head: str
    parent: str
    steps: tuple[Step, ...]
    start: tuple[int, ...]
    head_users: tuple[int, ...]
    head_uses: int
    head_step: Step | None
    head_drives: tuple[Drive, ...]
    after: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """Domains (a domain after the ones it holds values of, as far as possible) and stills in order."""

    graph: Graph
    specs: Mapping[str, NodeSpec]
    domains: Mapping[str, Domain]
    stills: tuple[Step, ...]
    free: frozenset[str]
    domain_of: Mapping[str, str]


def build_plan(graph: Graph, registry: Registry, mode: Mode) -> Plan:
    """Plan a graph. Raises DocumentError with every problem when it cannot run."""
    problems = validate(graph, registry)
    if not graph.nodes:
        raise DocumentError("The graph is empty.", "Add a source and a sink.")
    if errors_of(problems):
        raise DocumentError("The graph cannot run yet.", "Mend what is listed.", errors_of(problems))
    graph = _without_muted(graph, registry)
    specs = {
        id: definition.spec_at(node.place)
        for id, node in graph.nodes.items()
        if (definition := registry.find(node.type))
    }
    shape = shape_of(graph, specs)
    free = _free_running(graph, shape) if mode == "live" else frozenset()
    found = analyse(shape, free)
    free = frozenset(found.parent)
    return _Planner(graph, shape, found, free).plan()


def _without_muted(graph: Graph, registry: Registry) -> Graph:
    """Without muted nodes and wires from nodes that can give nothing for want of them."""
    muted = [id for id, node in graph.nodes.items() if node.state == "mute"]
    graph = graph.without_nodes(muted)
    specs = {id: found.spec for id, node in graph.nodes.items() if (found := registry.find(node.type))}
    cut = bool(muted)
    while cut:
        wired = {(wire.target, wire.input) for wire in graph.wires}
        silent = {
            id
            for id, spec in specs.items()
            if not spec.delay and any(not port.optional and (id, port.name) not in wired for port in spec.inputs)
        }
        kept = tuple(wire for wire in graph.wires if wire.source not in silent)
        cut = len(kept) < len(graph.wires)
        graph = replace(graph, wires=kept)
    return graph


def _free_running(graph: Graph, shape: Shape) -> frozenset[str]:
    blocking = {id for id, spec in shape.specs.items() if spec.blocking and graph.nodes[id].state == "on"}
    matching = [id for id, node in graph.nodes.items() if node.sync == "match"]
    edges = [(wire.source, wire.target) for wire in graph.wires if wire.target not in shape.feedback]
    bound = topology.ancestors(list(graph.nodes), edges, matching) | set(matching)
    return frozenset(blocking - bound)


class _Planner:
    """Compiles steps with the facts found; used once."""

    def __init__(self, graph: Graph, shape: Shape, found: Domains, free: frozenset[str]) -> None:
        self.graph, self.shape, self.found, self.free = graph, shape, found, free
        self.slots: dict[str, int] = {}

    def plan(self) -> Plan:
        members: dict[str, list[tuple[str, Role]]] = {}
        stills = []
        delays = [id for id in self.shape.order if self._delays(id)]
        for id in self.shape.order:
            domain = self.found.of[id]
            if id in self.free:
                members.setdefault(id, [])
                members.setdefault(self.found.parent[id], []).append((id, "feed"))
            elif not domain:
                stills.append(id)
            elif domain == id:
                members.setdefault(id, [])
            elif id in delays:
                members.setdefault(domain, []).insert(0, (id, "recall"))
            else:
                members.setdefault(domain, []).append((id, "node"))
        for id in delays:
            if self.found.of[id]:
                members[self.found.of[id]].append((id, "store"))
        domains = {id: self._domain(id, steps) for id, steps in members.items()}
        still_steps = tuple(self._step(id, "node", number, {}) for number, id in enumerate(stills))
        ordered = {id: domains[id] for id in self._domain_order(domains)}
        return Plan(self.graph, self.shape.specs, ordered, still_steps, self.free, dict(self.found.of))

    def _delays(self, id: str) -> bool:
        """Whether this is a Frame Delay at work; a bypassed one that closes no loop passes its input like any node."""
        bypassed = self.graph.nodes[id].state == "bypass" and id not in self.shape.feedback
        return self.shape.specs[id].delay and not bypassed

    def _domain_order(self, domains: Mapping[str, Domain]) -> list[str]:
        edges = [(other, id) for id, domain in domains.items() for other in domain.after if other in domains]
        group = topology.components(list(domains), edges)
        acyclic = [edge for edge in edges if group[edge[0]] != group[edge[1]]]
        return topology.order(list(domains), acyclic)

    def _domain(self, id: str, members: list[tuple[str, Role]]) -> Domain:
        slots = {id: 0} if id != CLOCK else {}
        for number, (node, role) in enumerate(members, start=1):
            if role in ("node", "recall"):
                slots[node] = number
        steps = [self._step(node, role, number, slots) for number, (node, role) in enumerate(members, start=1)]
        users: dict[int, list[int]] = {number: [] for number in range(len(steps) + 1)}
        uses = dict.fromkeys(users, 0)
        waits = {}
        for step in steps:
            feeds = [feed for feed in step.inputs if feed] + [drive.feed for drive in step.drives]
            before = {feed.slot for feed in feeds if feed.slot >= 0}
            if step.role == "store":
                before.add(slots[step.id])
            for feed in feeds:
                if feed.slot >= 0:
                    uses[feed.slot] += 1
            for slot in before:
                users[slot].append(step.index)
            waits[step.index] = len(before)
        done = tuple(
            Step(
                s.id, s.index, s.role, s.spec, s.inputs, s.drives, tuple(users[s.index]), waits[s.index], uses[s.index]
            )
            for s in steps
        )
        head = self._step(id, "node", 0, {}) if id != CLOCK else None
        driving = head.drives if head and id not in self.free else ()
        return Domain(
            id=id,
            head="" if id == CLOCK else id,
            parent=self.found.parent.get(id, ""),
            steps=done,
            start=tuple(step.index for step in done if step.waits == 0),
            head_users=tuple(users[0]),
            head_uses=uses[0],
            head_step=head if id in self.free else None,
            head_drives=driving,
            after=frozenset(self._held_domains((*done, head) if driving and head else done) - {id, ""}),
        )

    def _held_domains(self, steps: tuple[Step, ...]) -> set[str]:
        feeds = [feed for step in steps for feed in (*step.inputs, *(drive.feed for drive in step.drives)) if feed]
        return {self.found.of[feed.node] for feed in feeds if feed.slot < 0}

    def _step(self, id: str, role: Role, index: int, slots: Mapping[str, int]) -> Step:
        spec = self.shape.specs[id]
        if role == "recall":
            return Step(id, index, role, spec, (), ())
        wires = {wire.input: wire for wire in self.shape.into[id]}
        inputs = tuple(
            self._feed(wires[port.name], port.types, slots) if port.name in wires else None for port in spec.inputs
        )
        drives = tuple(
            Drive(param, self._feed(wires[param.name], PARAM_TYPES[param.kind], slots))
            for param in spec.params
            if param.name in wires and role != "feed"
        )
        return Step(id, index, role, spec, inputs, drives)

    def _feed(self, wire: Wire, wanted: tuple[str, ...], slots: Mapping[str, int]) -> Feed:
        outputs = self.shape.specs[wire.source].outputs
        number = next(index for index, port in enumerate(outputs) if port.name == wire.output)
        adapter = fits(outputs[number].types, wanted)
        convert = adapter.convert if adapter else None
        return Feed(wire.source, slots.get(wire.source, -1), number if len(outputs) > 1 else -1, convert)
