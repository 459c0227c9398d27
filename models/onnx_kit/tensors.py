"""A network's inputs and outputs, whichever library has read them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Shape = tuple[int, ...]
"""Sizes of a tensor; 0 stands for any."""


class Tensor(NamedTuple):
    """An input or output. names: what it may be called, the first is shown. shape: None when the file says nothing."""

    names: tuple[str, ...]
    shape: Shape | None

    def fits(self, wanted: Shape) -> bool:
        """Whether it can have the shape `wanted`, where 0 is any size."""
        if self.shape is None:
            return True
        same = all(not has or not size or has == size for has, size in zip(self.shape, wanted, strict=False))
        return same and len(self.shape) == len(wanted)

    def __str__(self) -> str:
        return f"{self.names[0] if self.names else 'without a name'} {sizes(self.shape or ())}"


def matched(tensors: Sequence[Tensor], wanted: Mapping[str, Shape]) -> dict[str, int] | None:
    """Which of `tensors` is meant by each name; None when one is missing or shaped otherwise.

    ``"a|b"`` accepts either name and is called `a`; where one is wanted, its name does not matter.
    """
    found = {}
    for names, shape in wanted.items():
        known = names.split("|")
        index = next((i for i, one in enumerate(tensors) if set(one.names).intersection(known)), None)
        if index is None and len(wanted) == 1 and tensors:
            index = 0
        if index is None or not tensors[index].fits(shape):
            return None
        found[known[0]] = index
    return found


def listed(wanted: Mapping[str, Shape]) -> str:
    """What is wanted, for a sentence."""
    return ", ".join(f"{names.split('|')[0]} {sizes(shape)}" for names, shape in wanted.items())


def sizes(shape: Iterable[int]) -> str:
    """A shape for a sentence: ``1×3×?×?``."""
    return "×".join(str(size or "?") for size in shape) or "of any shape"
