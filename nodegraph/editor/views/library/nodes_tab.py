"""Every type of node: by category, or what a search finds. Double-click adds one, dragging puts it somewhere."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.insertables import Insertable, insertables, search
from nodegraph.editor.state.looks import category_color
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look

_FOUND: Final = 40
_OFTEN: Final = 6


class NodesTab:
    """A search field above a tree of categories."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._all = insertables(editor.session.registry)
        self._query = ""
        self._drawn: object = None
        self._handlers: int | str = 0

    def build(self, parent: int | str) -> None:
        """Make the search field and the empty list."""
        dpg.add_spacer(height=self._look.px(2), parent=parent)
        self._field = dpg.add_input_text(
            hint="Search nodes", width=-1, parent=parent, callback=self._searched, on_enter=False
        )
        self._list = dpg.add_child_window(parent=parent, border=False)

    def update(self) -> None:
        """Draw the list anew when the query, the most used ones or the look changed."""
        usage = self._editor.settings.usage
        often = tuple(sorted(usage, key=lambda id: -usage[id])[:_OFTEN])
        now = (self._query, often, self._look.theme, self._look.scale)
        if now == self._drawn:
            return
        self._drawn = now
        dpg.delete_item(self._list, children_only=True)
        if self._handlers:
            dpg.delete_item(self._handlers)
        self._handlers = dpg.add_item_handler_registry()
        dpg.add_item_double_clicked_handler(parent=self._handlers, callback=self._double)
        if self._query:
            self._found()
        else:
            self._tree(often)

    def _searched(self, _sender: Any, text: str) -> None:
        self._query = text.strip()

    def _found(self) -> None:
        found = search(self._query, self._all, self._editor.settings.usage)[:_FOUND]
        for one in found:
            self._row(one, self._list)
        if not found:
            text = dpg.add_text("Nothing is called that.", parent=self._list, color=self._look.color("dim"))
            dpg.bind_item_font(text, self._look.font("small"))

    def _tree(self, often: tuple[str, ...]) -> None:
        by_id = {one.type_id: one for one in self._all}
        known = [by_id[id] for id in often if id in by_id]
        if known:
            self._heading("Most used")
            for one in known:
                self._row(one, self._list)
            dpg.add_spacer(height=self._look.px(4), parent=self._list)
        tops: dict[str, dict[str, list[Insertable]]] = {}
        for one in self._all:
            top, _, rest = one.category.partition("/")
            tops.setdefault(top, {}).setdefault(rest, []).append(one)
        for top, parts in tops.items():
            count = sum(len(found) for found in parts.values())
            branch = dpg.add_tree_node(label=f"{top}  ({count})", parent=self._list, span_full_width=True)
            for rest, found in parts.items():
                inner = dpg.add_tree_node(label=rest, parent=branch, span_full_width=True) if rest else branch
                for one in found:
                    self._row(one, inner)

    def _heading(self, text: str) -> None:
        item = dpg.add_text(text, parent=self._list, color=self._look.color("dim"))
        dpg.bind_item_font(item, self._look.font("small"))

    def _row(self, one: Insertable, parent: int | str) -> None:
        line = dpg.add_group(horizontal=True, parent=parent, horizontal_spacing=self._look.px(7))
        red, green, blue, _ = category_color(one.category)
        chip = dpg.add_text(
            ICONS[one.kind], parent=line, color=(min(255, red + 70), min(255, green + 70), min(255, blue + 70))
        )
        dpg.bind_item_font(chip, self._look.font("icon"))
        row = dpg.add_selectable(label=one.title, parent=line, user_data=one.type_id, callback=self._unmark)
        dpg.bind_item_handler_registry(row, self._handlers)
        with dpg.drag_payload(parent=row, drag_data=one.type_id, payload_type="node"):
            dpg.add_text(f"+  {one.title}")
        with dpg.tooltip(row, delay=0.5):
            dpg.add_text(one.description or one.title, wrap=self._look.px(320))
            dpg.add_text(f"{one.category} · drag it onto the canvas, or double-click", color=self._look.color("dim"))

    def _unmark(self, sender: int | str) -> None:
        """A selectable keeps a mark when it is clicked; here nothing stays chosen."""
        dpg.set_value(sender, False)

    def _double(self, _sender: Any, data: Any) -> None:
        type_id = dpg.get_item_user_data(data[1])
        if type_id:
            self._editor.add_node(type_id, self._editor.canvas.camera.center)
