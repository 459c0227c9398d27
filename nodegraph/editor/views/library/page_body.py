"""A model's page: everything its entry says, its licence and links, how it stands, and what its server prints."""

import threading
import webbrowser
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.core.spec import Port
from nodegraph.editor.state.adding import add_in_view
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.directory import ModelCard, card_of
from nodegraph.editor.state.models.pages import ModelPage
from nodegraph.editor.state.models.terms import NO_LICENCE
from nodegraph.editor.state.node_help import param_kind
from nodegraph.editor.views.buttons import icon_button
from nodegraph.editor.views.dialogs.body import Tag, bottom_row, button, text
from nodegraph.editor.views.library.grounds import lines
from nodegraph.editor.views.library.log_view import LogView
from nodegraph.editor.views.library.model_card import runs_on
from nodegraph.editor.views.library.picture import picture
from nodegraph.editor.views.library.state_line import StateLine
from nodegraph.editor.views.library.weights_part import WeightsPart
from nodegraph.editor.views.look import Look

_WIDTH, _HEIGHT, _SIDE, _LOG = 900, 720, 270, 96
_ROOMY, _LOW = 560, 40
"""A window at least so high has room for the whole log, else for a line or two."""
_PLACES: Final = {
    "container": "a container on Docker",
    "process": "a local process",
    "url": "a server with an address",
}


