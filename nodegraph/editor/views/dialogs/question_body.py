"""A question with buttons, and something that takes a while."""

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.documents.questions import Answer, Progress, Question
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.dialogs.body import Tag, bottom_row, button, text
from nodegraph.editor.views.look import Look

_KINDS = {"main": "primary", "danger": "danger", "plain": ""}


class QuestionBody:
    """Enter is the first answer unless that one loses something; Escape is the last."""

    def __init__(self, editor: Editor, look: Look, dialog: Question) -> None:
        self._editor, self._look, self._dialog = editor, look, dialog
        self.title = dialog.title
        self.size = (520, 0)

    def build(self, parent: Tag) -> None:
        """The words and the buttons."""
        look = self._look
        dpg.add_spacer(height=look.px(4), parent=parent)
        text(look, parent, self._dialog.text, wrap=look.px(490))
        for line in self._dialog.details:
            text(look, parent, line, "small", "dim", look.px(490))
        row = bottom_row(look, parent)
        for answer in self._dialog.answers:
            button(look, row, answer.label, self._pressed, _KINDS[answer.look], answer)

    def update(self) -> None:
        """Nothing changes."""

    def key(self, name: str) -> bool:
        """Enter and Escape."""
        answers = self._dialog.answers
        if name == "Esc":
            self._give(answers[-1])
        elif name == "Enter" and answers[0].look != "danger":
            self._give(answers[0])
        return name in ("Esc", "Enter")

    def _pressed(self, _sender: Tag, _value: object, answer: Answer) -> None:
        self._give(answer)

    def _give(self, answer: Answer) -> None:
        self._editor.dialogs.close(self._dialog)
        answer.act()


class ProgressBody:
    """A bar and a way to stop."""

    def __init__(self, editor: Editor, look: Look, dialog: Progress) -> None:
        self._editor, self._look, self._dialog = editor, look, dialog
        self.title = dialog.title
        self.size = (420, 0)

    def build(self, parent: Tag) -> None:
        """The bar and the button."""
        text(self._look, parent, self._dialog.text)
        self._bar = dpg.add_progress_bar(parent=parent, width=-1)
        button(self._look, bottom_row(self._look, parent), "Stop", self._stop)

    def update(self) -> None:
        """How far it is."""
        dpg.set_value(self._bar, self._dialog.share)

    def key(self, name: str) -> bool:
        """Escape stops."""
        if name == "Esc":
            self._stop()
        return name == "Esc"

    def _stop(self) -> None:
        self._dialog.stop()
