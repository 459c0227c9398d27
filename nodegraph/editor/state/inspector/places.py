"""Where a model can run, as choices; what of the document's place belongs to which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nodegraph.core.spec import NodeSpec
from nodegraph.editor.state.inspector.policies import Choice


@dataclass(frozen=True)
class PlaceChoice:
    """A place. key: for `values_of`. address: what its address is called, "" for none."""

    key: str
    title: str
    address: str = ""
    hint: str = ""


REMOTE: Final = "remote"
_CHOICES: Final = (
    PlaceChoice("process", "Process here"),
    PlaceChoice("container", "Container here"),
    PlaceChoice(REMOTE, "Container elsewhere", "engine", "ssh://user@host, tcp://host:2376"),
    PlaceChoice("url", "Server at a URL", "url", "http://host:port"),
)


def choices_of(spec: NodeSpec) -> tuple[PlaceChoice, ...]:
    """The places that this model can run at; the first is the default."""
    able = set(spec.extra.get("places", ()))
    able |= {REMOTE} if "container" in able else set()
    usual = spec.extra.get("usual_place") or ("process" if "process" in able else "container")
    return PlaceChoice("", f"Default ({usual})"), *(one for one in _CHOICES if one.key in able)


def key_of(place: Mapping[str, Any]) -> str:
    """Which choice the document's place is."""
    kind = str(place.get("kind") or "")
    return REMOTE if kind == "container" and place.get("engine") else kind


def values_of(key: str) -> dict[str, Any]:
    """What choosing a place sets; addresses of other places go."""
    kind = "container" if key == REMOTE else key
    gone = {name: None for name in ("url", "engine") if _address_of(key) != name}
    return {"kind": kind, **gone}


def _address_of(key: str) -> str:
    return next((one.address for one in _CHOICES if one.key == key), "")


FRAMES: Final = (
    Choice("auto", "Faster", "Pictures go as JPEG where that is faster: both ways are tried in the first frames."),
    Choice("raw", "Exactly", "Every pixel arrives as it is. On a slow line that takes its time."),
    Choice(
        "jpeg", "As JPEG", "Pictures are smaller on the way, and lose a little. Masks and depth arrive as they are."
    ),
)
"""How pictures go to a model on another machine."""


def sends_frames(spec: NodeSpec, key: str) -> bool:
    """Whether how frames go there can be chosen: only our own protocol has two ways, and only elsewhere it matters."""
    return key in (REMOTE, "url") and spec.extra.get("protocol") == "native"


def in_container(key: str, choices: Iterable[PlaceChoice]) -> bool:
    """Whether memory and network can be chosen: only a container has limits of its own."""
    return key in ("container", REMOTE) or (key == "" and all(one.key != "process" for one in choices))


def device_about(spec: NodeSpec, device: str) -> str:
    """What the choice of a device means for this model, as a sentence."""
    gpu, cpu = bool(spec.extra.get("gpu")), bool(spec.extra.get("cpu", True))
    if device == "gpu":
        return "Runs on a GPU, or not at all." if gpu else "This model was not made for a GPU."
    if device == "cpu":
        return "Runs on the CPU." if cpu else "This model was made for a GPU."
    if gpu and cpu:
        return "Uses a GPU where there is one."
    return "Needs a GPU." if gpu else "Runs on the CPU: it was not made for a GPU."


def elsewhere(place: Mapping[str, Any]) -> str:
    """What to say of a model whose place is not this computer while no run uses it; "" when it is here."""
    key = key_of(place)
    if key == REMOTE:
        return f"Starts on {place['engine']} when the graph runs."
    if key == "url":
        return f"Is asked at {place['url']} when the graph runs" if place.get("url") else "Type the server's address"
    return ""


def said_of(extra: Mapping[str, Any], megabytes: float) -> str:
    """What a model node says of itself, on one line: how it is reached, restarts, memory. "" for nothing."""
    parts = [f"over {extra['transport']}"] if extra.get("transport") else []
    count = extra.get("restarts") or 0
    if count:
        parts.append(f"restarted {count} times" if count > 1 else "restarted once")
    if megabytes >= 1:
        parts.append(f"{megabytes:,.0f} MB of memory".replace(",", " "))
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]
