"""Copy and paste as text, so that a piece of a graph travels through a chat: it is a small preset document.

Read leniently: between ``` fences, with words around it, or a whole preset. Text is from anywhere, so it is limited and
never trusted; what it cannot be is said in one sentence.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from nodegraph.core.errors import DocumentError
from nodegraph.core.graph import Graph, Wire
from nodegraph.core.preset import Preset, read_preset
from nodegraph.core.preset_encode import encode
from nodegraph.core.preset_text import render
from nodegraph.editor.state.edits.pasting import Clip, clip_of
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import (
    groups,
    has_place,
    notes,
    placement,
    with_group,
    with_note,
    with_placements,
)

MAX_CHARACTERS: Final = 8_000_000
_ATTEMPTS: Final = 20
_NOTHING: Final = "There is no piece of a graph in the clipboard: copy nodes first, or the text of a preset."
_OUTER: Final = "outer_wires"
_STRAIGHT: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "\u00a0": " "})


def to_clip(document: Preset, items: Iterable[Item]) -> str:
    """The text of these things on the canvas; "" when none of them is there."""
    clip = clip_of(document, items)
    if clip.is_empty:
        return ""
    whole = with_placements(Preset(graph=Graph(clip.nodes, clip.wires)), clip.places)
    for note in clip.notes:
        whole = with_note(whole, note)
    for group in clip.groups:
        whole = with_group(whole, group)
    unknown = {wire: data for wire, data in document.wire_unknown.items() if wire in clip.wires}
    outer = encode(Preset(graph=Graph({}, clip.outer_wires)))["graph"]["wires"]
    written = {**encode(replace(whole, wire_unknown=unknown)), "nodegraph": "clip"}
    return render(written | ({_OUTER: outer} if outer else {}))


def from_clip(text: str) -> Clip | str:
    """The piece of a graph in `text`, or a sentence that says why there is none."""
    if len(text) > MAX_CHARACTERS:
        return f"{len(text) >> 20} MB of text are too much to paste; open it as a file."
    why = _NOTHING
    for piece in _pieces(text):
        try:
            clip = _clip(piece)
        except DocumentError as error:
            why = why if why != _NOTHING else f"The clipboard holds a damaged piece of a graph: {error.message}"
            continue
        if clip is not None:
            return clip if not clip.is_empty else "The graph in the clipboard is empty."
    return why


def _clip(text: str) -> Clip | None:
    """None for JSON that is no graph. Raises DocumentError for a damaged one."""
    document = json.loads(text)
    if not isinstance(document, dict) or "graph" not in document:
        return None
    document.setdefault("format", 1)
    outer = _wires(document.pop(_OUTER, []))
    preset = read_preset(json.dumps(document).encode("ascii"), "clipboard")
    graph = preset.graph
    places = {id: placement(preset, id) for id in graph.nodes if has_place(preset, id)}
    inside = tuple(wire for wire in graph.wires if wire.source in graph.nodes and wire.target in graph.nodes)
    outside = tuple(wire for wire in outer if wire.source not in graph.nodes and wire.target in graph.nodes)
    sheets = (tuple(notes(preset)), tuple(groups(preset)))
    return Clip(graph.nodes, inside, outside, places, *sheets, preset.wire_unknown)


def _wires(rows: Any) -> tuple[Wire, ...]:
    part = {"format": 1, "graph": {"nodes": {}, "wires": rows}}
    return read_preset(json.dumps(part).encode("ascii"), "clipboard").graph.wires


def _pieces(text: str) -> Iterator[str]:
    """The JSON objects in `text`, likeliest first, as text."""
    found = False
    for candidate in (text, text.translate(_STRAIGHT)):
        for start in _starts(candidate):
            try:
                value, end = json.JSONDecoder().raw_decode(candidate, start)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, Mapping):
                found = True
                yield candidate[start:end]
        if found:
            return


def _starts(text: str) -> list[int]:
    """Where an object may begin: a line that starts with {, then any {, at most a few."""
    lines = [found.start(1) for found in re.finditer(r"^[ \t`>]*(\{)", text, re.MULTILINE)]
    others = [at for at, one in enumerate(text[:100_000]) if one == "{"]
    return list(dict.fromkeys([*lines[:_ATTEMPTS], *others[:_ATTEMPTS]]))
