"""What Florence-2 writes about regions, made boxes with sentences: ``a man<loc_100><loc_50><loc_300><loc_800>...``."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

_PLACE = re.compile(r"<loc_(\d+)>")
_STEPS = 1000  # a place is one of so many along a side


@dataclass(frozen=True)
class Region:
    """caption: what it is. box: left, top, right, bottom as fractions. score: 0..1, the mean probability per token."""

    caption: str
    box: tuple[float, float, float, float]
    score: float


@dataclass
class _Draft:
    words: list[str] = field(default_factory=list)
    places: list[float] = field(default_factory=list)
    logarithms: list[float] = field(default_factory=list)


def find_regions(
    tokens: Sequence[str], logarithms: Sequence[float], spoken: Callable[[list[str]], str], special: Iterable[str] = ()
) -> list[Region]:
    """The regions in what was written, in its order.

    logarithms: the log probability of each token. spoken: makes words of tokens. special: tokens that say nothing.
    Boxes without words have those of the box before; groups of less than four places, and boxes without an area, are
    left out.
    """
    found: list[Region] = []
    silent = set(special)
    draft, last = _Draft(), ""
    for token, logarithm in zip(tokens, logarithms, strict=True):
        place = _PLACE.fullmatch(token)
        if place is None and token in silent:
            continue
        if place is None and draft.places:  # words again before the fourth place
            draft = _Draft()
        draft.logarithms.append(logarithm)
        if place is None:
            draft.words.append(token)
            continue
        draft.places.append(min(int(place[1]) + 0.5, _STEPS) / _STEPS)
        if len(draft.places) == 4:
            last = " ".join(spoken(draft.words).split()) or last
            found += _region(last, draft)
            draft = _Draft()
    return found


def count_regions(tokens: Iterable[str]) -> int:
    """How many groups of four places are complete."""
    complete = run = 0
    for token in tokens:
        run = run + 1 if _PLACE.fullmatch(token) else 0
        if run == 4:
            complete, run = complete + 1, 0
    return complete


def _region(caption: str, draft: _Draft) -> list[Region]:
    x, y = sorted(draft.places[0::2]), sorted(draft.places[1::2])
    if not caption or x[0] == x[1] or y[0] == y[1]:
        return []
    return [Region(caption, (x[0], y[0], x[1], y[1]), math.exp(math.fsum(draft.logarithms) / len(draft.logarithms)))]
