"""Auto-layout, second step: the order of the nodes in each column, with few crossing wires."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple, Self

BENDS: Final = 2000
"""At most so many places are kept free for wires that skip columns; the longest wires go without."""
_WORK: Final = 12000
_SWEEPS: Final = 10


class Edge(NamedTuple):
    """A wire from column to column: ids, and how far below its node's top each pin is."""

    source: str
    leaves: float
    target: str
    enters: float


@dataclass(frozen=True)
class Layered:
    """Nodes and bends in columns. A bend keeps a place free for a long wire in a column that it passes.

    layers: ids in each column. height: of every node; a bend has 0. after, before: edges by where they start and end.
    """

    layers: list[list[str]]
    height: dict[str, float]
    after: dict[str, list[Edge]] = field(default_factory=dict)
    before: dict[str, list[Edge]] = field(default_factory=dict)

    @classmethod
    def of(cls, column: Mapping[str, int], height: Mapping[str, float], edges: Iterable[Edge]) -> Self:
        """Columns as given, and every edge in pieces of one column each."""
        layered = cls([[] for _ in range(max(column.values(), default=0) + 1)], dict(height))
        for id, number in column.items():
            layered.layers[number].append(id)
        free = BENDS
        for edge in sorted(edges, key=lambda one: column[one.target] - column[one.source]):
            first, last = column[edge.source], column[edge.target]
            free -= last - first - 1
            if free >= 0 or last == first + 1:
                layered._add(edge, range(first + 1, last))
        return layered

    def _add(self, edge: Edge, passed: range) -> None:
        """Wires from one pin share their bends."""
        source, leaves = edge.source, edge.leaves
        for number in passed:
            bend = f"\0{number}\0{edge.leaves}\0{edge.source}"  # no node's id has such a character
            if bend not in self.height:
                self.layers[number].append(bend)
                self.height[bend] = 0.0
                self._join(Edge(source, leaves, bend, 0.0))
            source, leaves = bend, 0.0
        self._join(Edge(source, leaves, edge.target, edge.enters))

    def _join(self, edge: Edge) -> None:
        self.after.setdefault(edge.source, []).append(edge)
        self.before.setdefault(edge.target, []).append(edge)


def ordered(layered: Layered) -> list[list[str]]:
    """The ids of each column from top to bottom: the best order of several sweeps to and fro."""
    order = _first_order(layered)
    best, least = order, _crossings(layered, order)
    sweeps = min(_SWEEPS, 1 + _WORK // (len(layered.height) + 1))
    for sweep in range(sweeps):
        if least == 0:
            break
        order = _swept(layered, order, forward=sweep % 2 == 0)
        crossings = _crossings(layered, order)
        if crossings < least:
            best, least = order, crossings
    return best


def _first_order(layered: Layered) -> list[list[str]]:
    """As a walk along the wires meets them, from the last column back: what belongs together begins together."""
    found: list[list[str]] = [[] for _ in layered.layers]
    column = {id: number for number, layer in enumerate(layered.layers) for id in layer}
    seen: set[str] = set()
    starts = [id for layer in reversed(layered.layers) for id in layer]
    for start in starts:
        waiting = [start]
        while waiting:
            id = waiting.pop()
            if id not in seen:
                seen.add(id)
                found[column[id]].append(id)
                waiting += [one.source for one in sorted(layered.before.get(id, ()), key=lambda one: -one.enters)]
    return found


def _swept(layered: Layered, order: Sequence[list[str]], *, forward: bool) -> list[list[str]]:
    """Every column sorted by the median of its neighbours in the column before it (or after it)."""
    swept = [list(layer) for layer in order]
    numbers = range(1, len(swept)) if forward else range(len(swept) - 2, -1, -1)
    for number in numbers:
        beside = swept[number - 1 if forward else number + 1]
        rank = {id: place for place, id in enumerate(beside)}
        weights: dict[str, float] = {}
        for place, id in enumerate(swept[number]):
            pins = _pins(layered, id, rank, forward=forward)
            weights[id] = _median(pins) if pins else _alone(place, swept[number], beside)
        swept[number].sort(key=weights.__getitem__)
    return swept


def _pins(layered: Layered, id: str, rank: Mapping[str, int], *, forward: bool) -> list[float]:
    """Where this node's wires arrive in the column beside it: 2.25 is a quarter down the third node."""
    height = layered.height
    if forward:
        found = [(one.source, one.leaves) for one in layered.before.get(id, ())]
    else:
        found = [(one.target, one.enters) for one in layered.after.get(id, ())]
    return sorted(rank[other] + pin / (height[other] + 1.0) for other, pin in found if other in rank)


def _median(values: Sequence[float]) -> float:
    """The middle; of two the mean, which is the barycentre for the common two inputs."""
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _alone(place: int, layer: Sequence[str], beside: Sequence[str]) -> float:
    """A node without a wire to the column beside it stays about where it is."""
    return place * len(beside) / len(layer)


def _crossings(layered: Layered, order: Sequence[Sequence[str]]) -> int:
    """How many pairs of wires cross between neighbouring columns."""
    total = 0
    for left, right in pairwise(order):
        rank = {id: place for place, id in enumerate(right)}
        ends: list[tuple[int, float]] = []
        for id in left:
            pieces = [
                (one.leaves, rank[one.target], one.enters) for one in layered.after.get(id, ()) if one.target in rank
            ]
            for _, place, enters in sorted(pieces):
                here = (place, enters)
                total += len(ends) - bisect_right(ends, here)
                insort(ends, here)
    return total
