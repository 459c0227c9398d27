"""What a model's container may use, and how many of it answer: memory, copies, internet."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.views.inspector.kit import Kit, Tag

_LARGEST: Final = 1 << 20
"""Megabytes that may be asked for."""
_MOST: Final = 64
"""Replicas that may be asked for."""
_COPIES: Final = (
    "Copies of the model that answer in turns: with two, twice as many frames. Where the engine leads a Docker Swarm, "
    "they are spread over its machines."
)


class ModelLimits:
    """Of a model that runs in a container. place: the node's; change: sets keys of it."""

    def __init__(self, kit: Kit, parent: Tag, place: Mapping[str, Any], change: Callable[..., None]) -> None:
        self._kit, self._change = kit, change
        about = "What the container may use at most; 0 is three quarters of the machine's."
        self._memory = self._number(parent, "Memory", about, (0, _LARGEST), 16, "%d MB", "memory")
        self._replicas = self._number(parent, "Replicas", _COPIES, (1, _MOST), 0.05, "%d", "replicas")
        row = kit.row(parent)
        kit.tip(kit.label(row, "Internet"), "Let the container reach the internet. It is closed off otherwise.")
        dpg.add_checkbox(parent=row, default_value=place.get("network") == "on", callback=self._set_network)
        self.follow(place)

    def _number(
        self, parent: Tag, title: str, about: str, ends: tuple[int, int], speed: float, format: str, key: str
    ) -> Tag:
        place, width = self._kit.named(parent, title, about)
        field: Tag = dpg.add_drag_int(
            parent=place,
            width=width,
            min_value=ends[0],
            max_value=ends[1],
            speed=speed,
            clamped=True,
            format=format,
            callback=self._set_number,
            user_data=key,
        )
        self._kit.watch(field)
        return field

    def follow(self, place: Mapping[str, Any]) -> None:
        """The document's place has changed."""
        for field, value in (
            (self._memory, _whole(place.get("memory"), 0, _LARGEST)),
            (self._replicas, _whole(place.get("replicas"), 1, _MOST)),
        ):
            if not dpg.is_item_active(field):
                dpg.set_value(field, value)

    def _set_number(self, _sender: Any, value: int, key: str) -> None:
        self._change(**{key: None if key == "replicas" and value == 1 else value})

    def _set_network(self, _sender: Any, on: bool) -> None:
        self._kit.changes.seal()
        self._change(network="on" if on else None)
        self._kit.changes.seal()


def _whole(value: Any, least: int, most: int) -> int:
    """What the document says, when it is a number a field can show."""
    return min(max(int(value), least), most) if isinstance(value, int | float) and value == value else least
