"""How the server of a model node stands: a sentence, a bar, what can be done now, how it is reached, what it uses."""

from dataclasses import replace
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.inspector.facts import NodesFacts
from nodegraph.editor.state.inspector.places import elsewhere, said_of
from nodegraph.editor.state.models.acting import press
from nodegraph.editor.state.models.shown import ModelShow
from nodegraph.editor.state.models.spots import spot_of
from nodegraph.editor.views.inspector.kit import Kit, Tag

_IN_A_ROW: Final = 2
"""Buttons beside each other: three do not fit."""


class ModelState:
    """Of a single model node."""

    def __init__(self, kit: Kit, parent: Tag, facts: NodesFacts) -> None:
        self._kit, self._facts = kit, facts
        self._show: ModelShow | None = None
        self._words = ""
        self._text = kit.text(parent, "")
        self._note = kit.text(parent, "", "dim", "small", show=False)
        self._bar: Tag = dpg.add_progress_bar(width=kit.width, height=kit.look.px(6), parent=parent, show=False)
        self._more = kit.text(parent, "", "dim", "small", show=False)
        self._licence = kit.button(parent, "Read and accept its licence…", self._ask, width=kit.width)
        dpg.bind_item_theme(self._licence, kit.look.button("primary"))
        dpg.configure_item(self._licence, show=False)
        self._waits = False
        self._buttons: Tag = dpg.add_group(parent=parent)

    def follow(self, facts: NodesFacts) -> None:
        """The document has changed."""
        self._facts = facts

    def update(self) -> None:
        """Follow the model."""
        models, node, place = self._kit.editor.models, self._facts.ids[0], self._facts.place
        waits, away, spot = node in self._kit.editor.consent.waiting, elsewhere(place), spot_of(place)
        # A document may be from anybody: the machine it names is asked nothing before the person agreed to that.
        unasked = ModelShow("stopped", away) if away and waits else None
        show = unasked or models.show(self._facts.model, spot)
        if away and not unasked and not (show.working or show.ready or show.failed):
            is_url = place.get("kind") == "url"
            show = ModelShow("stopped", away) if is_url else replace(show, note=show.note or away)
        if show.failed and self._kit.editor.player.node(node).state == "failed":
            show = replace(show, text="failed", note="")  # why is said at the top
        if show != self._show:
            self._draw(show)
        if waits != self._waits:
            self._waits = waits
            dpg.configure_item(self._licence, show=waits)
        figures = self._kit.editor.player.sample.nodes.get(node)
        megabytes = 0.0 if unasked else models.memory(self._facts.model, spot)
        words = said_of(figures.extra if figures else {}, megabytes)
        if words != self._words:
            self._words = words
            dpg.set_value(self._more, words)
            dpg.configure_item(self._more, show=bool(words))

    def _draw(self, show: ModelShow) -> None:
        anew = self._show is None or show.actions != self._show.actions
        self._show = show
        color = "error" if show.failed else "good" if show.ready else "warning" if show.working else "text"
        dpg.set_value(self._text, show.text[:1].upper() + show.text[1:])
        dpg.configure_item(self._text, color=self._kit.look.color(color))
        dpg.set_value(self._note, show.note)
        dpg.configure_item(self._note, show=bool(show.note))
        dpg.configure_item(self._bar, show=show.fraction is not None)
        dpg.set_value(self._bar, show.fraction or 0.0)
        if anew:
            self._draw_buttons(show)

    def _draw_buttons(self, show: ModelShow) -> None:
        kit = self._kit
        dpg.delete_item(self._buttons, children_only=True)
        for at in range(0, len(show.actions), _IN_A_ROW):
            pair, row = show.actions[at : at + _IN_A_ROW], kit.row(self._buttons)
            each = (kit.width - (len(pair) - 1) * kit.gap) // len(pair)
            for action in pair:
                button = kit.button(row, action.text, self._act, action.id, width=each)
                if action.id == "remove":
                    dpg.bind_item_theme(button, kit.look.button("danger"))
        dpg.configure_item(self._buttons, show=bool(show.actions))

    def _ask(self, *_: Any) -> None:
        self._kit.editor.consent.ask(anew=True)

    def _act(self, _sender: Any, _data: Any, action: Any) -> None:
        press(self._kit.editor, self._facts.model, action, self._facts.place)
