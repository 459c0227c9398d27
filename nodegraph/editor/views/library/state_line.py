"""How a model stands: a sentence, a bar while something is on its way, and buttons for what can be done now."""

from collections.abc import Sequence
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.acting import press
from nodegraph.editor.state.models.shown import Action, ModelShow
from nodegraph.editor.views.look import Look

Tag = int | str
_MOST: Final = 2
_KINDS: Final = {"remove": "danger", "cancel": "danger"}
_SHORT: Final = {"fetch": "Fetch"}
"""What a card has room for; a tip says the rest."""
_TIPS: Final = {"fetch": "Have its weights on this machine before it is started."}


class StateLine:
    """Follows one model, wherever it runs. brief: as a card has room for, the rest is on its page."""

    def __init__(self, editor: Editor, look: Look, id: str, brief: bool = False) -> None:
        self._editor, self._look, self._id, self._brief = editor, look, id, brief
        self._seen: object = None
        self._actions: object = None

    def build(self, parent: Tag) -> None:
        """Make the sentence and the bar, and below them the buttons; of a brief one `build_buttons` says where."""
        self._text = dpg.add_text("", parent=parent, wrap=0)
        dpg.bind_item_font(self._text, self._look.font("small"))
        self._bar = dpg.add_progress_bar(width=-1, height=self._look.px(5), parent=parent, show=False)
        self._note = dpg.add_text("", parent=parent, wrap=0, show=False)
        dpg.bind_item_font(self._note, self._look.font("small"))
        self._buttons: Tag = 0
        if not self._brief:
            self.build_buttons(parent)

    def build_buttons(self, parent: Tag) -> None:
        """Make the row of buttons."""
        self._buttons = dpg.add_group(horizontal=True, parent=parent, horizontal_spacing=self._look.px(5))

    def update(self) -> None:
        """Follow the model's state."""
        show = self._editor.models.show(self._id)
        used = 0.0 if self._brief or not show.ready else self._editor.models.memory(self._id)
        now = (show, round(used), self._look.theme)
        if now == self._seen:
            return
        self._seen = now
        text = f"{show.text} · {used:.0f} MB" if used >= 1 else show.text
        note = "" if self._brief and not show.failed else show.note
        dpg.set_value(self._text, text)
        dpg.configure_item(self._text, color=self._look.color(_color(show)))
        dpg.set_value(self._note, note)
        dpg.configure_item(self._note, show=bool(note), color=self._look.color("dim"))
        dpg.configure_item(self._bar, show=show.fraction is not None)
        dpg.set_value(self._bar, show.fraction or 0.0)
        if show.actions != self._actions:
            self._actions = show.actions
            self._draw_buttons(show)

    def _draw_buttons(self, show: ModelShow) -> None:
        dpg.delete_item(self._buttons, children_only=True)
        actions = _for_a_card(show.actions) if self._brief else show.actions
        for action in actions:
            label = _SHORT.get(action.id, action.text) if self._brief else action.text
            button = dpg.add_button(
                label=label, parent=self._buttons, user_data=action.id, callback=self._pressed, small=self._brief
            )
            dpg.bind_item_font(button, self._look.font("small"))
            if action.id in _TIPS:
                with dpg.tooltip(button, delay=0.5):
                    dpg.add_text(_TIPS[action.id])
            if action.id in _KINDS:
                dpg.bind_item_theme(button, self._look.button(_KINDS[action.id]))
        dpg.configure_item(self._buttons, show=bool(actions))

    def _pressed(self, _sender: Any, _data: Any, action: Any) -> None:
        press(self._editor, self._id, action)


def _for_a_card(actions: Sequence[Action]) -> Sequence[Action]:
    """Without removing, and without a second way to start: those are on the model's page."""
    more = ("remove", "contain") if any(one.id == "start" for one in actions) else ("remove",)
    return [one for one in actions if one.id not in more][:_MOST]


def _color(show: ModelShow) -> str:
    if show.failed:
        return "error"
    if show.ready:
        return "good"
    return "warning" if show.working else "dim"
