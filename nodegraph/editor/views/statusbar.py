"""The line at the bottom: what runs and how fast, what holds it back, how busy the computer is, what is wrong."""

import time
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.commands import table
from nodegraph.editor.state.commands.table import shortcut_of
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.find import go_to
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.problem_rows import ProblemRows
from nodegraph.editor.state.running import words
from nodegraph.editor.views.buttons import Tag, tooltip
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look

_EVERY: Final = 0.25
_LEFT: Final = {"dot": 20, "state": 60, "fps": 66, "age": 60, "dropped": 60, "bottleneck": 60}
_RIGHT: Final = {"engine": 90, "gpu": 60, "cpu": 66, "memory": 66, "zoom": 56, "problems": 90}
"""What stands at either end, and the least room it has, unless it says nothing."""
_DROPPED: Final = ("gpu", "memory", "cpu", "engine", "age", "dropped", "bottleneck")
"""What is left out when there is too little room, first to last."""
_GAP: Final = 18
_TIPS: Final = {
    "fps": "Frames that arrive at the output each second.",
    "age": "How old a picture is when it is shown, from the camera or file on; and the oldest result drawn in it.",
    "dropped": "Frames that were left out because newer ones had come. In brackets: in the last half second.",
    "bottleneck": "The node that holds the run back. Click to go there.",
    "cpu": "Processor time of this program and what it started, of all cores.",
    "memory": "Memory of this program and what it started.",
    "gpu": "The graphics card: how busy, and its memory.",
    "zoom": "Click for 100 %.",
    "problems": "What is wrong. Click for the list.",
}
_BUTTONS: Final = ("bottleneck", "zoom", "problems")


