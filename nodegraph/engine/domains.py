"""Clock domains: which source each node keeps time with.

Every stream source is a clock. In live mode a blocking node (a model) starts a clock of its own, paced by how fast
it answers, unless a node downstream asks for `match`. A node follows the clock nearest to a source among its data
inputs; other inputs are held. What depends on no clock is a still and runs only when something changes. A timed node
without inputs (an LFO) keeps time with whoever uses it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nodegraph.core import topology
from nodegraph.core.graph import Graph, Wire
from nodegraph.core.spec import NodeSpec

CLOCK = "~clock"
"""The domain of timed nodes that nobody with a clock uses: the engine ticks it."""


@dataclass
class Domains:
    """`of`: node id to domain id, "" for a still. `parent`: a free-running node's domain to the one that feeds it."""

    of: dict[str, str] = field(default_factory=dict)
    parent: dict[str, str] = field(default_factory=dict)

    def depth(self, domain: str) -> int:
        """0 for a source's domain, one more for each free-running node on the way."""
        steps = 0
        while domain in self.parent:
            domain, steps = self.parent[domain], steps + 1
        return steps

    def nearest(self, candidates: Sequence[str]) -> str:
        """The candidate nearest to a source; the first of equals."""
        return min(candidates, key=self.depth)


@dataclass(frozen=True)
class Shape:
    """What the analysis needs of a graph: specs, wires by target, and an order that ignores feedback."""

    specs: Mapping[str, NodeSpec]
    order: Sequence[str]
    into: Mapping[str, Sequence[Wire]]
    feedback: frozenset[str]
    """Delay nodes inside a loop: their input does not order anything."""


def shape_of(graph: Graph, specs: Mapping[str, NodeSpec]) -> Shape:
    """The shape of a valid graph."""
    ids = list(graph.nodes)
    edges = [(wire.source, wire.target) for wire in graph.wires]
    delays = [id for id in ids if specs[id].delay]
    feedback: frozenset[str] = frozenset()
    if delays:
        group = topology.components(ids, edges)
        feedback = frozenset(
            wire.target for wire in graph.wires if wire.target in delays and group[wire.source] == group[wire.target]
        )
    into: dict[str, list[Wire]] = {id: [] for id in ids}
    for wire in graph.wires:
        into[wire.target].append(wire)
    order = topology.order(ids, [edge for edge in edges if edge[1] not in feedback])
    return Shape(specs, order, into, feedback)


def analyse(shape: Shape, free: frozenset[str]) -> Domains:
    """Give every node its domain; `free` are the nodes that run at their own rate."""
    domains, floating = Domains(), set[str]()
    for id in shape.order:
        _assign(id, shape, free, domains, floating)
    while _close_loops(shape, free, domains, floating):
        pass
    _settle(shape, domains, floating)
    return domains


def _close_loops(shape: Shape, free: frozenset[str], domains: Domains, floating: set[str]) -> bool:
    """Give delays in loops the clock of what comes into them, and theirs to what hangs on them; whether one got one."""
    before = len(floating)
    for id in shape.feedback & floating:
        origin = min(shape.into[id], key=lambda wire: shape.specs[id].input(wire.input) is None).source
        if domains.of[origin]:
            domains.of[id] = domains.of[origin]
            floating.discard(id)
    if len(floating) < before:
        for id in shape.order:
            if id in floating and id not in shape.feedback:
                floating.discard(id)
                _assign(id, shape, free, domains, floating)
    return len(floating) < before


def _assign(id: str, shape: Shape, free: frozenset[str], domains: Domains, floating: set[str]) -> None:
    spec = shape.specs[id]
    domains.of[id] = ""
    if spec.kind == "source":
        domains.of[id] = id
        return
    if id in shape.feedback:
        floating.add(id)
        return
    candidates, drifting = _candidates(id, shape, domains, floating)
    if candidates and id in free:
        domains.parent[id] = domains.nearest(candidates)
        domains.of[id] = id
    elif candidates:
        domains.of[id] = domains.nearest(candidates)
    elif drifting or (spec.timed and not _has_data(id, shape)):
        floating.add(id)


def _has_data(id: str, shape: Shape) -> bool:
    return any(shape.specs[id].input(wire.input) for wire in shape.into[id])


def _candidates(id: str, shape: Shape, domains: Domains, floating: set[str]) -> tuple[list[str], bool]:
    """The domains of the data inputs, in the ports' order (of the driven parameters when no input has one)."""
    wires = shape.into[id]
    ports = {port.name: number for number, port in enumerate(shape.specs[id].inputs)}
    data = sorted((wire for wire in wires if wire.input in ports), key=lambda wire: ports[wire.input])
    driving = [wire for wire in wires if wire.input not in ports]
    for group in (data, driving):
        found = [domains.of[wire.source] for wire in group if domains.of[wire.source]]
        if found:
            return found, False
    return [], any(wire.source in floating for wire in wires)


def _settle(shape: Shape, domains: Domains, floating: set[str]) -> None:
    """Floating nodes take the clock of their first user that has one, else the engine's own."""
    users: dict[str, list[str]] = {id: [] for id in shape.order}
    for id in shape.order:
        for wire in shape.into[id]:
            users[wire.source].append(id)
    for id in reversed(shape.order):
        if id in floating:
            clocks = [_clock_seen(user, domains) for user in users[id]]
            domains.of[id] = domains.nearest([clock for clock in clocks if clock] or [CLOCK])
    for id in shape.order:  # a still that a floating node feeds has a clock after all
        if not domains.of[id] and any(domains.of[wire.source] for wire in shape.into[id]):
            domains.of[id] = domains.nearest([domains.of[w.source] for w in shape.into[id] if domains.of[w.source]])


def _clock_seen(user: str, domains: Domains) -> str:
    """The clock on which `user` takes its inputs: a free-running node takes them on its parent's."""
    return domains.parent.get(user, domains.of[user])
