"""One parameter: its name, its field (or what drives it), a way back to the default, and what is wrong with it."""

import time
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.core.spec import NodeSpec
from nodegraph.editor.state.find import go_to
from nodegraph.editor.state.inspector.facts import ParamFacts
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.node_help import param_kind
from nodegraph.editor.state.shown import shown
from nodegraph.editor.views.inspector.fields import (
    CheckField,
    ChoiceField,
    ColorField,
    Field,
    JsonField,
    NumberField,
    TextField,
    VectorField,
)
from nodegraph.editor.views.inspector.file_field import FileField
from nodegraph.editor.views.inspector.kit import Kit, Tag

_PERIOD: Final = 0.15
"""Seconds between two looks at what a wire carries."""


class ParamRow:
    """Follows the document; `update` each frame."""

    def __init__(self, kit: Kit, parent: Tag, spec: NodeSpec, ids: tuple[str, ...], facts: ParamFacts) -> None:
        self._kit, self._spec, self._ids, self._facts = kit, spec, ids, facts
        self._said = ""
        self._stale = False
        self._looked = 0.0
        self._group: Tag = dpg.add_group(parent=parent)
        self._row = kit.row(self._group)
        self._label = kit.label(self._row, self._name())
        kit.tip(self._label, self._help())
        self._field: Field | None = None
        self._driver: Tag = 0
        self._driver_width = 0
        self._problem: Tag = 0
        if facts.drivers:
            self._build_driven()
        else:
            self._build_field()
        self._problem = kit.text(self._group, "", "error", "small", show=False)
        self._show_problem()

    # --- building ---------------------------------------------------------------------------------------------------

    def _name(self) -> str:
        return f"{self._facts.title} ≠" if self._facts.differs else self._facts.title

    def _help(self) -> str:
        facts = self._facts
        about = facts.param.description
        differs = "\n≠: the selected nodes have different values." if len(self._ids) > 1 else ""
        return f"{about}\n{facts.title}: {param_kind(facts.param)}.{differs}".strip()

    def _build_driven(self) -> None:
        kit = self._kit
        names = ", ".join(driver.text for driver in self._facts.drivers)
        parent, self._driver_width = (self._group, kit.width) if kit.narrow else (self._row, kit.field_width)
        if kit.narrow:
            self._push_right()
        self._driver = dpg.add_button(label="", parent=parent, width=self._driver_width, callback=self._go)
        kit.choose(self._driver, False)
        kit.tip(self._driver, f"Driven by {names}. Click to go there.")
        kit.icon(self._row, "unlink", self._detach, "Detach: take the wire away")

    def _build_field(self) -> None:
        kit, param = self._kit, self._facts.param
        wide = param.kind == "json" or (param.kind == "text" and param.multiline)
        wide = wide or (kit.narrow and param.kind != "boolean")
        below: Tag = dpg.add_group(parent=self._group) if wide or param.kind == "file" else 0
        parent, width = self._row, kit.field_width
        if wide:
            self._push_right()
            parent, width = kit.row(below), kit.width
        self._field = self._make(parent, below, width)
        if param.kind == "boolean":
            self._push_right(-kit.icon_width - kit.gap)
        self._reset = kit.icon(self._row, "reset", self._back, "Back to the default")
        dpg.configure_item(self._reset, show=not self._facts.is_default)

    def _push_right(self, by: int = 0) -> None:
        """What follows in the line of the name stands at its end."""
        dpg.add_spacer(parent=self._row, width=self._kit.field_width + by)

    def _make(self, parent: Tag, below: Tag, width: int) -> Field:
        kit, param, value = self._kit, self._facts.param, self._facts.value
        if param.kind in ("number", "integer"):
            return NumberField(kit, parent, param, value, self._given, width)
        if param.kind == "boolean":
            return CheckField(kit, parent, value, self._given)
        if param.kind == "choice":
            return ChoiceField(kit, parent, param, value, self._given, width)
        if param.kind == "color":
            return ColorField(kit, parent, value, self._given, width)
        if param.kind == "vector":
            return VectorField(kit, parent, param, value, self._given, width)
        if param.kind == "file":
            writes = self._spec.kind == "sink"
            return FileField(kit, parent, below, param, value, self._given, width, writes)
        if param.kind == "json":
            return JsonField(kit, parent, value, self._given, self._say, width)
        lines = 4 if param.multiline else 1
        return TextField(kit, parent, value, self._given, width, lines, live=not param.restart)

    # --- what a person does -----------------------------------------------------------------------------------------

    def _given(self, value: Any) -> None:
        self._stale = True
        self._kit.changes.set_param(self._ids, self._facts.param, value)

    def _back(self, *_: Any) -> None:
        self._stale = True
        self._kit.changes.reset_param(self._ids, self._facts.param)

    def _detach(self, *_: Any) -> None:
        self._kit.changes.detach(driver.wire for driver in self._facts.drivers)

    def _go(self, *_: Any) -> None:
        go_to(self._kit.editor, Item("node", self._facts.drivers[0].wire.source))

    def _say(self, wrong: str) -> None:
        self._said = wrong
        self._show_problem()

    # --- following --------------------------------------------------------------------------------------------------

    def follow(self, facts: ParamFacts) -> None:
        """The document has changed."""
        differed, self._facts = self._facts.differs, facts
        if facts.differs != differed:
            dpg.set_item_label(self._label, self._kit.fitted(self._name()))
        self._stale = True
        self._show_problem()

    def update(self) -> None:
        """Show what is new, unless a person is at the field."""
        if self._driver:
            self._show_driver()
        if self._stale and self._field is not None and not self._field.busy:
            self._stale = False
            self._field.show(self._facts.value)
            dpg.configure_item(self._reset, show=not self._facts.is_default)

    def _show_driver(self) -> None:
        now = time.monotonic()
        if now - self._looked < _PERIOD:
            return
        self._looked = now
        driver = self._facts.drivers[0]
        lines = shown(self._kit.editor.player.latest(driver.wire.source, driver.wire.output), (), 16)
        more = f" and {len(self._facts.drivers) - 1} more" if len(self._facts.drivers) > 1 else ""
        text = f"{driver.text}{more}" + (f" = {lines[0]}" if lines else "")
        fit = self._kit.fitted(text, self._driver_width - self._kit.gap)
        if dpg.get_item_label(self._driver) != fit:
            dpg.set_item_label(self._driver, fit)

    def _show_problem(self) -> None:
        if self._problem:
            text = self._said or self._facts.problem
            dpg.set_value(self._problem, text)
            dpg.configure_item(self._problem, show=bool(text))

    def close(self) -> None:
        """The row is deleted now."""
        if isinstance(self._field, FileField):
            self._field.close()
