"""The page of a note or a group frame: text, colour, size."""

from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.inspector.facts import SheetFacts
from nodegraph.editor.state.inspector.values import rgb_of
from nodegraph.editor.views.inspector.fields import TextField
from nodegraph.editor.views.inspector.kit import Kit, Tag

_SIZES = (("width", 40.0), ("height", 30.0))


class SheetPage:
    """Built for one note or frame."""

    def __init__(self, kit: Kit, parent: Tag, facts: SheetFacts) -> None:
        self._kit, self._facts = kit, facts
        self._stale = False
        is_note = facts.item.kind == "note"
        kit.text(parent, "Note" if is_note else "Frame", "text", "title")
        kit.space(parent, 2)
        if not is_note:
            kit.text(parent, "Title", "dim", "small")
        self._text = TextField(kit, parent, facts.sheet.text, self._set_text, kit.width, 8 if is_note else 1)
        place, width = kit.named(parent, "Color")
        self._color: Tag = dpg.add_color_edit(
            (*rgb_of(facts.sheet.color), 255),
            parent=place,
            width=width,
            no_alpha=True,
            display_mode=dpg.mvColorEdit_hex,
            callback=self._set_color,
        )
        kit.watch(self._color)
        self._sizes = {name: self._build_size(parent, name, least) for name, least in _SIZES}

    def _build_size(self, parent: Tag, name: str, least: float) -> Tag:
        place, width = self._kit.named(parent, name.capitalize())
        item: Tag = dpg.add_drag_double(
            parent=place,
            width=width,
            default_value=getattr(self._facts.sheet, name),
            min_value=least,
            max_value=100_000,
            clamped=True,
            format="%.0f",
            callback=self._set_size,
            user_data=name,
        )
        self._kit.watch(item)
        return item

    def follow(self, facts: SheetFacts) -> None:
        """The document has changed."""
        self._facts = facts
        self._stale = True

    def update(self) -> None:
        """Show what is new, unless a person is at it."""
        items = (self._text.item, self._color, *self._sizes.values())
        if not self._stale or any(dpg.is_item_active(item) for item in items):
            return
        self._stale = False
        sheet = self._facts.sheet
        self._text.show(sheet.text)
        dpg.set_value(self._color, (*rgb_of(sheet.color), 255))
        for name, item in self._sizes.items():
            dpg.set_value(item, getattr(sheet, name))

    def close(self) -> None:
        """Everything is deleted now."""

    def _set_text(self, text: Any) -> None:
        self._kit.changes.set_sheet(self._facts.item, text=str(text))

    def _set_color(self, *_: Any) -> None:
        red, green, blue = (round(part) for part in dpg.get_value(self._color)[:3])
        self._kit.changes.set_sheet(self._facts.item, color=f"#{red:02x}{green:02x}{blue:02x}")

    def _set_size(self, _sender: Any, value: float, name: str) -> None:
        self._kit.changes.set_sheet(self._facts.item, **{name: float(round(value))})
