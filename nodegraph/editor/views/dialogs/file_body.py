"""The file dialog: places, folders, files with the titles of presets, search, a name, a picture of what is marked."""

import time
from pathlib import Path
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.documents.browser import Entry
from nodegraph.editor.state.documents.questions import FileDialog
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.sizes import megabytes
from nodegraph.editor.views.buttons import icon_button
from nodegraph.editor.views.dialogs.body import DOUBLE, Tag, button, text
from nodegraph.editor.views.dialogs.pictures import SUFFIXES, Pictures
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look

_ROWS: Final = 400
_PAGE: Final = 12
_PREVIEW: Final = (208, 117)


class FileBody:
    """Typing filters the list or names the file; arrows move, Enter goes on, Escape gives up."""

    def __init__(self, editor: Editor, look: Look, dialog: FileDialog) -> None:
        self._editor, self._look, self._dialog = editor, look, dialog
        self._browser = dialog.browser
        self.title = dialog.title
        self.size = (900, 580)
        self._seen: object = None
        self._rows: dict[Path, Tag] = {}
        self._marked: Path | None = None
        self._clicked: tuple[Path | None, float] = (None, 0.0)
        self._focus = 3
        self._pictures = Pictures(editor)

    # --- drawing ----------------------------------------------------------------------------------------------------

    def build(self, parent: Tag) -> None:
        """The parts that stay; the list is made when the folder is known."""
        look, px = self._look, self._look.px
        with dpg.group(horizontal=True, parent=parent) as top:
            icon_button(look, top, "up", "The folder above", self._up)
            self._parts = dpg.add_group(horizontal=True)
        self._search = dpg.add_input_text(
            parent=parent, hint="Search in this folder", width=-1, callback=self._searched
        )
        with dpg.group(horizontal=True, parent=parent):
            self._places = dpg.add_child_window(width=px(170), height=-px(70), border=False)
            self._list = dpg.add_child_window(width=-px(228) if self._shows_pictures else -1, height=-px(70))
            if self._shows_pictures:
                self._side = dpg.add_child_window(width=-1, height=-px(70), border=False)
        for place in self._browser.places:
            row = dpg.add_selectable(
                label=f" {place.name}", parent=self._places, callback=self._go, user_data=place.path
            )
            dpg.bind_item_font(row, look.font("body"))
        self._problem = text(look, parent, "", "small", "warning")
        with dpg.group(horizontal=True, parent=parent) as row:
            self._name = dpg.add_input_text(width=-px(190), hint=self._hint, callback=self._named)
            button(look, row, self._dialog.button, self._go_on, "primary")
            button(look, row, "Cancel", self._cancel)

    @property
    def _shows_pictures(self) -> bool:
        return self._dialog.mode == "open"

    @property
    def _hint(self) -> str:
        return "Name of the new file" if self._dialog.mode == "save" else "File name"

    def update(self) -> None:
        """The list when the folder or the words changed; the mark when that moved."""
        browser = self._browser
        if self._focus:
            self._focus -= 1
            dpg.focus_item(self._name if self._dialog.mode == "save" else self._search)
        now = (browser.revision, browser.folder, browser.words, len(browser.titles))
        if now != self._seen:
            self._seen = now
            self._draw_parts()
            self._draw_list()
            if dpg.get_value(self._search) != browser.words:
                dpg.set_value(self._search, browser.words)
            dpg.set_value(self._problem, browser.problem)
        if dpg.get_value(self._name) != browser.name:
            dpg.set_value(self._name, browser.name)
        if self._shows_pictures and browser.selected != self._marked:
            self._draw_side()
        self._marked = browser.selected

    def _draw_parts(self) -> None:
        dpg.delete_item(self._parts, children_only=True)
        parts = self._browser.parts[-6:]
        for at, place in enumerate(parts):
            if at and parts[at - 1].path.name:
                text(self._look, self._parts, "/", color="dim")
            button(self._look, self._parts, place.name, self._go, "quiet", place.path)

    def _draw_list(self) -> None:
        dpg.delete_item(self._list, children_only=True)
        self._rows = {}
        shown = self._browser.shown
        with dpg.table(parent=self._list, header_row=True, policy=dpg.mvTable_SizingStretchProp, row_background=True):
            dpg.add_table_column(width_fixed=True, init_width_or_weight=self._look.px(18))
            for name, weight in (("Name", 5.0), ("Title", 4.0), ("Changed", 2.2), ("Size", 1.6)):
                dpg.add_table_column(label=name, init_width_or_weight=weight)
            for entry in shown[:_ROWS]:
                with dpg.table_row():
                    self._draw_row(entry)
        if not shown:
            words = "Nothing here has these words." if self._browser.words else "There is nothing to open here."
            text(
                self._look, self._list, words if self._dialog.mode != "save" else "No such files here yet.", color="dim"
            )
        elif len(shown) > _ROWS:
            text(self._look, self._list, f"and {len(shown) - _ROWS} more: type to find them", "small", "dim")

    def _draw_row(self, entry: Entry) -> None:
        icon = dpg.add_text(ICONS[_icon(entry)], color=self._look.color("accent" if entry.is_folder else "dim"))
        dpg.bind_item_font(icon, self._look.font("icon"))
        self._rows[entry.path] = dpg.add_selectable(
            label=f"{entry.name}##{entry.path}",
            span_columns=True,
            default_value=entry.path == self._browser.selected,
            callback=self._row_clicked,
            user_data=entry.path,
        )
        for words in (
            self._browser.titles.get(entry.path, ""),
            entry.when,
            megabytes(entry.size) if entry.size else "",
        ):
            cell = dpg.add_text(words, color=self._look.color("dim"))
            dpg.bind_item_font(cell, self._look.font("small"))

    def _draw_side(self) -> None:
        dpg.delete_item(self._side, children_only=True)
        path = self._browser.selected
        if path is None or path.is_dir():
            return
        self._pictures.show(path, self._side, (self._look.px(_PREVIEW[0]), self._look.px(_PREVIEW[1])))
        text(self._look, self._side, path.name, "small")
        title = self._browser.titles.get(path, "")
        if title:
            text(self._look, self._side, title, "bold")

    # --- what a person does -----------------------------------------------------------------------------------------

    def key(self, name: str) -> bool:
        """Arrows move the mark, Enter goes on, Escape gives up."""
        steps = {"Up": -1, "Down": 1, "PageUp": -_PAGE, "PageDown": _PAGE}
        if name in steps:
            self._browser.step(steps[name])
            row = self._rows.get(self._browser.selected) if self._browser.selected else None
            if row is not None and not dpg.is_item_visible(row):
                at = list(self._rows).index(self._browser.selected) if self._browser.selected else 0
                dpg.set_y_scroll(self._list, max(0, at - 5) * self._look.px(25))
        elif name == "Enter":
            self._go_on()
        elif name == "Esc":
            self._cancel()
        return name in (*steps, "Enter", "Esc")

    def _row_clicked(self, _sender: Tag, _value: Any, path: Path) -> None:
        now = time.perf_counter()
        before, self._clicked = self._clicked, (path, now)
        self._browser.select(path)
        if before[0] == path and now - before[1] < DOUBLE:
            self._clicked = (None, 0.0)
            self._go_on()

    def _go_on(self) -> None:
        """Into the folder that is marked, or on with the file."""
        browser = self._browser
        path = browser.enter() if browser.selected is not None else browser.typed()
        if path is None:
            return
        if self._dialog.mode == "open" and not path.exists():
            browser.problem = f"There is no file {path.name} here."
            browser.revision += 1
            return
        self._editor.dialogs.close(self._dialog)
        self._dialog.choose(path)

    def _cancel(self) -> None:
        self._editor.dialogs.close(self._dialog)

    def _up(self) -> None:
        self._browser.up()

    def _go(self, sender: Tag, _value: Any, folder: Path) -> None:
        if "Selectable" in dpg.get_item_type(sender):
            dpg.set_value(sender, False)
        self._browser.go(folder)

    def _searched(self, _sender: Tag, words: str) -> None:
        self._browser.search(words)

    def _named(self, _sender: Tag, name: str) -> None:
        self._browser.name = name
        self._browser.selected = None


def _icon(entry: Entry) -> str:
    if entry.is_folder:
        return "folder"
    return "image" if entry.path.suffix.lower() in SUFFIXES else "file"
