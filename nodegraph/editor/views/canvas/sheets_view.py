"""Notes and group frames: rectangles with text, behind the nodes."""

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.canvas import Canvas
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Sheet
from nodegraph.editor.views.canvas.sized import Sized, Tag
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure


class SheetsView:
    """There are few of them: all are drawn anew when one changes."""

    def __init__(self, canvas: Canvas, look: Look, measure: Measure, parent: Tag) -> None:
        self._canvas, self._look, self._measure = canvas, look, measure
        self._root: Tag = dpg.add_draw_node(parent=parent)
        self._sized = Sized()
        self._seen: object = None

    def update(self, pixels: float) -> None:
        """Follow the document, the selection and the zoom."""
        scene, selection = self._canvas.scene, self._canvas.workspace.selection
        chosen = frozenset(item for item in selection if item.kind != "node")
        now = (tuple(scene.groups), tuple(scene.notes), chosen, self._look.theme)
        if now != self._seen:
            self._seen = now
            dpg.delete_item(self._root, children_only=True)
            self._sized.clear()
            for group in scene.groups:
                self._group(group, Item("group", group.id) in chosen)
            for note in scene.notes:
                self._note(note, Item("note", note.id) in chosen)
        self._sized.follow(pixels)

    def _group(self, sheet: Sheet, selected: bool) -> None:
        color = _rgb(sheet.color)
        edge = self._look.color("selected") if selected else (*color, 150)
        self._rect(sheet, edge, (*color, 34))
        self._text(sheet, sheet.text, 15.0, (*_legible(color, self._look.theme), 255), bold=True)
        self._corner(sheet, (*color, 190))

    def _note(self, sheet: Sheet, selected: bool) -> None:
        color = _rgb(sheet.color)
        edge = self._look.color("selected") if selected else (*color, 120)
        self._rect(sheet, edge, (*color, 46))
        lines = self._measure.wrapped(sheet.text or "Double-click to write", "body", 13.5, sheet.width - 20)
        room = max(1, int((sheet.height - 14) // 18))
        shade = self._look.color("text" if sheet.text else "dim")
        self._text(sheet, "\n".join(lines[:room]), 13.5, shade, bold=False)
        self._corner(sheet, (*color, 170))

    def _rect(self, sheet: Sheet, color: tuple[int, ...], fill: tuple[int, ...]) -> None:
        end = (sheet.x + sheet.width, sheet.y + sheet.height)
        item = dpg.draw_rectangle((sheet.x, sheet.y), end, color=color, fill=fill, rounding=8, parent=self._root)
        self._sized.add(item, "rounding", 8)

    def _text(self, sheet: Sheet, text: str, size: float, color: tuple[int, ...], bold: bool) -> None:
        item = dpg.draw_text((sheet.x + 11, sheet.y + 7), text, size=size, color=color, parent=self._root)
        dpg.bind_item_font(item, self._look.font("bold" if bold else "body"))
        self._sized.add(item, "size", size)

    def _corner(self, sheet: Sheet, color: tuple[int, ...]) -> None:
        """The grip that resizes it."""
        right, bottom = sheet.x + sheet.width - 4, sheet.y + sheet.height - 4
        dpg.draw_triangle(
            (right, bottom - 9), (right, bottom), (right - 9, bottom), color=color, fill=color, parent=self._root
        )


def _rgb(color: str) -> tuple[int, int, int]:
    try:
        red, green, blue = bytes.fromhex(color[1:])
    except ValueError:
        return 91, 107, 140
    return red, green, blue


def _legible(color: tuple[int, int, int], theme: str) -> tuple[int, int, int]:
    """For a title on a frame of this colour."""
    shift = 70 if theme == "dark" else -40
    red, green, blue = (min(max(part + shift, 0), 255) for part in color)
    return red, green, blue
