"""The last minutes as curves: speed, age, milliseconds of the slowest nodes, processor and memory."""

import time
from typing import Any, Final

import dearpygui.dearpygui as dpg
import numpy as np

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.find import go_to
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.running import words
from nodegraph.editor.state.running.history import Row
from nodegraph.editor.views.buttons import Tag, text_button
from nodegraph.editor.views.curves import Curves, Lines
from nodegraph.editor.views.look import Look

_EVERY: Final = 0.5
_SLOWEST: Final = 8
_SPANS: Final = {"1 minute": 60.0, "10 minutes": 600.0}
_LIST: Final = 190


class PerformanceView:
    """Updated twice a second, and only while its tab is open."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._span = _SPANS["1 minute"]
        self._due, self._seen = 0.0, -1
        self._size: tuple[int, int] = (0, 0)
        self._names: list[Tag] = []
        self._shown: list[str] = []

    def build(self, parent: Tag) -> None:
        """Make the plots, empty."""
        look = self._look
        self._place = dpg.add_child_window(parent=parent, border=False, no_scrollbar=True)
        with dpg.group(horizontal=True, parent=self._place) as row:
            self._speed = Curves(look, row, "Speed", 10.0)
            self._age = Curves(look, row, "Age", 20.0)
            self._cpu = Curves(look, row, "Processor", 100.0)
            self._memory = Curves(look, row, "Memory", 100.0)
            self._nodes = Curves(look, row, "Slowest nodes, in milliseconds", 2.0)
            with dpg.group() as names:
                choice = dpg.add_combo(
                    list(_SPANS), default_value="1 minute", width=look.px(_LIST - 20), callback=self._chosen
                )
                dpg.bind_item_font(choice, look.font("small"))
                for _ in range(_SLOWEST):
                    name = text_button(look, names, "", self._pressed)
                    dpg.bind_item_font(name, look.font("small"))
                    dpg.configure_item(name, show=False, small=True)
                    self._names.append(name)

    def update(self) -> None:
        """Draw the new samples."""
        if not self._fit():
            return
        history, now = self._editor.player.history, time.monotonic()
        if now < self._due or history.count == self._seen:
            return
        self._due, self._seen = now + _EVERY, history.count
        times = history.times() - now
        inside = times >= -self._span
        x, sample = times[inside], self._editor.player.sample

        def line(name: str) -> Any:
            return history.measure(name)[-len(times) :][inside]

        self._speed.draw(x, {"fps": line("fps"), "dropped": line("late")}, self._span, words.fps(sample))
        ages: Lines = {"picture": _there(line("age_ms"))}
        if (line("result_age_ms") > line("age_ms") + 5).any():
            ages["oldest result"] = _there(line("result_age_ms"))
        self._age.draw(x, ages, self._span, words.age(sample).removeprefix("age "))
        self._cpu.draw(x, {"cpu": line("cpu")}, self._span, f"{sample.cpu:.0f} %")
        self._memory.draw(x, {"memory": line("memory")}, self._span, words.memory(sample))
        slowest = history.slowest(_SLOWEST) if sample.nodes else []
        self._nodes.draw(x, {id: history.node(id)[-len(times) :][inside] for id in slowest}, self._span, "")
        self._list(slowest)

    def _list(self, slowest: list[str]) -> None:
        """The names of the curves, in their colours."""
        nodes, space = self._editor.player.sample.nodes, self._editor.workspace
        self._shown = slowest
        for at, item in enumerate(self._names):
            there = at < len(slowest)
            dpg.configure_item(item, show=there)
            if there:
                id = slowest[at]
                took = words.milliseconds(nodes[id].ms) if id in nodes else ""
                dpg.configure_item(item, label=f"{took}  {space.title(id)}", user_data=id)
                dpg.bind_item_theme(item, self._nodes.button_theme(id))

    def _fit(self) -> bool:
        """Share the room among the plots, twice as much for the nodes; whether there is any."""
        width, height = (int(part) for part in dpg.get_item_rect_size(self._place))
        if width < self._look.px(300):
            return False
        if (width, height) != self._size:
            self._size = (width, height)
            px = self._look.px
            each = (width - px(_LIST)) // 6 - px(9)
            high = max(height - px(28), px(60))
            for curves in (self._speed, self._age, self._cpu, self._memory):
                curves.resize(each, high)
            self._nodes.resize(2 * each, high)
        return True

    def _chosen(self, _sender: Tag, name: str, _: Any = None) -> None:
        self._span, self._seen, self._due = _SPANS[name], -1, 0.0

    def _pressed(self, _sender: Tag, _data: Any, node: str) -> None:
        if node in self._editor.workspace.document.graph.nodes:
            go_to(self._editor, Item("node", node))


def _there(ages: Row) -> Row:
    """Without the zeros that stand for "nothing is shown"."""
    return np.where(ages > 0, ages, np.float32(np.nan))