class StatusBar:
    """Texts in fixed places, changed at most four times a second."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._problems = ProblemRows(editor)
        self._items: dict[str, Tag] = {}
        self._widths: dict[str, int] = {}
        self._places: dict[str, tuple[int, int] | None] = {}
        self._tips: dict[str, Tag] = {}
        self._texts: dict[str, str] = {}
        self._colors: dict[str, str] = {}
        self._theme, self._scale, self._due = "", look.scale, 0.0

    def build(self, parent: Tag) -> None:
        """Make the texts."""
        look, self._parent = self._look, parent
        for name in (*_LEFT, *_RIGHT):
            self._items[name] = self._cell(name)
        dpg.set_value(self._items["dot"], ICONS["record"])
        dpg.bind_item_font(self._items["dot"], look.font("icon"))
        for name in ("state", "engine", *_TIPS):
            self._tips[name] = tooltip(look, self._items[name], _TIPS.get(name, ""))

    def _cell(self, name: str) -> Tag:
        if name not in _BUTTONS:
            text: Tag = dpg.add_text("", parent=self._parent)
            dpg.bind_item_font(text, self._look.font("small"))
            return text
        button: Tag = dpg.add_button(
            label="", small=True, callback=self._pressed, user_data=name, parent=self._parent, show=False
        )
        dpg.bind_item_theme(button, self._look.button("quiet"))
        dpg.bind_item_font(button, self._look.font("small"))
        return button

    def update(self) -> None:
        """Show what is so now."""
        now = time.monotonic()
        if now < self._due and self._theme == self._look.theme:
            return
        if self._theme != self._look.theme:
            self._theme = self._look.theme
            self._colors.clear()
        if self._scale != self._look.scale:
            self._scale = self._look.scale
            self._widths.clear()
        self._due = now + _EVERY
        self._show_run()
        self._show_machine()
        self._show_problems()
        self._say("zoom", f"{self._editor.canvas.camera.zoom:.0%}".replace("%", " %"))
        self._place()

    def _show_run(self) -> None:
        editor, sample = self._editor, self._editor.player.sample
        state = editor.player.state
        self._paint("dot", words.COLORS[state])
        waits = state == "stopped" and editor.workspace.document.graph.nodes
        how = f" · {shortcut_of('run.toggle')} runs it" if waits else ""
        self._say("state", f"{words.STATES[state]}{how}", "text")
        self._tip("state", editor.player.note or words.STATES[state])
        self._say("fps", words.fps(sample), "text")
        self._say("age", words.age(sample))
        self._say("dropped", words.dropped(sample), "warning" if sample.late else "dim")
        node = sample.bottleneck
        known = node in editor.workspace.document.graph.nodes
        figures = sample.nodes.get(node) if node else None
        took = f" · {words.milliseconds(figures.ms)}" if figures else ""
        self._say("bottleneck", f"slowest: {editor.workspace.title(node)}{took}" if node and known else "")

    def _show_machine(self) -> None:
        sample, engine = self._editor.player.sample, self._editor.models.engine
        self._say("cpu", f"CPU {sample.cpu:.0f} %" if sample.at else "")
        self._say("memory", words.memory(sample) if sample.at else "")
        self._say("gpu", f"GPU {sample.gpu}" if sample.gpu else "")
        self._say("engine", engine.text, "warning" if engine.answers is False else "dim")
        self._tip("engine", engine.hint or "Where models in containers run.")

    def _show_problems(self) -> None:
        rows, errors = self._problems.rows, self._problems.errors
        count = errors or len(rows)
        what = "problem" if errors else "warning"
        text = f"{count} {what}{'' if count == 1 else 's'}" if rows else "no problems"
        self._say("problems", text)

    def _place(self) -> None:
        """Put everything where it belongs; what has no room is left out."""
        px, room = self._look.px, dpg.get_viewport_client_width() - self._look.px(20)
        widths = {name: self._width(name) for name in (*_LEFT, *_RIGHT)}
        for name in _DROPPED:
            if sum(widths.values()) > room:
                widths[name] = 0
        x = px(10)
        for name in _LEFT:
            self._put(name, x, widths[name])
            x += widths[name]
        x = px(10) + room
        for name in reversed(_RIGHT):
            x -= widths[name]
            self._put(name, x, widths[name])

    def _put(self, name: str, x: int, width: int) -> None:
        place = (x, self._look.px(7 if name in _BUTTONS else 3)) if width else None  # texts keep room for a frame
        if self._places.get(name, self) != place:
            self._places[name] = place
            dpg.configure_item(self._items[name], show=place is not None)
            if name in self._tips:  # what is hidden would still answer the pointer where it was
                dpg.configure_item(dpg.get_item_info(self._tips[name])["parent"], show=place is not None)
            if place is not None:
                dpg.set_item_pos(self._items[name], list(place))

    def _width(self, name: str) -> int:
        """What an item needs; it keeps what it once needed, so that its neighbours stand still."""
        text, px = self._texts.get(name, ""), self._look.px
        if name == "dot":
            return px(_LEFT[name])
        if not text:
            self._widths.pop(name, None)
            return 0
        size = dpg.get_text_size(text, font=self._look.font("small"))
        needed = int(size[0]) + px(_GAP) if size else 0
        least = px({**_LEFT, **_RIGHT}[name])
        self._widths[name] = wide = max(needed, least, self._widths.get(name, 0))
        return wide

    # --- pieces -----------------------------------------------------------------------------------------------------

    def _say(self, name: str, text: str, color: str = "dim") -> None:
        if self._texts.get(name) != text:
            self._texts[name] = text
            item = self._items[name]
            if name in _BUTTONS:
                dpg.configure_item(item, label=text)
            else:
                dpg.set_value(item, text)
        self._paint(name, color)

    def _paint(self, name: str, color: str) -> None:
        if name not in _BUTTONS and self._colors.get(name) != color:
            self._colors[name] = color
            dpg.configure_item(self._items[name], color=self._look.color(color))

    def _tip(self, name: str, text: str) -> None:
        if self._texts.get(f"{name} tip") != text:
            self._texts[f"{name} tip"] = text
            dpg.set_value(self._tips[name], text)

    def _pressed(self, _sender: Tag, _data: Any, name: str) -> None:
        editor = self._editor
        if name == "bottleneck" and (node := editor.player.sample.bottleneck) in editor.workspace.document.graph.nodes:
            go_to(editor, Item("node", str(node)))
        elif name == "zoom":
            table.run(editor, "view.zoom_100")
        elif name == "problems":
            editor.settings.panels["bottom_shown"] = True
            editor.settings.panels["bottom_tab"] = 0
            editor.settings.changed()
