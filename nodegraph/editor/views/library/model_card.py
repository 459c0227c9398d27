"""A model's card: what it does, what it takes and gives, where it runs, how it stands, and what can be done now."""

from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.directory import ModelCard
from nodegraph.editor.state.models.shown import ModelShow
from nodegraph.editor.views.library.model_page import open_page
from nodegraph.editor.views.library.picture import picture
from nodegraph.editor.views.look import Look


class StateLine:
    """How a model stands: a sentence, a bar while something is downloaded, and buttons."""

    def __init__(self, editor: Editor, look: Look, id: str) -> None:
        self._editor, self._look, self._id = editor, look, id
        self._seen: ModelShow | None = None

    def build(self, parent: int | str, row: int | str = 0) -> None:
        """Make the items; `row` is a group for the buttons, one of their own without it."""
        self._text = dpg.add_text("", parent=parent, wrap=0)
        dpg.bind_item_font(self._text, self._look.font("small"))
        self._bar = dpg.add_progress_bar(width=-1, height=self._look.px(6), parent=parent, show=False)
        self._buttons = dpg.add_group(horizontal=True, parent=row or parent)

    def update(self) -> None:
        """Follow the model's state."""
        show = self._editor.models.show(self._id)
        if show == self._seen:
            return
        anew = self._seen is None or show.actions != self._seen.actions
        self._seen = show
        name = "error" if show.failed else "good" if show.ready else "warning" if show.working else "dim"
        dpg.set_value(self._text, show.text + (f"\n{show.note}" if show.note and show.failed else ""))
        dpg.configure_item(self._text, color=self._look.color(name))
        dpg.configure_item(self._bar, show=show.fraction is not None)
        dpg.set_value(self._bar, show.fraction or 0.0)
        if anew:
            dpg.delete_item(self._buttons, children_only=True)
            for action in show.actions:
                button = dpg.add_button(
                    label=action.text, parent=self._buttons, small=True, user_data=action.id, callback=self._act
                )
                dpg.bind_item_font(button, self._look.font("small"))
                if action.id == "remove":
                    dpg.bind_item_theme(button, self._look.button("danger"))

    def _act(self, _sender: Any, _data: Any, action: Any) -> None:
        self._editor.models.act(self._id, action)


class ModelCardView:
    """One card in the directory."""

    def __init__(self, editor: Editor, look: Look, card: ModelCard) -> None:
        self._editor, self._look, self._card = editor, look, card
        self._state = StateLine(editor, look, card.id)

    def build(self, parent: int | str) -> None:
        """Make the card."""
        look, card = self._look, self._card
        box = dpg.add_child_window(parent=parent, auto_resize_y=True, border=True)
        head = dpg.add_group(horizontal=True, parent=box, horizontal_spacing=look.px(9))
        picture(head, look, card, 54)
        words = dpg.add_group(parent=head)
        title = dpg.add_text(card.name, parent=words)
        dpg.bind_item_font(title, look.font("bold"))
        facts = " · ".join(part for part in ((card.category or "").capitalize(), card.size, _runs_on(card)) if part)
        self._small(facts, words, "dim")
        self._small(f"{_types(card.inputs)}  →  {_types(card.outputs)}", words, "value")
        self._small(card.summary, box, "text")
        states = dpg.add_group(parent=box)
        row = dpg.add_group(horizontal=True, parent=box)
        add = dpg.add_button(label="Add", parent=row, callback=self._add, small=True)
        dpg.bind_item_theme(add, look.button("primary"))
        about = dpg.add_button(label="About", parent=row, callback=self._page, small=True)
        for button in (add, about):
            dpg.bind_item_font(button, look.font("small"))
        self._state.build(states, row)
        with dpg.drag_payload(parent=add, drag_data=card.type_id, payload_type="node"):
            dpg.add_text(f"+  {card.name}")
        dpg.add_spacer(height=look.px(2), parent=parent)

    def update(self) -> None:
        """Follow its state."""
        self._state.update()

    def _small(self, text: str, parent: int | str, color: str) -> None:
        item = dpg.add_text(text, parent=parent, color=self._look.color(color), wrap=0)
        dpg.bind_item_font(item, self._look.font("small"))

    def _add(self) -> None:
        self._editor.add_node(self._card.type_id, self._editor.canvas.camera.center)

    def _page(self) -> None:
        open_page(self._editor, self._card.id)


def _types(ports: Any) -> str:
    return ", ".join(" or ".join(port.types) for port in ports) or "nothing"


def _runs_on(card: ModelCard) -> str:
    return " + ".join(name for name, on in (("CPU", card.cpu), ("GPU", card.gpu)) if on)
