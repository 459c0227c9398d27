"""Draws the dialog that is open, over everything else: one modal window, made anew for each dialog."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.documents.questions import (
    FileDialog,
    GalleryDialog,
    MissingDialog,
    Progress,
    Question,
    RecoveryDialog,
    ShareDialog,
)
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.consent import LicenceDialog
from nodegraph.editor.state.models.newcomer import AddModelDialog
from nodegraph.editor.state.models.pages import ModelPage
from nodegraph.editor.state.models.room import RoomDialog
from nodegraph.editor.state.running.render_dialog import RenderDialog
from nodegraph.editor.views.dialogs.body import Body, MakeBody, Tag
from nodegraph.editor.views.dialogs.file_body import FileBody
from nodegraph.editor.views.dialogs.gallery_body import GalleryBody
from nodegraph.editor.views.dialogs.missing_body import MissingBody
from nodegraph.editor.views.dialogs.question_body import ProgressBody, QuestionBody
from nodegraph.editor.views.dialogs.recovery_body import RecoveryBody
from nodegraph.editor.views.dialogs.render_body import RenderBody
from nodegraph.editor.views.dialogs.share_body import ShareBody
from nodegraph.editor.views.library.add_body import AddBody
from nodegraph.editor.views.library.licence_body import LicenceBody
from nodegraph.editor.views.library.page_body import PageBody
from nodegraph.editor.views.library.room_body import RoomBody
from nodegraph.editor.views.look import Look

_BODIES: Final[dict[type, MakeBody]] = {
    Question: QuestionBody,
    Progress: ProgressBody,
    FileDialog: FileBody,
    GalleryDialog: GalleryBody,
    MissingDialog: MissingBody,
    RecoveryDialog: RecoveryBody,
    ShareDialog: ShareBody,
    RenderDialog: RenderBody,
    LicenceDialog: LicenceBody,
    ModelPage: PageBody,
    AddModelDialog: AddBody,
    RoomDialog: RoomBody,
}
_KEYS: Final = {
    dpg.mvKey_Return: "Enter",
    dpg.mvKey_NumPadEnter: "Enter",
    dpg.mvKey_Escape: "Esc",
    dpg.mvKey_Up: "Up",
    dpg.mvKey_Down: "Down",
    dpg.mvKey_Left: "Left",
    dpg.mvKey_Right: "Right",
    517: "PageUp",  # the library's own names for these two still have the numbers of another version
    518: "PageDown",
}
_REST: Final = 2
"""Frames between two modal windows: one that is made in the frame in which another goes is never seen."""


class DialogView:
    """Shows `editor.dialogs.current` when it is one of ours."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._shown: Any = None
        self._body: Body | None = None
        self._window: Tag = 0
        self._moving = 0
        self._rest = 0
        self._themed = ""
        self._ground: Tag = 0

    def build(self, _parent: Tag) -> None:
        """Begin to listen for keys; windows are made when they are wanted."""
        with dpg.handler_registry():
            dpg.add_key_press_handler(callback=self._pressed)

    @property
    def window(self) -> Tag:
        """The window that is open, 0 for none."""
        return self._window

    def update(self) -> None:
        """Follow what is open."""
        current = self._editor.dialogs.current
        wanted = current if type(current) in _BODIES else None
        if self._shown is not None and wanted is not self._shown:
            self._close()
        elif self._rest:
            self._rest -= 1
        elif wanted is not self._shown:
            self._open(wanted)
        if self._body is not None:
            self._body.update()
            self._centre()

    def _open(self, dialog: Any) -> None:
        self._shown = dialog
        self._body = _BODIES[type(dialog)](self._editor, self._look, dialog)
        room = (dpg.get_viewport_client_width(), dpg.get_viewport_client_height())
        px = self._look.px
        width, height = (min(px(size), edge - px(24)) for size, edge in zip(self._body.size, room, strict=True))
        with dpg.window(
            label=self._body.title,
            modal=True,
            no_close=True,
            no_collapse=True,
            no_resize=True,
            no_saved_settings=True,
            autosize=height <= 0,
            width=width,
            min_size=[width, 10],
            pos=[(room[0] - width) // 2, max(0, (room[1] - max(height, px(180))) // 2)],
            **({"height": height} if height > 0 else {}),
        ) as self._window:
            self._body.build(self._window)
        dpg.bind_item_theme(self._window, self._theme())
        self._moving = 4

    def _theme(self) -> Tag:
        """One ground for the window and what is in it."""
        if self._themed != self._look.theme:
            self._themed = self._look.theme
            with dpg.theme() as self._ground:
                part = dpg.add_theme_component(dpg.mvAll)
                dpg.add_theme_color(dpg.mvThemeCol_PopupBg, self._look.color("panel"), parent=part)
                dpg.add_theme_color(dpg.mvThemeCol_ChildBg, (0, 0, 0, 0), parent=part)
        return self._ground

    def _centre(self) -> None:
        """In the middle, once its size is known."""
        if self._moving == 0:
            return
        self._moving -= 1
        width, height = dpg.get_item_rect_size(self._window)
        room = (dpg.get_viewport_client_width(), dpg.get_viewport_client_height())
        if width > 1:
            dpg.set_item_pos(self._window, [(room[0] - width) // 2, max(0, (room[1] - height) // 2)])

    def _close(self) -> None:
        if self._window:
            dpg.delete_item(self._window)
        self._shown, self._body, self._window, self._rest = None, None, 0, _REST

    def _pressed(self, _sender: Any, key: int) -> None:
        """Only keys that came while the dialog was open: not the one that opened it."""
        if self._body is not None and self._shown is self._editor.dialogs.current and key in _KEYS:
            self._body.key(_KEYS[key])
