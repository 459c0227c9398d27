"""A document made fit for other people's eyes: nothing in it tells about this machine or gets anybody in.

Paths keep their last part, devices become "the first one found", addresses lose passwords, and models run where they
run by default. Each thing that was taken out is said in a line.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from nodegraph.core.graph import GraphNode
from nodegraph.core.preset import Preset
from nodegraph.core.registry import Registry
from nodegraph.editor.state.documents.paths_in import FileParam, with_files

_WHO: Final = r"""[^\s"'<>|:;,)\]}]"""
_HOME: Final = re.compile(
    rf"(?<![\w./])(?:/(?:home|Users|root|mnt|media|run/media)/|[A-Za-z]:[\\/]Users[\\/]|[A-Za-z]:\\|~/){_WHO}*"
    rf"|file://{_WHO}+"
)
_LOGIN: Final = re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/@\"']+@", re.IGNORECASE)
_SECRET: Final = re.compile(
    r"([?&](?:access_?token|token|key|api_?key|auth|password|passwd|pwd|pass|secret|sig|signature)=)[^&#\s\"']+",
    re.IGNORECASE,
)
_DEVICES: Final = ("device", "camera", "microphone", "audio_device", "midi_port", "serial_port")
_MACHINE_PLACE: Final = ("url", "engine", "memory", "network")


def shareable(document: Preset, registry: Registry) -> tuple[Preset, list[str]]:
    """The document without what is this machine's or this person's, and what was taken out, a line each."""
    told: list[str] = []

    def name(one: FileParam) -> str:
        if not one.is_local:
            return one.text
        told.append(f"{one.node}: {one.param} is {one.name!r} now, without its folder")
        return one.name

    bare = with_files(document, registry, name)
    nodes = {id: _without_machine(node, registry, told) for id, node in bare.graph.nodes.items()}
    bare = replace(bare, graph=replace(bare.graph, nodes=nodes))
    return _cleaned(bare, told), told


def _without_machine(node: GraphNode, registry: Registry, told: list[str]) -> GraphNode:
    found = registry.find(node.type)
    live = found is None or found.spec.live
    devices = [name for name in _DEVICES if live and node.params.get(name) not in (None, "")]
    if devices:
        told.append(f"{node.id}: the {devices[0]} {node.params[devices[0]]!r} became the first one found")
    place = {} if node.place.get("kind") == "url" else {k: v for k, v in node.place.items() if k not in _MACHINE_PLACE}
    if place != node.place:
        what = node.place.get("url") or node.place.get("engine") or "the place"
        told.append(f"{node.id}: runs at the default place, not at {_without_secrets(str(what))}")
    params = {name: value for name, value in node.params.items() if name not in devices}
    return replace(node, params=params, place=place) if devices or place != node.place else node


def _cleaned(document: Preset, told: list[str]) -> Preset:
    """Every text of the document without home folders and passwords."""
    graph = document.graph
    nodes = {}
    for id, node in graph.nodes.items():
        clean = _Cleaner(id)
        nodes[id] = replace(
            node,
            title=clean(node.title),
            params=clean(node.params),
            place=clean(node.place),
            unknown=clean(node.unknown),
        )
        told += clean.told
    clean = _Cleaner("texts")
    parts = {name: clean(getattr(document, name)) for name in _TEXT_PARTS}
    unknown = {wire: clean(data) for wire, data in document.wire_unknown.items()}
    cleaned = replace(graph, nodes=nodes, groups=clean(graph.groups))
    told += clean.told
    return replace(document, graph=cleaned, wire_unknown=unknown, **parts)


_TEXT_PARTS: Final = (
    *("title", "description", "author", "tags", "layout", "controls", "snapshots", "cues", "assets", "requires"),
    *("passport", "unknown", "graph_unknown"),
)


@dataclass
class _Cleaner:
    """Called with any value: the same with every text cleaned; `told` says what was found."""

    where: str
    told: list[str] = field(default_factory=list)

    def __call__(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {key: self(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self(one) for one in value)
        return value

    def _text(self, text: str) -> str:
        for pattern, becomes, what in _RULES:
            cleaned = pattern.sub(becomes, text)
            if cleaned != text:
                line = f"{self.where}: {what}"
                self.told += [] if line in self.told else [line]
            text = cleaned
        return text


def _without_secrets(text: str) -> str:
    return _SECRET.sub(r"\1…", _LOGIN.sub(r"\1", text))


def _last_part(found: re.Match[str]) -> str:
    return found[0].replace("\\", "/").rstrip("/").rpartition("/")[2] or "…"


_RULES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str], str], ...]] = (
    (_LOGIN, r"\1", "the name and password in an address are taken out"),
    (_SECRET, r"\1…", "the key in an address is taken out"),
    (_HOME, _last_part, "a path of this machine became its last part"),
)
