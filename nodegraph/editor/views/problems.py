"""The list of problems: one row each, what is wrong and what to do; a click goes to the node."""

from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.find import go_to
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.problem_rows import ProblemRow, ProblemRows
from nodegraph.editor.views.buttons import Tag, icon_text, tooltip
from nodegraph.editor.views.look import Look

_MOST = 200
"""Rows shown at most: more help nobody."""


class ProblemsView:
    """Made anew when the rows change, which is seldom. `shown` is what is there now."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._problems = ProblemRows(editor)
        self._shown: object = None
        self._theme = ""

    def build(self, parent: Tag) -> None:
        """Make the empty list."""
        self._place = dpg.add_child_window(parent=parent, border=False)

    @property
    def rows(self) -> tuple[ProblemRow, ...]:
        """What is in the list."""
        return self._problems.rows

    def update(self) -> None:
        """Follow the problems."""
        rows = self._problems.rows
        if rows is self._shown and self._theme == self._look.theme:
            return
        self._shown, self._theme = rows, self._look.theme
        dpg.delete_item(self._place, children_only=True)
        if not rows:
            dpg.add_spacer(height=self._look.px(4), parent=self._place)
            with dpg.group(horizontal=True, parent=self._place) as line:
                icon_text(self._look, line, "good", "good")
                dpg.add_text("Nothing is wrong.", color=self._look.color("dim"))
            return
        look = self._look
        with dpg.table(
            parent=self._place, header_row=False, row_background=True, policy=dpg.mvTable_SizingStretchProp
        ) as list_:
            dpg.add_table_column(width_fixed=True, init_width_or_weight=look.px(18))
            dpg.add_table_column(width_fixed=True, init_width_or_weight=look.px(170))
            dpg.add_table_column(init_width_or_weight=1.0)
            dpg.add_table_column(init_width_or_weight=0.8)
            for row in rows[:_MOST]:
                self._row(list_, row)

    def _row(self, parent: Tag, row: ProblemRow) -> None:
        look = self._look
        with dpg.table_row(parent=parent) as line:
            icon_text(look, line, "error" if row.severity == "error" else "warning", row.severity)
            if row.node:
                name: Tag = dpg.add_selectable(
                    label=row.title, span_columns=True, callback=self._pressed, user_data=row.node
                )
                tooltip(look, name, "Click to go there.")
            else:
                dpg.add_text(row.title, color=look.color("dim"))
            times = f" ({row.count} times)" if row.count > 1 else ""
            dpg.add_text(row.sentence + times, wrap=0)
            dpg.add_text(row.hint, wrap=0, color=look.color("dim"))

    def _pressed(self, sender: Tag, _data: Any, node: str) -> None:
        dpg.set_value(sender, False)
        if node in self._editor.workspace.document.graph.nodes:
            go_to(self._editor, Item("node", node))
