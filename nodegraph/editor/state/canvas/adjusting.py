"""Parameters right on the node: drag a number, click a switch, click anything else to type or choose."""

import math
from typing import TYPE_CHECKING

from nodegraph.core.spec import LARGEST, Param
from nodegraph.editor.state.canvas.boxes import WIDTH, ParamRow
from nodegraph.editor.state.canvas.gesture import Gesture, Mods
from nodegraph.editor.state.canvas.requests import EditParam
from nodegraph.editor.state.canvas.scene import Hit
from nodegraph.editor.state.canvas.selecting import MoveItems
from nodegraph.editor.state.edits.nodes import set_param
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Point

if TYPE_CHECKING:
    from nodegraph.editor.state.canvas.canvas import Canvas


class AdjustParam(Gesture):
    """Drag over a number to change it (Shift: finer, Ctrl: coarser); click to type."""

    def __init__(self, canvas: "Canvas", pixel: Point, mods: Mods, node: str, row: ParamRow) -> None:
        super().__init__(canvas, pixel, mods)
        self._node, self._param, self._row = node, row.param, row
        item = Item("node", node)
        if item not in canvas.workspace.selection:
            canvas.workspace.select([item])

    def begin(self) -> None:
        self._value, self._last = _within(self._param, float(self._row.value)), self.start[0]

    def drag(self) -> None:
        pace = 0.1 if self.mods.shift else 4.0 if self.mods.ctrl else 1.0
        moved = (self.now[0] - self._last) / self.canvas.camera.pixels
        self._last = self.now[0]
        self._value = _within(self._param, self._value + moved * pace * per_unit(self._param, float(self._row.value)))
        value = rounded(self._param, self._value, fine=self.mods.shift)
        workspace = self.canvas.workspace
        document = set_param(workspace.document, self._node, self._param.name, value)
        workspace.do(f"Set {self._param.name}", document, merge=f"param:{self._node}:{self._param.name}")

    def click(self) -> None:
        self.canvas.ask(EditParam(self._node, self._param.name, self.start))


class TouchParam(MoveItems):
    """Click a switch to turn it, anything else to type or choose; a drag moves the node."""

    def __init__(self, canvas: "Canvas", pixel: Point, mods: Mods, node: str, row: ParamRow) -> None:
        super().__init__(canvas, pixel, mods, Item("node", node))
        self._node, self._row = node, row

    def click(self) -> None:
        param, workspace = self._row.param, self.canvas.workspace
        if self.mods.ctrl or self.mods.shift:
            super().click()
        elif param.kind == "boolean" and isinstance(self._row.value, bool):
            document = set_param(workspace.document, self._node, param.name, not self._row.value)
            workspace.do(f"Set {param.name}", document)
        else:
            self.canvas.ask(EditParam(self._node, param.name, self.start))


def press_row(canvas: "Canvas", pixel: Point, mods: Mods, hit: Hit) -> Gesture | None:
    """The gesture of a press on a parameter's row; None when a wire drives it: then the node is moved."""
    if hit.row is None or hit.item is None or hit.row.driven:
        return None
    is_number = hit.row.param.kind in ("number", "integer") and _is_number(hit.row.value)
    kind = AdjustParam if is_number else TouchParam
    return kind(canvas, pixel, mods, hit.item.id, hit.row)


def per_unit(param: Param, value: float) -> float:
    """How much a drag of one world unit changes a number: the node's width is the whole range, where there is one."""
    if param.ge is not None and param.le is not None and param.le - param.ge <= 10_000:
        return (param.le - param.ge) / WIDTH
    least = 0.25 if param.kind == "integer" else 0.01
    return max(abs(value) / WIDTH, param.step or least)


def rounded(param: Param, value: float, fine: bool = False) -> float | int:
    """A value as a person would type it: whole for integers, else about a thousandth of the range."""
    if param.kind == "integer":
        return round(value)
    if param.step:
        origin = param.ge or 0.0
        return round(_within(param, origin + round((value - origin) / param.step) * param.step), 6)
    span = param.le - param.ge if param.ge is not None and param.le is not None else max(abs(value), 1.0)
    digits = max(0, 2 - math.floor(math.log10(span))) if span > 0 else 3
    return _within(param, round(value, min(digits + fine, 12)))


def _within(param: Param, value: float) -> float:
    low = value if param.ge is None else max(value, param.ge)
    return low if param.le is None else min(low, param.le)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
