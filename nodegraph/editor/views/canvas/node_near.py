"""A node seen from near: title, pins with names, parameters, and what it shows."""

from typing import Final

from nodegraph.editor.state.canvas.boxes import FOOTER, LINE, LINES, PAD, ROW, TITLE, Box, ParamRow, Pin, PinKey
from nodegraph.editor.state.canvas.scene import curve_between
from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.param_text import name_text, rgb, share, value_text
from nodegraph.editor.views.canvas.pen import CLEAR, Color, Pen
from nodegraph.editor.views.canvas.shapes import draw_pin
from nodegraph.editor.views.canvas.sized import Tag
from nodegraph.editor.views.look import Look

ROUND: Final = 7.0
NAME: Final = 13.0
SMALL: Final = 12.0
_SHADOW: Final = (0, 0, 0, 50)


class NodeNear:
    """What was drawn of one box. outline, badge, footer change without the document; pins: with edge and fill."""

    def __init__(self, pen: Pen, box: Box) -> None:
        self._pen, self._box, self._look = pen, box, pen.look
        self.pins: dict[PinKey, tuple[Tag, Color, Color]] = {}
        self.footer: Tag = 0
        self.lines: list[Tag] = []
        self._body()
        self._title()
        for row in box.rows:
            self._row(row)
        self._result()
        for pin in box.pins:
            self._pin(pin)
        if box.node.state == "bypass" and not box.collapsed:
            self._passes()

    def _body(self) -> None:
        pen, box, look = self._pen, self._box, self._look
        on = box.node.state == "on" and box.spec is not None
        edge = look.color("border")
        pen.rect((0, 3), (box.width, box.height + 3), _SHADOW, ROUND)
        ground = look.color("node" if on else "node_off")
        self.outline = pen.rect((0, 0), (box.width, box.height), ground, ROUND, edge)
        if box.spec is None and not box.collapsed:
            pen.striped((1, TITLE), (box.width - 1, box.height - 2), look.color("raised"))
            lines = pen.measure.wrapped(box.sentence, "body", SMALL, box.width - 24)[:LINES]
            for at, line in enumerate(lines):
                pen.text((12, box.sentence_y + at * LINE), line, SMALL, look.color("text"))
        if not box.collapsed and box.spec is not None:
            self.footer = pen.text((12, box.height - FOOTER + 2), "", 11.0, look.color("dim"))

    def _title(self) -> None:
        pen, box, look = self._pen, self._box, self._look
        on = box.node.state == "on"
        bar = bar_color(look, box)
        pen.rect((1, 1), (box.width - 1, TITLE - 1 if box.collapsed else TITLE), bar, ROUND - 1)
        if not box.collapsed:
            pen.rect((1, TITLE - 8), (box.width - 1, TITLE), bar)
            if box.spec is None:
                pen.dashed((0, 0), (box.width, box.height), look.color("error"), ROUND)
        title = pen.measure.elided(box.title, "bold", 14.0, box.width - 42)
        pen.text((12, 7), title, 14.0, look.color("title" if on else "dim"), "bold")
        self.badge = pen.text((box.width - 24, 7), "", 13.0, look.color("error"), "icon")

    def _pin(self, pin: Pin) -> None:
        pen, look, box = self._pen, self._look, self._box
        color = look.type_color(pin.types[0])
        driven = pin.param and any(row.driven and row.param.name == pin.key.name for row in box.rows)
        empty = not driven and (pin.param or pin.optional)
        ground = look.color("node") if empty else color
        if pin.param and not driven:
            color = (*color[:3], 150)
        item = draw_pin(pen, (pin.x, pin.y), pin.types[0], color, ground, pin.param)
        self.pins[pin.key] = (item, color, ground)
        if not box.collapsed and not pin.param:
            name = self._name(pin)
            pen.text((self._name_x(pin, name), pin.y - 7), name, NAME, look.color("text"))

    def _name(self, pin: Pin) -> str:
        return self._pen.measure.elided(name_text(pin.key.name), "body", NAME, self._box.width / 2 - 16)

    def _name_x(self, pin: Pin, name: str) -> float:
        if pin.key.side == "in":
            return 13.0
        return self._box.width - 13.0 - self._pen.measure.width(name, "body", NAME)

    def _passes(self) -> None:
        """Lines from the inputs to the outputs they become while the node is bypassed."""
        box = self._box
        inputs = [pin for pin in box.pins if pin.key.side == "in" and not pin.param]
        for out in [pin for pin in box.pins if pin.key.side == "out"]:
            found = next((pin for pin in inputs if set(pin.types) & set(out.types)), None)
            if found:
                self._passing(found, out)

    def _passing(self, start: Pin, end: Pin) -> None:
        pen, color = self._pen, self._look.type_color(end.types[0])
        name = self._name(start)
        left = self._name_x(start, name) + pen.measure.width(name, "body", NAME) + 7
        right = self._name_x(end, self._name(end)) - 7
        if start.y == end.y:
            pen.line((left, start.y), (right, end.y), color, 2.0)
        else:
            pen.curve(curve_between((left, start.y), (right, end.y)), color, 2.0)
        tip: list[Point] = [(right - 6, end.y - 4), (right, end.y), (right - 6, end.y + 4)]
        pen.polygon([list(point) for point in tip], color, color)

    # --- parameters -------------------------------------------------------------------------------------------------

    def _row(self, row: ParamRow) -> None:
        pen, look, param = self._pen, self._look, row.param
        left, right, top, bottom = PAD + 2, self._box.width - PAD - 2, row.y + 2, row.y + ROW - 2
        pen.rect((left, top), (right, bottom), look.color("field"), 4)
        part = None if row.driven else share(param, row.value)
        if part is not None and part > 0.01:
            pen.rect((left, top), (left + (right - left) * part, bottom), look.color("field_fill"), 4)
        room = right - left - 14
        name = pen.measure.elided(name_text(param.name), "body", SMALL, room * 0.6)
        pen.text((left + 7, top + 3), name, SMALL, look.color("dim"))
        self._value(row, right, top, room - pen.measure.width(name, "body", SMALL) - 8)

    def _value(self, row: ParamRow, right: float, top: float, room: float) -> None:
        pen, look, param = self._pen, self._look, row.param
        if param.kind == "boolean" and not row.driven:
            self._switch(row.value is True, right, top)
            return
        if param.kind == "color" and not row.driven and (color := rgb(param, row.value)):
            pen.rect((right - 40, top + 3), (right - 5, top + ROW - 7), color, 3, look.color("border"))
            return
        if param.kind in ("choice", "file") and not row.driven:
            right, room = right - 12, room - 12
            points = [[right + 3, top + 7.5], [right + 9, top + 7.5], [right + 6, top + 11]]
            pen.polygon(points, look.color("dim"), look.color("dim"))
        value = pen.measure.elided("driven" if row.driven else value_text(param, row.value), "body", SMALL, room)
        x = right - 7 - pen.measure.width(value, "body", SMALL)
        pen.text((x, top + 3), value, SMALL, look.color("accent" if row.driven else "text"))

    def _switch(self, on: bool, right: float, top: float) -> None:
        pen, look = self._pen, self._look
        middle, left = top + ROW / 2 - 2, right - 32
        pen.rect((left, middle - 6), (right - 6, middle + 6), look.color("accent" if on else "pale"), 6)
        knob = right - 12 if on else left + 6
        pen.circle((knob, middle), 4.25, CLEAR, (255, 255, 255, 255 if on else 190))

    # --- what it shows ----------------------------------------------------------------------------------------------

    def _result(self) -> None:
        pen, box, shown = self._pen, self._box, self._box.shown
        if box.collapsed or shown is None:
            return
        start, end = (PAD, shown.y), (box.width - PAD, shown.y + shown.height)
        pen.rect(start, end, pen.look.color("screen"), 4)
        if not shown.picture:
            color = pen.look.color("value")
            self.lines = [pen.text((PAD + 7, shown.y + 1 + at * LINE), "", 12.5, color) for at in range(2)]


def bar_color(look: Look, box: Box) -> Color:
    """The colour of a node's title: its category's, greyed for one that is not at work."""
    color = look.category_color(box.spec.category if box.spec else "", muted=box.node.state != "on")
    ground, share = look.color("node_off"), color[3] / 255
    return tuple(round(a * share + b * (1 - share)) for a, b in zip(color[:3], ground, strict=False))
