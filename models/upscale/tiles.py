"""Cutting a large picture into tiles that overlap, so that memory is bounded and no seam is seen."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple


class Tile(NamedTuple):
    """Half-open ranges along one side. seen: what the model gets. kept: the part of its answer that is used."""

    seen: tuple[int, int]
    kept: tuple[int, int]


def tiles(length: int, size: int, overlap: int) -> Iterator[Tile]:
    """A side of `length` pixels in as few equal parts as fit into `size`; each is seen with `overlap` around it.

    What is kept has no gap and no pixel twice.
    """
    inner = max(1, size - 2 * overlap)
    count = 1 if length <= size else -(-length // inner)
    cuts = [length * number // count for number in range(count + 1)]
    for begin, end in itertools.pairwise(cuts):
        yield Tile((max(0, begin - overlap), min(length, end + overlap)), (begin, end))
