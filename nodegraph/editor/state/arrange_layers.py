"""Auto-layout, first step: which wires run forward, and the column of every node."""

from collections.abc import Iterator, Sequence

PinWire = tuple[str, float, str, float]


def columns(ids: Sequence[str], wires: Sequence[PinWire]) -> tuple[list[PinWire], dict[str, int]]:
    """The wires that run forward, and every node's column (0 is the left one): each wire goes at least one further.

    The wires that close a loop are left out: the fewest a depth-first walk from the sources finds.
    """
    forward = _without_loops(ids, wires)
    after: dict[str, list[str]] = {id: [] for id in ids}
    before: dict[str, list[str]] = {id: [] for id in ids}
    for source, _, target, _ in forward:
        after[source].append(target)
        before[target].append(source)
    walk = _sources_first(ids, before, after)
    column: dict[str, int] = {}
    for id in walk:
        column[id] = max((column[one] + 1 for one in before[id]), default=0)
    _pull_right(walk, before, after, column)
    first = min(column.values(), default=0)
    return forward, {id: column[id] - first for id in ids}


def _pull_right(
    walk: Sequence[str], before: dict[str, list[str]], after: dict[str, list[str]], column: dict[str, int]
) -> None:
    """Move a node next to what uses it where that makes the wires together shorter (a constant, a late source)."""
    for id in reversed(walk):
        if len(after[id]) > len(before[id]):
            column[id] = min(column[one] for one in after[id]) - 1


def _sources_first(ids: Sequence[str], before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    missing = {id: len(before[id]) for id in ids}
    walk = [id for id in ids if not missing[id]]
    for id in walk:  # the list grows while it is walked
        for one in after[id]:
            missing[one] -= 1
            if not missing[one]:
                walk.append(one)
    return walk


def _without_loops(ids: Sequence[str], wires: Sequence[PinWire]) -> list[PinWire]:
    after: dict[str, list[str]] = {id: [] for id in ids}
    fed: set[str] = set()
    for source, _, target, _ in wires:
        after[source].append(target)
        fed.add(target)
    state = dict.fromkeys(ids, 0)  # 1: on the path, 2: left for good
    back: set[tuple[str, str]] = set()
    for start in sorted(ids, key=lambda id: id in fed):
        if state[start]:
            continue
        state[start] = 1
        path: list[tuple[str, Iterator[str]]] = [(start, iter(after[start]))]
        while path:
            id, rest = path[-1]
            follows = next(rest, None)
            if follows is None:
                state[id] = 2
                path.pop()
            elif state[follows] == 1:
                back.add((id, follows))
            elif state[follows] == 0:
                state[follows] = 1
                path.append((follows, iter(after[follows])))
    return [wire for wire in wires if (wire[0], wire[2]) not in back]
