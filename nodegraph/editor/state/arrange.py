"""Auto-layout: where every node goes so that a graph reads from left to right.

The layered method of Sugiyama, Tagawa and Toda ("Methods for Visual Understanding of Hierarchical System Structures",
IEEE Transactions on Systems, Man and Cybernetics 11, 1981), with the median heuristic, virtual nodes for long edges and
the up-and-down sweeps of Gansner, Koutsofios, North and Vo ("A Technique for Drawing Directed Graphs", IEEE
Transactions on Software Engineering 19, 1993). Heights come from isotonic regression (pool adjacent violators), which
gives the straightest wires that an order allows.
"""

from collections.abc import Iterable, Mapping, Sequence

from nodegraph.editor.state.arrange_heights import heights
from nodegraph.editor.state.arrange_layers import columns
from nodegraph.editor.state.arrange_order import Edge, Layered, ordered

Size = tuple[float, float]
Point = tuple[float, float]
PinWire = tuple[str, float, str, float]


def arrange(
    sizes: Mapping[str, Size], wires: Iterable[PinWire], gap: tuple[float, float] = (80.0, 40.0)
) -> dict[str, Point]:
    """The upper left corner of every node, from (0, 0) to the right and down; no two nodes overlap.

    sizes: width and height by id. wires: source id, how far below its node's top the output's pin is, target id, the
    same for the input's pin; wires of unknown nodes and from a node to itself do not count. gap: room between columns
    and between the nodes of one. The same input gives the same layout. Parts that no wire joins are stacked.
    """
    known = [wire for wire in wires if wire[0] in sizes and wire[2] in sizes and wire[0] != wire[2]]
    parts = _parts(sizes, known)
    by_node = {id: number for number, part in enumerate(parts) for id in part}
    placed: dict[str, Point] = {}
    top = 0.0
    for number, part in enumerate(parts):
        if len(part) > 1:
            inside = [wire for wire in known if by_node[wire[0]] == number]
            positions = _one_part({id: sizes[id] for id in part}, inside, gap)
            placed |= {id: (x, y + top) for id, (x, y) in positions.items()}
            top = max(placed[id][1] + sizes[id][1] for id in part) + 2 * gap[1]
    width = max((x + sizes[id][0] for id, (x, _) in placed.items()), default=0.0)
    singles = [part[0] for part in parts if len(part) == 1]
    placed |= _rows({id: sizes[id] for id in singles}, top, width, gap)
    return {id: placed[id] for id in sizes}


def _parts(sizes: Mapping[str, Size], wires: Sequence[PinWire]) -> list[list[str]]:
    """The ids that wires join, together; in the order of each part's first node."""
    leader = {id: id for id in sizes}

    def lead(id: str) -> str:
        while leader[id] != id:
            leader[id] = leader[leader[id]]
            id = leader[id]
        return id

    for source, _, target, _ in wires:
        leader[lead(target)] = lead(source)
    parts: dict[str, list[str]] = {}
    for id in sizes:
        parts.setdefault(lead(id), []).append(id)
    return list(parts.values())


def _one_part(sizes: Mapping[str, Size], wires: Sequence[PinWire], gap: tuple[float, float]) -> dict[str, Point]:
    forward, column = columns(list(sizes), wires)
    layered = Layered.of(column, {id: height for id, (_, height) in sizes.items()}, [Edge(*wire) for wire in forward])
    order = ordered(layered)
    tops = heights(layered, order, gap[1])
    lefts, left = [], 0.0
    for layer in order:
        lefts.append(left)
        left += max((sizes[id][0] for id in layer if id in sizes), default=0.0) + gap[0]
    highest = min(tops[id] for id in sizes)
    return {id: (lefts[column[id]], tops[id] - highest) for id in sizes}


def _rows(sizes: Mapping[str, Size], top: float, width: float, gap: tuple[float, float]) -> dict[str, Point]:
    """Nodes without a wire: in rows as wide as the graph above, or about as wide as high."""
    area = sum((w + gap[0]) * (h + gap[1]) for w, h in sizes.values())
    limit = max(width, (1.8 * area) ** 0.5)
    placed: dict[str, Point] = {}
    x, y, row = 0.0, top, 0.0
    for id, (w, h) in sizes.items():
        if x > 0 and x + w > limit:
            x, y, row = 0.0, y + row + gap[1], 0.0
        placed[id] = (x, y)
        x, row = x + w + gap[0], max(row, h)
    return placed
