"""A place in a word, as states of models are told apart by, and what of an entry and which servers count there."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.launch import usual_kind
from nodegraph.runtime.state import ServerEvent

ANYWHERE: Final = "anywhere"
"""What a model's card is about: all its servers, and the image on this computer."""
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


def at_of(entry: ModelEntry, spot: str) -> tuple[str, str] | None:
    """Kind of place and engine of a spot, as servers are told apart by; None for ANYWHERE."""
    engine = engine_of(spot)
    if engine:
        return "container", engine
    return None if spot == ANYWHERE else (spot or usual_kind(entry), "")


def is_at(event: ServerEvent, entry: ModelEntry, spot: str) -> bool:
    """Whether a server is one of those a spot is about."""
    return at_of(entry, spot) in (None, (event.place, event.engine))


def at_place(entry: ModelEntry, spot: str) -> ModelEntry:
    """The entry without what a spot does not use; all of it for "" and ANYWHERE."""
    if spot in ("", ANYWHERE):
        return entry
    if spot == "container" or engine_of(spot):
        return replace(entry, process=None)
    process = entry.process if spot == "process" else None
    return replace(entry, tag="", container_id="", digest="", build=None, process=process)
