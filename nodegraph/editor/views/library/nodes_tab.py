"""Every type of node, by category or found by a search. Double-click or Enter adds one, dragging puts it somewhere."""

from collections.abc import Iterable
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.adding import add_in_view
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.insertables import Insertable, insertables, search
from nodegraph.editor.state.looks import category_color
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.library.grounds import lines
from nodegraph.editor.views.library.search_field import SearchField
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.pointer import mods

Tag = int | str
_FOUND: Final = 40
_OFTEN: Final = 6
_LIGHTER: Final = 75
"""How much lighter an icon is than its category's title bars, on a dark ground."""


class NodesTab:
    """A search field above the most used and a tree of categories, which is made once and stays as it was left."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._all: list[Insertable] = []
        self._query = ""
        self._found: list[Insertable] = []
        self._rows: list[Tag] = []
        self._marked = 0
        self.search = SearchField(look, "Search nodes", self._searched)
        self._made: object = None
        self._listed: object = None
        self._often: object = None
        self._open: dict[str, bool] = {}
        self._branches: dict[str, Tag] = {}

    def build(self, parent: Tag) -> None:
        """Make the search field and the empty lists."""
        dpg.add_spacer(height=self._look.px(2), parent=parent)
        self.search.build(parent)
        self._list = dpg.add_child_window(parent=parent, border=False)
        self._results = dpg.add_group(parent=self._list, show=False)
        self._used = dpg.add_group(parent=self._list)
        self._tree = dpg.add_group(parent=self._list)
        with dpg.item_handler_registry() as self._handlers:
            dpg.add_item_double_clicked_handler(button=0, callback=self._double)
        with dpg.handler_registry():
            dpg.add_key_press_handler(callback=self._pressed)

    def update(self) -> None:
        """Draw what changed: the tree with the registry or the look, the rest with usage and query."""
        self.search.update()
        registry, look = self._editor.workspace.registry, self._look
        made = (id(registry), look.theme, look.scale)
        if made != self._made:
            self._made = made
            self._all = insertables(registry)
            self._listed = self._often = None
            dpg.bind_item_theme(self._list, lines(look, 5))
            self._draw_tree()
        usage = self._editor.settings.usage
        often = tuple(sorted(usage, key=lambda id: -usage[id])[:_OFTEN])
        if often != self._often:
            self._often = often
            self._draw_used(often)
        if self._query != self._listed:
            self._listed = self._query
            self._draw_found()

    # --- the three lists --------------------------------------------------------------------------------------------

    def _draw_found(self) -> None:
        searching = bool(self._query)
        dpg.configure_item(self._results, show=searching)
        dpg.configure_item(self._used, show=not searching)
        dpg.configure_item(self._tree, show=not searching)
        dpg.delete_item(self._results, children_only=True)
        self._found = search(self._query, self._all, self._editor.settings.usage)[:_FOUND] if searching else []
        self._rows = [self._row(one, self._results) for one in self._found]
        self._mark(0)
        if searching and not self._found:
            self._small("No node is called that.", self._results)
        dpg.set_y_scroll(self._list, 0.0)

    def _draw_used(self, often: Iterable[str]) -> None:
        dpg.delete_item(self._used, children_only=True)
        by_id = {one.type_id: one for one in self._all}
        known = [by_id[id] for id in often if id in by_id]
        if known:
            self._small("Most used", self._used)
            for one in known:
                self._row(one, self._used)
            dpg.add_spacer(height=self._look.px(6), parent=self._used)
            self._small("All", self._used)

    def _draw_tree(self) -> None:
        self._open = {name: bool(dpg.get_value(item)) for name, item in self._branches.items()}
        self._branches.clear()
        dpg.delete_item(self._tree, children_only=True)
        tops: dict[str, dict[str, list[Insertable]]] = {}
        for one in self._all:
            top, _, rest = one.category.partition("/")
            tops.setdefault(top, {}).setdefault(rest, []).append(one)
        for top, parts in tops.items():
            branch = self._branch(self._tree, top, top, sum(len(found) for found in parts.values()))
            for rest, found in parts.items():
                inner = self._branch(branch, f"{top}/{rest}", rest, len(found)) if rest else branch
                for one in found:
                    self._row(one, inner)

    def _branch(self, parent: Tag, key: str, name: str, count: int) -> Tag:
        label, is_open = f"{name}  ({count})##{key}", self._open.get(key, False)
        branch: Tag = dpg.add_tree_node(label=label, parent=parent, span_full_width=True, default_open=is_open)
        self._branches[key] = branch
        return branch

    def _small(self, text: str, parent: Tag) -> None:
        item = dpg.add_text(text, parent=parent, color=self._look.color("dim"))
        dpg.bind_item_font(item, self._look.font("small"))

    # --- a row ------------------------------------------------------------------------------------------------------

    def _row(self, one: Insertable, parent: Tag) -> Tag:
        line = dpg.add_group(horizontal=True, parent=parent, horizontal_spacing=self._look.px(7))
        chip = dpg.add_text(ICONS[one.kind], parent=line, color=self._color(one))
        dpg.bind_item_font(chip, self._look.font("icon"))
        row: Tag = dpg.add_selectable(label=one.title, parent=line, user_data=one.type_id, callback=self._unmark)
        dpg.bind_item_handler_registry(row, self._handlers)
        with dpg.drag_payload(parent=row, drag_data=one.type_id, payload_type="node"):
            dpg.add_text(f"+  {one.title}")
        with dpg.tooltip(row, delay=0.5):
            dpg.add_text(one.description or one.title, wrap=self._look.px(320))
            hint = dpg.add_text(f"{one.category} · drag it onto the canvas, or double-click")
            dpg.configure_item(hint, color=self._look.color("dim"))
            dpg.bind_item_font(hint, self._look.font("small"))
        return row

    def _color(self, one: Insertable) -> tuple[int, int, int, int]:
        red, green, blue, _ = category_color(one.category)
        more = _LIGHTER if self._look.theme == "dark" else 0
        return min(255, red + more), min(255, green + more), min(255, blue + more), 255

    def _unmark(self, sender: Tag) -> None:
        """A selectable keeps a mark when it is clicked; only what Enter adds is marked here."""
        dpg.set_value(sender, sender in self._rows and self._rows.index(sender) == self._marked)

    def _double(self, _sender: Any, data: Any) -> None:
        type_id = dpg.get_item_user_data(data[1])
        if type_id:
            add_in_view(self._editor, str(type_id))

    # --- the search field -------------------------------------------------------------------------------------------

    def _searched(self, query: str) -> None:
        self._query = query

    def _pressed(self, _sender: Any, key: int) -> None:
        """Arrows mark, Enter adds, Escape empties, while the field has the keys."""
        if not self.search.typing:
            return
        if key in (dpg.mvKey_Down, dpg.mvKey_Up):
            self._mark(self._marked + (1 if key == dpg.mvKey_Down else -1))
        elif key in (dpg.mvKey_Return, dpg.mvKey_NumPadEnter) and self._found and not mods().ctrl:
            add_in_view(self._editor, self._found[self._marked].type_id)
        elif key == dpg.mvKey_Escape:
            self.search.empty()

    def _mark(self, at: int) -> None:
        self._marked = min(max(at, 0), max(len(self._rows) - 1, 0))
        for number, row in enumerate(self._rows):
            dpg.set_value(row, number == self._marked)
