"""Document -> the fields of a Preset, with every mistake as a Problem that names its place.

A value of the wrong shape is an error in our own format. In a newer format it is a warning: the value goes where
unknown keys go and the default takes its place.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from nodegraph.core.errors import Problem
from nodegraph.core.graph import Failure, Graph, GraphNode, State, Sync, Wire
from nodegraph.core.preset_migrate import FORMAT

MAX_NODES: Final = 20_000
MAX_WIRES: Final = 200_000
MAX_PROBLEMS: Final = 50
_TEXTS: Final = ("id", "title", "description", "author", "licence")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "state": get_args(State),
    "failure": get_args(Failure),
    "sync": get_args(Sync),
}


def decode(document: Any) -> tuple[dict[str, Any], list[Problem]]:
    """The fields of `Preset` and the problems found, at most fifty."""
    newer = isinstance(document, dict) and isinstance(document.get("format"), int) and document["format"] > FORMAT
    reader = _Reader("warning" if newer else "error")
    fields = reader.document(document)
    fields |= {"format": document["format"], "read_only": True} if newer else {}
    return fields, reader.problems


def asset_path_problem(path: str) -> str:
    """Why `path` may not name an asset inside a bundle or among the shipped ones, or ""."""
    parts = re.split(r"[/\\]", path)
    if not path or "\0" in path:
        return "is not a file name"
    if path[0] in "/\\~" or re.match(r"[A-Za-z]:", path):
        return "is an absolute path"
    return "leaves the preset's own folder" if ".." in parts else ""


@dataclass
class _Reader:
    """Reads one document; collects problems and, per object, what could not be used."""

    severity: Any
    problems: list[Problem] = field(default_factory=list)

    def say(self, where: str, message: str, hint: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(where, message, hint, self.severity))

    def document(self, document: Any) -> dict[str, Any]:
        if not isinstance(document, dict):
            self.problems.append(Problem("preset", f"Is {_kind(document)}, not an object.", "Is this a preset?"))
            return {}
        rest = {key: value for key, value in document.items() if key != "format"}
        fields: dict[str, Any] = {}
        for key in _TEXTS:
            self.take(rest, fields, "", key, str, "text")
        for key in ("layout", "requires", "passport"):
            self.take(rest, fields, "", key, dict, "an object")
        for key in ("controls", "snapshots", "cues", "assets"):
            self.rows(rest, fields, "", key, dict, "objects")
        self.rows(rest, fields, "", "tags", str, "texts")
        self.assets(fields.get("assets", ()))
        if "graph" not in rest:
            self.say("graph", "The key is missing: is this a preset?", 'Add "graph": {"nodes": {}, "wires": []}.')
        graph: dict[str, Any] = {}
        self.take(rest, graph, "", "graph", dict, "an object")
        return fields | self.graph(graph.get("graph", {})) | {"unknown": rest}

    def take(self, rest: dict[str, Any], into: dict[str, Any], where: str, key: str, kind: type, name: str) -> None:
        """Move `rest[key]` to `into` when it is a `kind`; say so when it is something else."""
        if key not in rest:
            return
        if isinstance(rest[key], kind):
            into[key] = rest.pop(key)
        else:
            self.say(f"{where}{key}", f"Is {_kind(rest[key])}, not {name}.", f"Use {name}.")

    def rows(self, rest: dict[str, Any], into: dict[str, Any], where: str, key: str, kind: type, name: str) -> None:
        """The same for a list of `kind`."""
        if key in rest and isinstance(rest[key], list):
            wrong = next((at for at, one in enumerate(rest[key]) if not isinstance(one, kind)), None)
            if wrong is not None:
                self.say(f"{where}{key}[{wrong}]", f"Is {_kind(rest[key][wrong])}.", f"Use a list of {name}.")
                return
        self.take(rest, into, where, key, list, f"a list of {name}")
        if key in into:
            into[key] = tuple(into[key])

    def assets(self, assets: tuple[dict[str, Any], ...]) -> None:
        for at, asset in enumerate(assets):
            path = asset.get("path")
            why = asset_path_problem(path) if isinstance(path, str) else "is missing or not text"
            if why:
                shown = f" {path[:80]!r}" if isinstance(path, str) else ""
                self.say(f"assets[{at}].path", f"The path{shown} {why}.", "Use a name inside the bundle, with /.")

    def graph(self, document: dict[str, Any]) -> dict[str, Any]:
        rest: dict[str, Any] = dict(document)
        parts: dict[str, Any] = {}
        self.take(rest, parts, "graph.", "nodes", dict, "an object of nodes by id")
        self.rows(rest, parts, "graph.", "wires", dict, "objects")
        self.rows(rest, parts, "graph.", "groups", dict, "objects")
        nodes = self.nodes(parts.get("nodes", {}), rest)
        wires, extras = self.wires(parts.get("wires", ()), rest)
        return {"graph": Graph(nodes, wires, parts.get("groups", ())), "graph_unknown": rest, "wire_unknown": extras}

    def nodes(self, documents: dict[str, Any], rest: dict[str, Any]) -> dict[str, GraphNode]:
        if len(documents) > MAX_NODES:
            self.say("graph.nodes", f"{len(documents)} nodes are too many.", f"Use at most {MAX_NODES}.")
            return {}
        nodes, refused = {}, {}
        for id, document in documents.items():
            node = self.node(id, document)
            if node is None:
                refused[id] = document
            else:
                nodes[id] = node
        if refused:
            rest["nodes"] = refused
        return nodes

    def node(self, id: str, document: Any) -> GraphNode | None:
        where = f"nodes.{_short(id)}"
        if not id or not isinstance(document, dict):
            self.say(where, f"Is {_kind(document)} under the id {_short(id)!r}.", 'Use "some_id": {"type": ...}.')
            return None
        if not isinstance(document.get("type"), str) or not document["type"]:
            self.say(
                f"{where}.type", "The type of the node is missing or not text.", "Name a type: `nodegraph nodes list`."
            )
            return None
        rest: dict[str, Any] = dict(document)
        parts: dict[str, Any] = {}
        for key, kind, name in (("type", str, "text"), ("title", str, "text")):
            self.take(rest, parts, f"{where}.", key, kind, name)
        for key in ("params", "place"):
            self.take(rest, parts, f"{where}.", key, dict, "an object")
        for key, allowed in _CHOICES.items():
            if key in rest and rest[key] not in allowed:
                self.say(f"{where}.{key}", f"{_short(rest[key])!r} is not known.", f"Use one of {', '.join(allowed)}.")
            elif key in rest:
                parts[key] = rest.pop(key)
        return GraphNode(id, **parts, unknown=rest)

    def wires(
        self, documents: tuple[dict[str, Any], ...], rest: dict[str, Any]
    ) -> tuple[tuple[Wire, ...], dict[Wire, dict[str, Any]]]:
        if len(documents) > MAX_WIRES:
            self.say("graph.wires", f"{len(documents)} wires are too many.", f"Use at most {MAX_WIRES}.")
            return (), {}
        wires, extras, refused = [], {}, []
        for at, document in enumerate(documents):
            ends = [_end(document.get(key)) for key in ("from", "to")]
            if ends[0] is None or ends[1] is None:
                key = "from" if ends[0] is None else "to"
                self.say(f"wires[{at}].{key}", f"{_short(document.get(key))!r} is no port.", 'Use "node.port".')
                refused.append(document)
                continue
            wire = Wire(*ends[0], *ends[1])
            wires.append(wire)
            extra = {key: value for key, value in document.items() if key not in ("from", "to")}
            if extra:
                extras[wire] = extra
        if refused:
            rest["wires"] = refused
        return tuple(wires), extras


def _end(value: Any) -> tuple[str, str] | None:
    """``node.port``, split at the last dot, or ``["node", "port"]``."""
    if isinstance(value, str):
        node, dot, port = value.rpartition(".")
        return (node, port) if dot and node and port else None
    if isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value):
        return value[0], value[1]
    return None


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _kind(value: Any) -> str:
    names: tuple[tuple[Any, str], ...] = (
        (type(None), "null"),
        (bool, "true or false"),
        (int | float, "a number"),
        (str, "text"),
        (list, "a list"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "an object")
