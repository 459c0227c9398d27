"""The lines of a journal: a document, then what changed in it, and the document they lead to."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from nodegraph.core.errors import DocumentError
from nodegraph.core.graph import Graph
from nodegraph.core.preset import Preset, read_preset
from nodegraph.core.preset_encode import encode
from nodegraph.editor.state.delta import Delta, difference

FORMAT: Final = 1


def first_line(header: Mapping[str, Any]) -> bytes:
    """The header: name, path, base, time and the document as it was saved last."""
    return _line({"journal": FORMAT, **header})


def change_line(before: Preset, after: Preset) -> bytes:
    """What leads from `before` to `after`, b"" for nothing. Raises TypeError or ValueError for what JSON cannot say.

    "preset" is a document with the changed parts alone; "parts" names them, "gone" the nodes that were removed.
    """
    step = difference(before, after, "")
    if step.is_empty:
        return b""
    graph = dict(step.graph)
    if "wire_unknown" in step.fields:  # it is written with the wires
        graph["wires"] = after.graph.wires
    if "wires" in graph:
        step = replace(step, fields={**step.fields, "wire_unknown": after.wire_unknown})
    nodes = {id: node for id, node in step.nodes.items() if node is not None}
    partial = Preset(graph=Graph(nodes, **graph), **{key: one for key, one in step.fields.items() if key in _FIELDS})
    gone = [id for id, node in step.nodes.items() if node is None]
    return _line({"gone": gone, "parts": sorted([*graph, *step.fields]), "preset": encode(partial)})


def replayed(lines: Iterable[bytes]) -> tuple[dict[str, Any], Preset, Preset, int]:
    """(header, document saved last, newest document, number of changes). What follows a torn line is left out.

    Raises DocumentError when not even the first line can be read.
    """
    rows = iter(lines)
    try:
        header = json.loads(next(rows, b""))
        saved = newest = _preset(header["document"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DocumentError("The kept work is damaged: its first line cannot be read.", "Nothing is in it.") from error
    count = 0
    for row in rows:
        try:
            newest = _applied(newest, json.loads(row))
        except (ValueError, TypeError, KeyError, RecursionError, DocumentError):
            break
        count += 1
    return header, saved, newest, count


def _applied(document: Preset, change: Mapping[str, Any]) -> Preset:
    partial = _preset(change["preset"])
    parts = set(change["parts"])
    nodes = {**dict.fromkeys(change["gone"]), **partial.graph.nodes}
    graph = {name: getattr(partial.graph, name) for name in ("wires", "groups") if name in parts}
    fields = {name: getattr(partial, name) for name in parts & _FIELDS}
    return Delta("", nodes, graph, fields).apply(document)[0]


_FIELDS: Final = {name for name in vars(Preset()) if name not in ("graph", "problems", "format", "read_only")}


def _preset(document: Any) -> Preset:
    return read_preset(json.dumps(document).encode("ascii"), "kept work")


def _line(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"
