"""Windows that only tell: the shortcut sheet, a node's help page, and what this program is."""

from collections.abc import Callable
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.commands.help import About, ShortcutSheet
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.node_help import Page, Row
from nodegraph.editor.state.shortcuts import sheet
from nodegraph.editor.views.look import Look

_COLUMNS: Final = ((0, 1, 2), (3,), (4, 5, 6))
"""Which parts of the sheet are below each other."""
_ABOUT: Final = (
    "Live video and models as a graph of nodes.",
    "Apache-2.0. Models have licences of their own: see each model's page.",
    "Built on Dear PyGui, OpenCV, PyAV, NumPy and others.",
    "The fonts Inter, JetBrains Mono and Font Awesome Free are under the SIL Open Font License 1.1.",
)


class HelpWindows:
    """Draws what the Help menu opens. Each window is made when it is first wanted, and made anew when it changes."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._window: int | str = 0
        self._shown: object = None
        self._frames = 0

    def build(self, _parent: int | str) -> None:
        """Only how tight the sheet's lines are; windows are made when they are wanted."""
        with dpg.theme() as self._tight, dpg.theme_component(dpg.mvAll):
            dpg.add_theme_style(dpg.mvStyleVar_CellPadding, 4, 1)
            dpg.add_theme_style(dpg.mvStyleVar_ItemSpacing, 8, 3)

    def update(self) -> None:
        """Follow the state."""
        wanted = self._wanted()
        if wanted != self._shown:
            self._shown = wanted
            if self._window:
                dpg.delete_item(self._window)
                self._window = 0
            if isinstance(wanted, ShortcutSheet):
                self._open("Shortcuts and gestures", 1180, self._draw_sheet, self._close_dialog)
            elif isinstance(wanted, About):
                self._open("About nodegraph", 460, lambda: self._draw_about(wanted), self._close_dialog)
            elif isinstance(wanted, Page):
                self._open(wanted.title, 460, lambda: self._draw_page(wanted), self._editor.node_help.close)
        if self._window and self._frames < 3:
            self._put(beside=isinstance(wanted, Page))

    def _wanted(self) -> object:
        dialog = self._editor.dialogs.current
        return dialog if isinstance(dialog, ShortcutSheet | About) else self._editor.node_help.page

    def _open(self, title: str, width: int, draw: Callable[[], None], close: Callable[[], None]) -> None:
        px = self._look.px
        self._frames = 0
        with dpg.window(
            label=title,
            no_collapse=True,
            no_saved_settings=True,
            width=min(px(width), dpg.get_viewport_client_width() - px(20)),
            height=dpg.get_viewport_client_height() - px(60),
            pos=(0, 10_000),
            on_close=lambda: close(),
        ) as self._window:
            draw()
            self._end = dpg.add_text("")
        dpg.focus_item(self._window)

    def _put(self, beside: bool) -> None:
        """As high as its content, once that has been drawn; in the middle, or out of the way while one works."""
        self._frames += 1
        if self._frames not in (2, 3):
            return
        content = (
            dpg.get_item_rect_max(self._end)[1] - dpg.get_item_pos(self._window)[1] + dpg.get_y_scroll(self._window)
        )
        room = (dpg.get_viewport_client_width(), dpg.get_viewport_client_height())
        width = dpg.get_item_width(self._window) or 0
        height = int(min(content + self._look.px(16), room[1] - self._look.px(60)))
        x = (room[0] - width) // 2 if not beside else max(8, room[0] - width - self._look.px(340))
        dpg.configure_item(self._window, height=height, pos=[x, max(8, (room[1] - height) // 2)])

    def _close_dialog(self) -> None:
        self._editor.dialogs.close(self._shown)

    # --- contents ---------------------------------------------------------------------------------------------------

    def _draw_sheet(self) -> None:
        pages = sheet()
        dpg.bind_item_theme(self._window, self._tight)
        with dpg.table(header_row=False, policy=dpg.mvTable_SizingStretchSame):
            for _ in _COLUMNS:
                dpg.add_table_column()
            with dpg.table_row():
                for column in _COLUMNS:
                    with dpg.table_cell():
                        for at in column:
                            self._draw_keys(*pages[at])

    def _draw_keys(self, heading: str, rows: list[tuple[str, str]]) -> None:
        self._text(heading, "bold", "text")
        with dpg.table(header_row=False, policy=dpg.mvTable_SizingStretchProp, pad_outerX=False):
            dpg.add_table_column(init_width_or_weight=0.52)
            dpg.add_table_column(init_width_or_weight=0.48)
            for keys, does in rows:
                with dpg.table_row():
                    self._text(does, "small", "text")
                    self._text(keys, "small", "accent")
        dpg.add_spacer(height=self._look.px(8))

    def _draw_about(self, about: About) -> None:
        self._text(f"nodegraph {about.version}", "title", "text")
        for line in _ABOUT:
            self._text(line, "body", "text")

    def _draw_page(self, page: Page) -> None:
        self._text(page.category, "small", "dim")
        for paragraph in page.description:
            self._text(paragraph, "body", "text")
        for fact in page.facts:
            self._text(fact, "small", "dim")
        self._rows("Inputs", page.inputs)
        self._rows("Outputs", page.outputs)
        self._rows("Parameters", page.params)

    def _rows(self, heading: str, rows: tuple[Row, ...]) -> None:
        if not rows:
            return
        dpg.add_spacer(height=self._look.px(4))
        dpg.add_separator()
        self._text(heading, "bold", "text")
        for row in rows:
            with dpg.group(horizontal=True):
                self._text(row.name.replace("_", " "), "body", "text", wrap=-1)
                self._text(row.kind, "small", "dim", wrap=0)
            if row.description:
                self._text(row.description, "small", "text", indent=self._look.px(10))

    def _text(self, text: str, font: str, color: str, **more: Any) -> None:
        item = dpg.add_text(text, color=self._look.color(color), **{"wrap": 0, **more})
        dpg.bind_item_font(item, self._look.font(font))
