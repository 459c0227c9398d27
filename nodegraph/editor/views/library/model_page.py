"""A model's page: everything its entry says, its licence, links, state, buttons and live log."""

import threading
import webbrowser
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.core.spec import Param, Port
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.directory import ModelCard
from nodegraph.editor.state.models.pages import ModelPage
from nodegraph.editor.views.look import Look

_SIZE: Final = (760, 620)


def open_page(editor: Editor, id: str) -> None:
    """Show the page of a model."""
    editor.dialogs.show(ModelPage(id))


class ModelPageView:
    """Draws the page while it is the current dialog."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._window: int | str = 0
        self._page: ModelPage | None = None
        self._log: list[str] = []

    def build(self, parent: int | str) -> None:
        """Nothing is made before a page is asked for."""

    def update(self) -> None:
        """Open, follow or close."""
        current = self._editor.dialogs.current
        page = current if isinstance(current, ModelPage) else None
        if page is not self._page:
            self._close()
            self._page = page
            if page is not None:
                self._open(page)
        if page is not None:
            self._follow(page)

    def _close(self) -> None:
        if self._window:
            dpg.delete_item(self._window)
            self._window = 0

    def _open(self, page: ModelPage) -> None:
        from nodegraph.editor.views.library.model_card import StateLine

        look = self._look
        card = next((one for one in self._editor.models.cards if one.id == page.id), None)
        if card is None:
            self._editor.dialogs.close(page)
            return
        size = [min(look.px(_SIZE[0]), dpg.get_viewport_client_width() - 40)]
        size.append(min(look.px(_SIZE[1]), dpg.get_viewport_client_height() - 40))
        spot = [(dpg.get_viewport_client_width() - size[0]) // 2, (dpg.get_viewport_client_height() - size[1]) // 2]
        self._window = dpg.add_window(
            label=card.name,
            modal=True,
            width=size[0],
            height=size[1],
            pos=spot,
            on_close=self._closed,
            no_collapse=True,
        )
        self._state = StateLine(self._editor, look, card.id)
        self._contents(card)
        self._log = []

    def _contents(self, card: ModelCard) -> None:
        window, look = self._window, self._look
        title = dpg.add_text(card.name, parent=window)
        dpg.bind_item_font(title, look.font("title"))
        runs = " + ".join(name for name, on in (("CPU", card.cpu), ("GPU", card.gpu)) if on)
        facts = [(card.category or "").capitalize(), card.size, runs, card.framework, card.organization]
        self._text(" · ".join(part for part in facts if part), "dim")
        self._state.build(window)
        row = dpg.add_group(horizontal=True, parent=window)
        add = dpg.add_button(label="Add to the graph", parent=row, user_data=card.type_id, callback=self._add)
        dpg.bind_item_theme(add, look.button("primary"))
        dpg.add_button(label="Close", parent=row, callback=self._closed)
        for paragraph in card.paragraphs:
            self._text(paragraph)
        self._ports("Takes", card.inputs)
        self._ports("Gives", card.outputs)
        self._params(card.parameters)
        self._heading("Licence")
        self._text(card.licence or "The entry names none. Ask the authors before you publish what it makes.")
        if card.authors:
            self._heading("Authors")
            self._text(card.authors)
        self._links(card)
        self._heading("Where it runs")
        self._text(f"{', '.join(card.places)}   ·   {card.runs}" if card.runs else ", ".join(card.places))
        self._heading("Log")
        self._lines = dpg.add_text("", parent=window, wrap=0)
        dpg.bind_item_font(self._lines, look.font("mono"))

    def _ports(self, name: str, ports: tuple[Port, ...]) -> None:
        self._heading(name)
        for port in ports:
            optional = " (optional)" if port.optional else ""
            tail = f" - {port.description}" if port.description else ""
            self._text(f"{port.name}: {' or '.join(port.types)}{optional}{tail}")

    def _params(self, params: tuple[Param, ...]) -> None:
        if not params:
            return
        self._heading("Parameters")
        for param in params:
            self._text(f"{param.name} ({param.kind}, {param.default}): {param.description}")

    def _links(self, card: ModelCard) -> None:
        links = [(name, address) for name, address in (("Paper", card.paper), ("Code", card.code)) if address]
        if not links:
            return
        self._heading("Links")
        for name, address in links:
            row = dpg.add_group(horizontal=True, parent=self._window)
            dpg.add_button(label=name, parent=row, user_data=address, callback=self._browse, small=True)
            dpg.add_button(label="Copy", parent=row, user_data=address, callback=self._copy, small=True)
            dpg.add_text(address, parent=row, color=self._look.color("dim"))

    def _heading(self, text: str) -> None:
        dpg.add_spacer(height=self._look.px(3), parent=self._window)
        item = dpg.add_text(text, parent=self._window, color=self._look.color("dim"))
        dpg.bind_item_font(item, self._look.font("bold"))

    def _text(self, text: str, color: str = "text") -> None:
        dpg.add_text(text, parent=self._window, wrap=0, color=self._look.color(color))

    def _follow(self, page: ModelPage) -> None:
        if not self._window:
            return
        self._state.update()
        lines = self._editor.models.logs(page.id)
        if lines != self._log:
            self._log = list(lines)
            dpg.set_value(self._lines, "\n".join(lines[-60:]) or "Nothing yet.")

    def _add(self, _sender: Any, _data: Any, type_id: str) -> None:
        self._closed()
        self._editor.add_node(type_id, self._editor.canvas.camera.center)

    def _browse(self, _sender: Any, _data: Any, address: str) -> None:
        """A browser may take seconds to start: not on this thread. Only addresses of the web are opened."""
        if address.startswith(("https://", "http://")):
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        else:
            self._editor.tell("This is no web address; copy it instead.", "warning")

    def _copy(self, _sender: Any, _data: Any, address: str) -> None:
        dpg.set_clipboard_text(address)
        self._editor.tell("The address is copied.", "good")

    def _closed(self, *_: Any) -> None:
        self._editor.dialogs.close(self._page)
