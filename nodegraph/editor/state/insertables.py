"""What can be added to a graph: every type of node, and which of them fit a pin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Final, Literal

from nodegraph.core.adapters import PARAM_TYPES, fits
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec
from nodegraph.editor.state.fuzzy import best

Direction = Literal["in", "out"]
InsertableKind = Literal["source", "filter", "sink", "model"]
_NOT_A_VALUE: Final = ("json", "text", "any")
"""Nearly everything turns into these: a port of such a type comes after one that means what the pin gives."""


@dataclass(frozen=True)
class Insertable:
    """A type of node as the palette and the library list it. `description` is its first paragraph."""

    type_id: str
    title: str
    category: str
    keywords: tuple[str, ...]
    description: str
    kind: InsertableKind
    spec: NodeSpec

    @property
    def texts(self) -> tuple[str, ...]:
        """What a search looks at, the most telling first."""
        return (self.title, *self.keywords, self.category)


def insertables(registry: Registry) -> list[Insertable]:
    """Everything the registry knows, by category and title."""
    found = [_insertable(one.spec) for one in registry.definitions.values()]
    return sorted(found, key=lambda one: (one.category.casefold(), one.title.casefold(), one.type_id))


def fitting(items: Iterable[Insertable], types: Sequence[str], direction: Direction) -> list[Insertable]:
    """Those that a pin of these types can be connected to, the best fit first.

    `direction` is the pin's own: one that goes "out" looks for inputs.
    """
    fits_by = [(fit, one) for one in items if (fit := _fit(one.spec, types, direction)) is not None]
    return [one for _, one in sorted(fits_by, key=lambda pair: pair[0][0])]


def first_fit(spec: NodeSpec, types: Sequence[str], direction: Direction) -> str | None:
    """The port or parameter of `spec` that a pin of these types connects to; None when none fits.

    A port of the very type comes before one that needs an adapter, and ports before parameters.
    """
    found = _fit(spec, types, direction)
    return found[1] if found else None


def search(query: str, items: Iterable[Insertable], usage: Mapping[str, int]) -> list[Insertable]:
    """Those that a query means, best first; without one the most used first. usage: how often each id was added."""
    return best(query, items, lambda one: one.texts, lambda one: 1.0 + 0.08 * log2(1 + usage.get(one.type_id, 0)))


def _fit(spec: NodeSpec, types: Sequence[str], direction: Direction) -> tuple[int, str] | None:
    """How well (0 is best) and with which port or parameter."""
    if direction == "in":
        return _best((_rank(one.types, types), one.name) for one in spec.outputs)
    found = _best((_rank(types, one.types), one.name) for one in spec.inputs)
    params = ((_rank(types, PARAM_TYPES[one.kind]), one.name) for one in spec.params if one.kind != "json")
    return found or _best((None if rank is None else rank + 3, name) for rank, name in params)


def _rank(given: Sequence[str], taken: Sequence[str]) -> int | None:
    """0: the very type; 1: an adapter between; 2: into or out of a type that takes everything; None: does not fit."""
    adapter = fits(given, taken)
    if adapter is None:
        return None
    if set(given) & set(taken):
        return 0
    return 2 if adapter.target in _NOT_A_VALUE or "any" in taken or "any" in given else 1


def _best(ranked: Iterable[tuple[int | None, str]]) -> tuple[int, str] | None:
    found = [(rank, name) for rank, name in ranked if rank is not None]
    return min(found, key=lambda pair: pair[0]) if found else None


def _insertable(spec: NodeSpec) -> Insertable:
    kind: InsertableKind = "model" if "model" in spec.extra else spec.kind
    if kind == "filter" and not spec.inputs:
        kind = "source"
    first = " ".join(spec.description.partition("\n\n")[0].split())
    return Insertable(spec.id, spec.title, spec.category, spec.keywords, first, kind, spec)
