"""Where things are in the window, as points to move the mouse to. Runs in the editor's process, on its UI thread."""

from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.core.graph import Wire
from nodegraph.editor.state.canvas.boxes import ROW, PinKey
from nodegraph.editor.state.canvas.scene import segments
from nodegraph.editor.views.app import App
from nodegraph.editor.views.icons import ICONS

Spot = tuple[float, float]
_CLICKED = ("mvButton", "mvImageButton", "mvSelectable", "mvCheckbox", "mvCombo", "mvMenu", "mvTab", "mvTreeNode")


class Places:
    """Finds things by what a person calls them; raises LookupError for what is not to be seen."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._canvas = app.editor.canvas

    # --- the canvas -------------------------------------------------------------------------------------------------

    def world(self, x: float, y: float) -> Spot:
        """A point of the world."""
        left, top = dpg.get_item_rect_min(self._app.canvas.surface)
        px, py = self._canvas.camera.to_screen((x, y))
        return left + px, top + py

    def canvas(self, across: float = 0.5, down: float = 0.5) -> Spot:
        """A point of the canvas: (0, 0) is its top left corner, (1, 1) its bottom right one."""
        left, top = dpg.get_item_rect_min(self._app.canvas.surface)
        camera = self._canvas.camera
        return left + camera.width * across, top + camera.height * down

    def pin(self, node: str, name: str, side: str = "") -> Spot:
        """An output, or an input or parameter; side "in" or "out" where the node has both of this name."""
        self._canvas.scene.refresh()
        for one in (side,) if side else ("out", "in"):
            point = self._canvas.scene.pin_point(PinKey(node, "in" if one == "in" else "out", name))
            if point is not None:
                return self.world(*point)
        raise LookupError(f"{node} shows no pin {name}")

    def title(self, node: str) -> Spot:
        """A point in a node's title, away from its pins and badges."""
        left, top, *_ = self._rect(node)
        return self.world(left + 70, top + 12)

    def row(self, node: str, param: str, across: float = 0.5) -> Spot:
        """The row of a parameter on a node."""
        left, top, right, _ = self._rect(node)
        rows = self._canvas.scene.boxes[node].rows
        row = next((one for one in rows if one.param.name == param), None)
        if row is None:
            raise LookupError(f"{node} shows no parameter {param}")
        return self.world(left + (right - left) * across, top + row.y + ROW / 2)

    def preview(self, node: str) -> tuple[Spot, Spot]:
        """The corners of the picture on a node."""
        left, top, right, _ = self._rect(node)
        shown = self._canvas.scene.boxes[node].shown
        if shown is None:
            raise LookupError(f"{node} shows no picture")
        return self.world(left + 10, top + shown.y + 2), self.world(right - 10, top + shown.y + shown.height - 2)

    def wire(self, source: str, output: str, target: str, input: str, along: float = 0.5) -> Spot:
        """A point on a wire."""
        self._canvas.scene.refresh()
        curve = self._canvas.scene.curve(Wire(source, output, target, input))
        if curve is None:
            raise LookupError(f"there is no wire {source}.{output} -> {target}.{input}")
        pieces = list(segments(curve))
        return self.world(*pieces[min(int(along * len(pieces)), len(pieces) - 1)][0])

    def box(self, *nodes: str, margin: float = 20.0) -> tuple[Spot, Spot]:
        """Two corners around nodes."""
        rects = [self._rect(node) for node in nodes]
        lefts, tops, rights, bottoms = zip(*rects, strict=True)
        return (
            self.world(min(lefts) - margin, min(tops) - margin),
            self.world(max(rights) + margin, max(bottoms) + margin),
        )

    def _rect(self, node: str) -> tuple[float, float, float, float]:
        self._canvas.scene.refresh()
        if node not in self._canvas.scene.boxes:
            raise LookupError(f"there is no node {node}")
        return self._canvas.scene.rect(node)

    # --- panels and dialogs -----------------------------------------------------------------------------------------

    def labels(self) -> list[str]:
        """What can be read on items now; for messages and for looking around."""
        return [f"{_kind(item)} {_says(item)!r}" for item in dpg.get_all_items() if _says(item) and _seen(item)]

    def button(self, label: str, nth: int = 0) -> Spot:
        """The middle of a button, tab, check box or selectable with this label; or of a button with this icon."""
        words = (label, ICONS.get(label, label))
        found = [
            item
            for item in dpg.get_all_items()
            if _kind(item) in _CLICKED and _plain(dpg.get_item_label(item)) in words and _seen(item)
        ]
        if len(found) <= nth:
            raise LookupError(f"no button {label!r} is to be seen")
        return middle(found[nth])

    def beside(self, label: str, across: float = 0.5, nth: int = 1) -> Spot:
        """A point of the field, or the `nth` thing, on the right of a name in the inspector."""
        for item in dpg.get_all_items():
            if _kind(item) == "mvButton" and _plain(dpg.get_item_label(item)) == label and _seen(item):
                row = dpg.get_item_children(dpg.get_item_parent(item), 1)
                field = [one for one in row if _kind(one) != "mvTooltip"][nth]
                (left, top), (width, height) = dpg.get_item_rect_min(field), dpg.get_item_rect_size(field)
                return left + width * across, top + height / 2
        raise LookupError(f"nothing is called {label!r}")

    def text(self, part: str, nth: int = 0) -> Spot:
        """The middle of a text that contains this."""
        found = [
            item
            for item in dpg.get_all_items()
            if _kind(item) == "mvText" and part in str(dpg.get_value(item)) and _seen(item)
        ]
        if len(found) <= nth:
            raise LookupError(f"no text {part!r} is to be seen")
        return middle(found[nth])

    def field(self, nth: int = 0, place: str = "") -> Spot:
        """The middle of a text field; of those in one place of the window (left, right, ...) if it is named."""
        inside = self._app.shell.places.get(place, 0)
        found = [
            item
            for item in dpg.get_all_items()
            if _kind(item) == "mvInputText" and _seen(item) and (not place or inside in _line(item))
        ]
        if len(found) <= nth:
            raise LookupError("no text field is to be seen")
        return middle(found[nth])

    def shows(self, part: str) -> bool:
        """Whether this text can be read anywhere outside the canvas."""
        return any(part in _says(item) for item in dpg.get_all_items() if _says(item) and _seen(item))

    def hovered(self, label: str) -> bool:
        """Whether the pointer is on the menu item of this label."""
        return any(
            dpg.is_item_hovered(item)
            for item in dpg.get_all_items()
            if _kind(item) in ("mvMenuItem", "mvMenu") and _plain(dpg.get_item_label(item)) == label
        )


def middle(item: int | str) -> Spot:
    """The middle of an item."""
    (left, top), (width, height) = dpg.get_item_rect_min(item), dpg.get_item_rect_size(item)
    return left + width / 2, top + height / 2


def _kind(item: int | str) -> str:
    return str(dpg.get_item_type(item)).rpartition("::")[2]


def _plain(label: Any) -> str:
    return str(label or "").partition("##")[0]


def _says(item: int | str) -> str:
    if _kind(item) == "mvText":
        return str(dpg.get_value(item) or "")
    return _plain(dpg.get_item_label(item))


def _seen(item: int | str) -> bool:
    """Whether the item was drawn in the last frame."""
    state = dpg.get_item_state(item)
    return bool(state.get("visible")) and "rect_size" in state and all(dpg.is_item_shown(one) for one in _line(item))


def _line(item: int | str) -> list[int | str]:
    """An item and what it is in."""
    line = []
    while item:
        line.append(item)
        item = dpg.get_item_parent(item)
    return line