class PageBody:
    """Escape closes it."""

    def __init__(self, editor: Editor, look: Look, page: ModelPage) -> None:
        self._editor, self._look, self._page = editor, look, page
        self._card: ModelCard = card_of(editor.models.entries[page.id])
        self._state = StateLine(editor, look, page.id)
        self._log = LogView(editor, look, page.id)
        self._weights = WeightsPart(editor, look, page.id)
        self.title = "Model"
        self.size = (_WIDTH, _HEIGHT)

    def build(self, parent: Tag) -> None:
        """Picture, state and buttons above; what it does on the left, facts on the right; the log below."""
        look, card = self._look, self._card
        head = dpg.add_group(horizontal=True, parent=parent, horizontal_spacing=look.px(14))
        picture(head, self._editor, look, card, 92)
        words = dpg.add_group(parent=head)
        dpg.bind_item_theme(words, lines(look))
        text(look, words, card.name, "title", wrap=-1)
        facts = ((card.category or "").capitalize(), card.framework, card.organization)
        text(look, words, " · ".join(part for part in dict.fromkeys(facts) if part), "small", "dim", -1)
        self._state.build(words)
        dpg.add_spacer(height=look.px(4), parent=parent)
        middle = dpg.add_group(horizontal=True, parent=parent)
        room = min(look.px(_HEIGHT), dpg.get_viewport_client_height() - look.px(24))
        log = _LOG if room >= look.px(_ROOMY) else _LOW
        height = max(room - look.px(log + 246), look.px(120))
        wide = min(look.px(_WIDTH), dpg.get_viewport_client_width() - look.px(12))  # a large scale in a small window
        left = dpg.add_child_window(parent=middle, width=wide - look.px(_SIDE + 34), height=height, border=False)
        right = dpg.add_child_window(parent=middle, width=-1, height=height, border=False)
        for side in (left, right):
            dpg.bind_item_theme(side, lines(look, 5))
        self._describe(left)
        self._facts(right)
        row = dpg.add_group(horizontal=True, parent=parent)
        self._heading(row, "Log")
        icon_button(look, row, "copy", "Copy the log", self._log.copy)
        self._log.build(parent, log)
        row = bottom_row(look, parent)
        button(look, row, "Add to the graph", self._add, "primary")
        button(look, row, "Close", self._close)

    # --- what it does -----------------------------------------------------------------------------------------------

    def _describe(self, parent: Tag) -> None:
        for paragraph in self._card.paragraphs or ((self._card.summary,) if self._card.summary else ()):
            text(self._look, parent, paragraph)
            dpg.add_spacer(height=self._look.px(1), parent=parent)
        self._ports(parent, "Takes", self._card.inputs)
        self._ports(parent, "Gives", self._card.outputs)
        if self._weights.is_needed:
            self._section(parent, "Weights")
            self._weights.build(parent)
        self._parameters(parent)

    def _ports(self, parent: Tag, heading: str, ports: tuple[Port, ...]) -> None:
        if not ports:
            return
        self._section(parent, heading)
        table = self._table(parent, 1.0, 1.2, 3.0)
        for port in ports:
            row = dpg.add_table_row(parent=table)
            text(self._look, row, port.name)
            kinds = " or ".join(port.types) + (", optional" if port.optional else "")
            dpg.add_text(kinds, parent=row, wrap=0, color=self._look.type_color(port.types[0] if port.types else "any"))
            text(self._look, row, port.description, color="dim")

    def _parameters(self, parent: Tag) -> None:
        if not self._card.parameters:
            return
        self._section(parent, "Parameters")
        table = self._table(parent, 1.0, 1.2, 3.0)
        for param in self._card.parameters:
            row = dpg.add_table_row(parent=table)
            text(self._look, row, param.name)
            text(self._look, row, param_kind(param), color="dim")
            text(self._look, row, param.description, color="dim")

    def _section(self, parent: Tag, words: str) -> None:
        dpg.add_spacer(height=self._look.px(6), parent=parent)
        self._heading(parent, words)

    def _table(self, parent: Tag, *weights: float) -> Tag:
        table: Tag = dpg.add_table(parent=parent, header_row=False, borders_innerH=True)
        for weight in weights:
            dpg.add_table_column(parent=table, width_stretch=True, init_width_or_weight=weight)
        return table

    # --- facts ------------------------------------------------------------------------------------------------------

    def _facts(self, parent: Tag) -> None:
        card = self._card
        facts = {
            "Licence": card.licence or NO_LICENCE,
            "Authors": card.authors,
            "Organisation": card.organization,
            "Framework": card.framework,
            "Size": card.size,
            "Runs on": runs_on(card),
            "Can run as": ", ".join(_PLACES[place] for place in card.places),
            "What runs": card.runs,
            "Keywords": ", ".join(card.keywords),
        }
        for heading, words in facts.items():
            if words:
                self._fact(parent, heading, words)
        for heading, address in (("Paper", card.paper), ("Code", card.code)):
            if address:
                self._fact(parent, heading, address)
                self._link(parent, address)

    def _fact(self, parent: Tag, heading: str, words: str) -> None:
        self._heading(parent, heading)
        text(self._look, parent, words)
        dpg.add_spacer(height=self._look.px(4), parent=parent)

    def _link(self, parent: Tag, address: str) -> None:
        row = dpg.add_group(horizontal=True, parent=parent)
        if address.startswith(("https://", "http://")):
            button(self._look, row, "Open", self._browse, data=address)
        button(self._look, row, "Copy", self._copy, data=address)

    def _heading(self, parent: Tag, words: str) -> None:
        """Over what it is about."""
        text(self._look, parent, words, "bold", "dim", -1)

    # --- what happens -----------------------------------------------------------------------------------------------

    def update(self) -> None:
        """Follow the model's state and its log."""
        self._state.update()
        self._log.update()
        if self._weights.is_needed:
            self._weights.update()

    def key(self, name: str) -> bool:
        """Escape closes."""
        if name == "Esc":
            self._close()
        return name == "Esc"

    def _add(self) -> None:
        self._close()
        add_in_view(self._editor, self._card.type_id)

    def _browse(self, _sender: Any, _data: Any, address: str) -> None:
        """A browser may take seconds to start: not on this thread."""
        threading.Thread(target=self._open, args=(address,), name="browser", daemon=True).start()

    def _open(self, address: str) -> None:
        if not webbrowser.open(address):
            self._editor.post(lambda: self._editor.tell("No browser could be opened here.", "warning", "Copy it."))

    def _copy(self, _sender: Any, _data: Any, address: str) -> None:
        dpg.set_clipboard_text(address)
        self._editor.tell("The address is copied.", "good")

    def _close(self) -> None:
        self._editor.dialogs.close(self._page)
