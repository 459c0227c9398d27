"""Edits of notes and group frames."""

from dataclasses import replace
from typing import Any, Final

from nodegraph.core.preset import Preset
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Point, Sheet, free_id, groups, notes, with_group, with_note

NOTE_COLOR: Final = "#c9a94b"
GROUP_COLOR: Final = "#5b6b8c"
_MARGIN: Final = 24.0
_TITLE: Final = 32.0


def add_note(document: Preset, at: Point, text: str = "") -> tuple[Preset, Item]:
    """With a new note; also which."""
    id = free_id("note", (one.id for one in notes(document)))
    return with_note(document, Sheet(id, *at, 240.0, 120.0, text, NOTE_COLOR)), Item("note", id)


def add_group(document: Preset, around: tuple[float, float, float, float], title: str = "Group") -> tuple[Preset, Item]:
    """With a new frame around a rectangle (left, top, right, bottom) and some margin; also which."""
    left, top, right, bottom = around
    id = free_id("group", (one.id for one in groups(document)))
    width, height = right - left + 2 * _MARGIN, bottom - top + 2 * _MARGIN + _TITLE
    sheet = Sheet(id, left - _MARGIN, top - _MARGIN - _TITLE, width, height, title, GROUP_COLOR)
    return with_group(document, sheet), Item("group", id)


def sheet_of(document: Preset, item: Item) -> Sheet | None:
    """The note or frame, or None when it is not there."""
    found = notes(document) if item.kind == "note" else groups(document) if item.kind == "group" else []
    return next((one for one in found if one.id == item.id), None)


def change_sheet(document: Preset, item: Item, **values: Any) -> Preset:
    """With these fields (x, y, width, height, text, color) of a note or frame set."""
    sheet = sheet_of(document, item)
    if sheet is None:
        return document
    changed = replace(sheet, **values)
    return with_note(document, changed) if item.kind == "note" else with_group(document, changed)
