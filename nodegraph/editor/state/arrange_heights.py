"""Auto-layout, third step: how far down every node goes, with its column's order kept and its wires straight."""

from collections.abc import Mapping, Sequence
from typing import Final

from nodegraph.editor.state.arrange_order import Edge, Layered

_SWEEPS: Final = 6
_STEP: Final = 30.0


def heights(layered: Layered, order: Sequence[Sequence[str]], gap: float) -> dict[str, float]:
    """The top of every node (and bend): in the order of its column, at least `gap` apart."""
    tops: dict[str, float] = {}
    for layer in order:
        below = 0.0
        for id in layer:
            tops[id] = below
            below += layered.height[id] + gap
        tops |= {id: tops[id] - below / 2 for id in layer}
    for sweep in range(_SWEEPS):
        for layer in order if sweep % 2 == 0 else order[::-1]:
            wanted = [_wanted(layered, id, tops, forward=sweep % 2 == 0, last=sweep == _SWEEPS - 1) for id in layer]
            tops |= zip(layer, _apart(wanted, [layered.height[id] + gap for id in layer]), strict=True)
    return tops


def _wanted(layered: Layered, id: str, tops: Mapping[str, float], *, forward: bool, last: bool) -> float:
    """The top that makes this node's wires straight: those into it, those out of it, in the end both."""
    before = [tops[one.source] + _step(layered, one) for one in layered.before.get(id, ())]
    after = [tops[one.target] - _step(layered, one) for one in layered.after.get(id, ())]
    wishes = sorted((before if forward else after) or after or before)
    if last:
        wishes = sorted(before + after)
    return wishes[(len(wishes) - 1) // 2] if wishes else tops[id]


def _step(layered: Layered, edge: Edge) -> float:
    """How much lower a wire wants its target's top; more than a little would make a chain a staircase: then level."""
    step = edge.leaves - edge.enters
    bend = not (layered.height[edge.source] and layered.height[edge.target])
    return step if bend or abs(step) <= _STEP else 0.0


def _apart(wanted: Sequence[float], rooms: Sequence[float]) -> list[float]:
    """The places nearest to `wanted` (least squares) in this order, each `rooms` before the next.

    Without the rooms this asks for a rising sequence, which pooling neighbours that are out of order gives.
    """
    offsets, total = [], 0.0
    for room in rooms:
        offsets.append(total)
        total += room
    pools: list[tuple[float, int]] = []  # sum of the wishes, how many
    for wish, offset in zip(wanted, offsets, strict=True):
        pool = (wish - offset, 1)
        while pools and pools[-1][0] * pool[1] > pool[0] * pools[-1][1]:
            before = pools.pop()
            pool = (before[0] + pool[0], before[1] + pool[1])
        pools.append(pool)
    places = [sum_ / count for sum_, count in pools for _ in range(count)]
    return [place + offset for place, offset in zip(places, offsets, strict=True)]
