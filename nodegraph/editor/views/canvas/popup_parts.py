"""What stands in the popups of the canvas: the right widget for each kind of parameter, and for texts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.editing import ParamEditing, TextEditing
from nodegraph.editor.state.canvas.typed import range_text
from nodegraph.editor.state.context_menu import COLORS
from nodegraph.editor.state.documents.questions import FileDialog
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.inspector.values import chosen_text, file_of, json_of, json_text, picks_folder, rgb_of
from nodegraph.editor.views.canvas.param_text import name_text
from nodegraph.editor.views.canvas.part import Part
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look

_ROWS: Final = 12
"""Choices that are seen at once."""


def param_part(
    editor: Editor, look: Look, editing: ParamEditing, width: int, writes: bool, done: Callable[[], None]
) -> Part:
    """The widgets for a parameter; `done` takes the value and closes. writes: a file is one that is written."""
    kind = editing.param.kind
    heading = dpg.add_text(name_text(editing.param.name).capitalize(), color=look.color("dim"))
    dpg.bind_item_font(heading, look.font("small"))
    if kind == "choice":
        return _choice(editing, width, done)
    if kind == "color":
        return _color(editing, width)
    if kind == "file":
        return _file(editor, look, editing, width, writes, done)
    if kind in ("json", "vector"):
        return _data(look, editing, width)
    lines = 5 if editing.param.multiline else 1
    part = _typing(look, editing.text, width, lines, editing.typed)
    if hint := range_text(editing.param):
        _below(look, hint)
    return part


def text_part(look: Look, editing: TextEditing, width: int) -> Part:
    """A field for a title or a note, which changes while one types; colours for notes and frames."""

    def live(_sender: Any, text: str) -> None:
        editing.typed(text)

    lines = 6 if editing.item.kind == "note" else 1
    part = _typing(look, editing.text, width, lines, lambda _: True)
    dpg.configure_item(part.field, callback=live)
    if editing.color:
        with dpg.group(horizontal=True, horizontal_spacing=look.px(6)):
            for name, color in COLORS.items():
                _swatch(look, name, color, editing.paint)
    if lines > 1:
        _below(look, "Ctrl+Enter or a click elsewhere: done")
    return part


def _typing(look: Look, text: str, width: int, lines: int, take: Callable[[str], bool]) -> Part:
    several: dict[str, Any] = {"multiline": True, "height": look.px(10 + 19 * lines)} if lines > 1 else {}
    field = dpg.add_input_text(default_value=text, width=width, auto_select_all=lines == 1, **several)
    return Part(field, lambda: take(dpg.get_value(field)), lines)


def _below(look: Look, text: str) -> None:
    dpg.bind_item_font(dpg.add_text(text, color=look.color("dim")), look.font("small"))


def _choice(editing: ParamEditing, width: int, done: Callable[[], None]) -> Part:
    """A list; a click takes."""

    def chosen(_sender: Any, value: str) -> None:
        editing.give(value)
        done()

    choices = editing.param.choices
    rows = min(len(choices), _ROWS)
    dpg.add_listbox(choices, default_value=editing.value, num_items=rows, width=width, callback=chosen)
    return Part(lines=rows)


def _color(editing: ParamEditing, width: int) -> Part:
    def picked(_sender: Any, color: Any) -> None:
        red, green, blue = (min(max(round(255 * part), 0), 255) for part in color[:3])
        editing.give((blue, green, red))

    blue, green, red = editing.value
    dpg.add_color_picker(
        (red, green, blue, 255),
        no_alpha=True,
        no_side_preview=True,
        no_small_preview=True,
        width=width,
        callback=picked,
        display_hex=True,
        display_rgb=True,
        display_hsv=False,
    )
    return Part(lines=13)


def _file(
    editor: Editor, look: Look, editing: ParamEditing, width: int, writes: bool, done: Callable[[], None]
) -> Part:
    """A path to type, and a button for the dialog, which closes the popup."""

    def ask(*_: Any) -> None:
        param, workspace = editing.param, editor.workspace
        browser, old = editor.files.browser(param.accept), file_of(editing.text, workspace.base)
        if old is not None and old.parent.is_dir():
            browser.go(old.parent)
        mode: Literal["open", "save", "folder"] = "folder" if picks_folder(param) else "save" if writes else "open"
        done()
        again = ParamEditing(workspace, editing.node, param)

        def take(path: Path) -> None:
            again.give(chosen_text(path, workspace.base if workspace.path else None))
            again.finish()

        editor.dialogs.show(FileDialog(name_text(param.name).capitalize(), "Choose", mode, browser, take))

    with dpg.group(horizontal=True):
        part = _typing(look, editing.text, width - look.px(40), 1, editing.typed)
        button = dpg.add_button(label=ICONS["folder"], width=look.px(32), callback=ask)
        dpg.bind_item_font(button, look.font("icon"))
    return part


def _data(look: Look, editing: ParamEditing, width: int) -> Part:
    """Data or a vector as text."""

    def take(text: str) -> bool:
        value, wrong = json_of(text)
        editing.problem = wrong
        if not wrong and text != start:
            editing.give(value)
        return not wrong

    value = editing.value
    start = json_text(list(value) if isinstance(value, tuple) else value)
    return _typing(look, start, width, 5, take)


def _swatch(look: Look, name: str, color: str, paint: Callable[[str], None]) -> None:
    def painted(*_: Any) -> None:
        paint(color)

    size = look.px(20)
    button = dpg.add_color_button((*rgb_of(color), 255), width=size, height=size, no_alpha=True, callback=painted)
    with dpg.tooltip(button, delay=0.4):
        dpg.add_text(name)
