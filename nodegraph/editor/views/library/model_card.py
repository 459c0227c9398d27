"""A model's card: what it does, what it takes and gives, what it runs on, how it stands, and what can be done now."""

from collections.abc import Iterable

import dearpygui.dearpygui as dpg

from nodegraph.core.spec import Port
from nodegraph.editor.state.adding import add_in_view
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.directory import ModelCard
from nodegraph.editor.state.models.pages import open_page
from nodegraph.editor.views.library.grounds import card_ground
from nodegraph.editor.views.library.picture import picture
from nodegraph.editor.views.library.state_line import StateLine
from nodegraph.editor.views.look import Look

Tag = int | str


class ModelCardView:
    """One card in the directory."""

    def __init__(self, editor: Editor, look: Look, card: ModelCard) -> None:
        self._editor, self._look, self._card = editor, look, card
        self._state = StateLine(editor, look, card.id, brief=True)

    def build(self, parent: Tag) -> None:
        """Make the card."""
        look, card = self._look, self._card
        box = dpg.add_child_window(parent=parent, auto_resize_y=True, border=True, no_scrollbar=True)
        dpg.bind_item_theme(box, card_ground(look))
        head = dpg.add_group(horizontal=True, parent=box, horizontal_spacing=look.px(9))
        picture(head, self._editor, look, card, 52)
        words = dpg.add_group(parent=head)
        title = dpg.add_text(card.name, parent=words)
        dpg.bind_item_font(title, look.font("bold"))
        facts = ((card.category or "").capitalize(), runs_on(card), card.size)
        self._small(" · ".join(part for part in facts if part), words, "dim")
        self._ports(words)
        self._small(card.summary, box, "text")
        self._state.build(box)
        row = dpg.add_group(horizontal=True, parent=box, horizontal_spacing=look.px(5))
        self._button(row, "Add", self._add, "primary", "Put it on the canvas; or drag the button there.")
        self._button(row, "About", self._page, "", "Everything about it: licence, authors, parameters, log.")
        self._state.build_buttons(row)
        if card.needs_training:
            self._small("Has to be trained before it can be used.", box, "warning")

    def update(self) -> None:
        """Follow its state."""
        self._state.update()

    def _button(self, row: Tag, label: str, pressed: object, kind: str, tip: str) -> None:
        button = dpg.add_button(label=label, parent=row, callback=pressed, small=True)
        dpg.bind_item_font(button, self._look.font("small"))
        if kind:
            dpg.bind_item_theme(button, self._look.button(kind))
            with dpg.drag_payload(parent=button, drag_data=self._card.type_id, payload_type="node"):
                dpg.add_text(f"+  {self._card.name}")
        with dpg.tooltip(button, delay=0.5):
            dpg.add_text(tip)

    def _ports(self, parent: Tag) -> None:
        """The types it takes and gives, in their colours."""
        row = dpg.add_group(horizontal=True, parent=parent, horizontal_spacing=self._look.px(4))
        for at, ports in enumerate((self._card.inputs, self._card.outputs)):
            if at:
                self._small("→", row, "dim")
            for type in types_of(ports):
                item = dpg.add_text(type, parent=row, color=self._look.type_color(type))
                dpg.bind_item_font(item, self._look.font("small"))

    def _small(self, text: str, parent: Tag, color: str) -> None:
        if text:
            item = dpg.add_text(text, parent=parent, color=self._look.color(color), wrap=0)
            dpg.bind_item_font(item, self._look.font("small"))

    def _add(self) -> None:
        add_in_view(self._editor, self._card.type_id)

    def _page(self) -> None:
        open_page(self._editor, self._card.id)


def types_of(ports: Iterable[Port]) -> list[str]:
    """The types of some ports, each once, in order."""
    return list(dict.fromkeys(type for port in ports for type in port.types))


def runs_on(card: ModelCard) -> str:
    """``CPU``, ``GPU`` or both."""
    return " + ".join(name for name, on in (("CPU", card.cpu), ("GPU", card.gpu)) if on)
