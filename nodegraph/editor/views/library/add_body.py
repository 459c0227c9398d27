"""Adding a model: a field for what is meant, then what would run and what will be done, then how far it is."""

from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.newcomer import AddModelDialog
from nodegraph.editor.views.dialogs.body import Tag, bottom_row, button, text
from nodegraph.editor.views.look import Look

_SIZE: Final = (720, 560)
_LABEL: Final = 130
_ID: Final = 150
_ABOUT: Final = (
    ("http://127.0.0.1:5000", "a model that runs: Cog, Runway's SDK, a server of 2018, one of ours"),
    ("someone/cats:2", "a Docker image"),
    ("~/models/glow", "a folder with a Dockerfile"),
    ("hf:owner/name", "a model from Hugging Face, when its task is one we know"),
    ("~/2xSharp.safetensors", "weights for the upscaler"),
)


class AddBody:
    """Enter looks, then adds; Escape closes and calls off."""

    title = "Add a model"
    size = _SIZE

    def __init__(self, editor: Editor, look: Look, dialog: AddModelDialog) -> None:
        self._editor, self._look, self._dialog = editor, look, dialog
        self._seen = -1
        self._width = look.px(_SIZE[0] - 60)

    def build(self, parent: Tag) -> None:
        """The field, room for what is found, and the buttons."""
        look = self._look
        dpg.add_spacer(height=look.px(2), parent=parent)
        row = dpg.add_group(horizontal=True, parent=parent)
        hint = "An address, an image, a folder, a file, or hf:owner/name"
        self._field = dpg.add_input_text(parent=row, width=-look.px(_ID), hint=hint, default_value=self._dialog.what)
        self._id = dpg.add_input_text(parent=row, width=-1, hint="its id", default_value=self._dialog.id)
        with dpg.tooltip(self._id, delay=0.5):
            dpg.add_text("Its node is model.ID; made from its name when you leave this empty.")
        self._room = dpg.add_child_window(parent=parent, width=-1, height=-look.px(56), border=False)
        row = bottom_row(look, parent)
        self._main = button(look, row, "Look", self._forward, "primary")
        self._other = button(look, row, "Something else", self._back)
        button(look, row, "Cancel", self._dialog.close)
        self._state = text(look, row, "", "small", "dim", -1)

    def update(self) -> None:
        """Draw anew when another phase began; say how far it is."""
        dialog = self._dialog
        if dialog.revision != self._seen:
            self._seen = dialog.revision
            self._draw()
        if dialog.phase in ("looking", "adding"):
            doing = "looking; nothing is fetched or started" if dialog.phase == "looking" else "adding"
            dpg.set_value(self._state, dialog.progress or f"{doing} …")

    def _draw(self) -> None:
        dialog = self._dialog
        dpg.delete_item(self._room, children_only=True)
        busy = dialog.phase in ("looking", "adding")
        can = dialog.plan is not None and dialog.plan.can_be_done
        for field in (self._field, self._id):
            dpg.configure_item(field, enabled=dialog.phase == "asking")
        if dialog.phase == "asking":
            dpg.focus_item(self._field)
        dpg.configure_item(self._main, label=self._forward_label(), show=not busy)
        if dialog.plan is not None and not can:
            dpg.configure_item(self._main, show=False)
        dpg.configure_item(self._other, show=dialog.phase == "planned")
        dpg.set_value(self._state, "")
        if dialog.message:
            text(self._look, self._room, dialog.message, "body", "error", self._width)
            text(self._look, self._room, dialog.hint, "small", "dim", self._width)
            dpg.add_spacer(height=self._look.px(6), parent=self._room)
        if dialog.plan is not None:
            self._draw_plan()
        elif not busy:
            self._draw_ways()

    def _forward_label(self) -> str:
        dialog = self._dialog
        return "Look" if dialog.plan is None else "Replace it" if dialog.replaces else "Add it"

    def _draw_ways(self) -> None:
        text(self._look, self._room, "What can be added", "bold", "text", self._width)
        for example, about in _ABOUT:
            self._line(example, about, 190)
        words = "You see what would run before anything is fetched, built, started or written."
        dpg.add_spacer(height=self._look.px(4), parent=self._room)
        text(self._look, self._room, words, "small", "dim", self._width)

    def _draw_plan(self) -> None:
        plan, look = self._dialog.plan, self._look
        assert plan is not None
        text(look, self._room, plan.title, "title", "text", self._width)
        for problem in plan.problems:
            color = "error" if problem.severity == "error" else "warning"
            said = f"{problem.where} {problem.message}" if problem.where else problem.message
            text(look, self._room, said, "body", color, self._width)
            text(look, self._room, problem.hint, "small", "dim", self._width)
        for fact in plan.facts:
            self._line(fact.name, fact.value)
        dpg.add_spacer(height=look.px(4), parent=self._room)
        text(look, self._room, "This will", "bold", "text", self._width)
        for step in plan.steps:
            text(look, self._room, f"•  {step}", "body", "text", self._width)

    def _line(self, name: str, value: str, wide: int = _LABEL) -> None:
        look = self._look
        row = dpg.add_group(horizontal=True, xoffset=look.px(wide), parent=self._room)
        text(look, row, name, "body", "dim", -1)
        text(look, row, value, "body", "text", self._width - look.px(wide))

    def key(self, name: str) -> bool:
        """Enter and Escape."""
        if name == "Enter":
            self._forward()
        elif name == "Esc":
            self._dialog.close()
        return name in ("Enter", "Esc")

    def _forward(self) -> None:
        if self._dialog.plan is None:
            self._dialog.look(str(dpg.get_value(self._field)), str(dpg.get_value(self._id)))
        else:
            self._dialog.add()

    def _back(self) -> None:
        self._dialog.again()
