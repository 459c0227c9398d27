"""A node's place in a word, as states of models are told apart by, and what of an entry counts there."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from nodegraph.runtime.entry import ModelEntry

REMOTE: Final = "remote "


def spot_of(place: Mapping[str, Any]) -> str:
    """Empty for the model's own, container, process, url, or ``remote ADDRESS`` for a container on another engine."""
    engine = engine_in(place)
    return f"{REMOTE}{engine}" if engine else str(place.get("kind") or "")


def engine_in(place: Mapping[str, Any]) -> str:
    """The address of the Docker engine a place names, "" for this computer's or none."""
    return str(place.get("engine") or "") if place.get("kind") in (None, "", "container") else ""


def engine_of(spot: str) -> str:
    """The engine's address in a spot, "" for this computer's."""
    return spot.removeprefix(REMOTE) if spot.startswith(REMOTE) else ""


def at_place(entry: ModelEntry, spot: str) -> ModelEntry:
    """The entry without what a spot does not use; all of it for ""."""
    if spot == "container" or engine_of(spot):
        return replace(entry, process=None)
    process = entry.process if spot == "process" else None
    return replace(entry, tag="", container_id="", digest="", build=None, process=process) if spot else entry
