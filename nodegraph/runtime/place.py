"""Where a person wants a model to run: `GraphNode.place` as checked values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

from nodegraph.core.errors import ModelError
from nodegraph.core.registry import MOST_REPLICAS
from nodegraph.runtime.protocols import Frames

Device = Literal["auto", "cpu", "gpu"]
Kind = Literal["container", "process", "url"]

_MOST_MEGABYTES: Final = 1 << 24


@dataclass(frozen=True)
class Place:
    """kind: "" for the entry's usual one. url: of a server somebody else runs. engine: as in DOCKER_HOST, or
    ``context:NAME`` of the docker command. memory: bytes, 0 for the usual limit. replicas: how many servers share the
    work. frames: how pictures go to a native server, see protocols.Frames.
    """

    kind: Kind | Literal[""] = ""
    device: Device = "auto"
    url: str = ""
    engine: str = ""
    memory: int = 0
    internet: bool = False
    replicas: int = 1
    frames: Frames = "auto"


def place_of(place: Mapping[str, Any], whose: str) -> Place:
    """The place a preset writes. Raises ModelError, with what is allowed, for one that makes no sense.

    whose: the model's name, for messages. Keys nobody knows are left alone.
    """
    kind, device = place.get("kind") or "", place.get("device") or "auto"
    if kind not in ("", "container", "process", "url"):
        raise ModelError(f"{whose} cannot run at {_short(kind)}.", "A place is container, process or url.")
    if device not in ("auto", "cpu", "gpu"):
        raise ModelError(f"{whose} cannot run on {_short(device)}.", "A device is auto, cpu or gpu.")
    if place.get("network") not in (None, "", "on", "off"):
        raise ModelError(f"{whose} cannot have the network {_short(place['network'])}.", "Write on or off.")
    frames = place.get("frames") or "auto"
    if frames not in ("auto", "raw", "jpeg"):
        raise ModelError(f"{whose} cannot be sent frames as {_short(frames)}.", "Frames are auto, raw or jpeg.")
    return Place(
        cast(Any, kind),
        cast(Any, device),
        _text(place, "url", whose).rstrip("/"),
        _engine(place, whose),
        _megabytes(place, whose) << 20,
        place.get("network") == "on",
        _replicas(place, whose),
        cast(Any, frames),
    )


def _text(place: Mapping[str, Any], key: str, whose: str) -> str:
    value = place.get(key) or ""
    if not isinstance(value, str):
        raise ModelError(f"The {key} of {whose}'s place, {_short(value)}, is not text.", "Put it in quotes.")
    return value.strip()


def _engine(place: Mapping[str, Any], whose: str) -> str:
    engine = _text(place, "engine", whose)
    if engine and not engine.startswith("context:") and not _is_address(engine):
        hint = "Write ssh://user@host, tcp://host:2376, unix:///path or context:NAME."
        raise ModelError(f"{whose} cannot run on the Docker engine {_short(engine)}.", hint)
    return engine


def _is_address(engine: str) -> bool:
    try:
        return bool(urlsplit(engine).scheme) and "://" in engine
    except ValueError:  # http://[
        return False


def _megabytes(place: Mapping[str, Any], whose: str) -> int:
    memory = place.get("memory") or 0
    if isinstance(memory, bool) or not isinstance(memory, int | float) or not 0 <= memory <= _MOST_MEGABYTES:
        raise ModelError(f"{whose} cannot have {_short(memory)} MB of memory.", "Write a number of megabytes.")
    return int(memory)


def _replicas(place: Mapping[str, Any], whose: str) -> int:
    count = place.get("replicas") or 1
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_REPLICAS:
        raise ModelError(
            f"{whose} cannot run as {_short(count)} replicas.", f"Write a whole number from 1 to {MOST_REPLICAS}."
        )
    return count


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
