"""Cutting a large picture into tiles that overlap, so that memory is bounded and no seam is seen."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple


class Tile(NamedTuple):
    """Half-open ranges along one side. seen: what the model gets. kept: the part of its answer that is used."""

    seen: tuple[int, int]
    kept: tuple[int, int]


def tiles(length: int, size: int, overlap: int, step: int = 1) -> Iterator[Tile]:
    """A side of `length` pixels in as few equal parts as fit into `size`; each is seen with `overlap` around it.

    What is kept has no gap and no pixel twice. Tiles begin at multiples of `step`: a network that joins pixels in
    blocks must find the same ones in every tile.
    """
    inner = max(step, size - 2 * overlap)
    count = 1 if length <= size else -(-length // inner)
    cuts = sorted({length * number // count // step * step for number in range(count)} | {length})
    around = -(-overlap // step) * step
    for begin, end in itertools.pairwise(cuts):
        yield Tile((max(0, begin - around), min(length, end + around)), (begin, end))
