"""What can be selected and moved on the canvas: nodes, notes and group frames, each by kind and id."""

from dataclasses import dataclass
from typing import Literal

ItemKind = Literal["node", "note", "group"]


@dataclass(frozen=True, order=True)
class Item:
    """One thing on the canvas."""

    kind: ItemKind
    id: str


def node(id: str) -> Item:
    """The node with this id."""
    return Item("node", id)
