"""What is known of a chosen file: its size, and a small picture of it when it is one. Files are read on a thread."""

import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import dearpygui.dearpygui as dpg
import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.state.inspector.values import PICTURES, file_of
from nodegraph.editor.views.inspector.kit import Kit, Tag

_WIDTH, _HEIGHT = 160, 100
_LARGEST: Final = 64 << 20
"""Larger files are not opened for a preview."""


@dataclass(frozen=True)
class About:
    """words: what to say of the file; pixels: float32 RGBA 0..1, height × width × 4, None for no picture."""

    words: str
    missing: bool = False
    pixels: NDArray[np.float32] | None = None


class FileNote:
    """The lines below a file's field. reads: the node reads the file, so it should be there."""

    def __init__(self, kit: Kit, parent: Tag, reads: bool) -> None:
        self._kit, self._reads = kit, reads
        self._path: Path | None = None
        self._texture: Tag = 0
        self._group: Tag = dpg.add_group(parent=parent, show=False, indent=0)
        self._text = kit.text(self._group, "", "dim", "small")
        self._image: Tag = 0

    def show(self, text: str) -> None:
        """Another path: look at the file."""
        path = file_of(text, self._kit.editor.workspace.base)
        if path == self._path:
            return
        self._path = path
        self._clear()
        if path is not None:
            threading.Thread(target=self._look, args=(path,), name="file-note", daemon=True).start()

    def _look(self, path: Path) -> None:
        self._kit.editor.post(partial(self._seen, path, about(path)))

    def _seen(self, path: Path, about: About) -> None:
        if path != self._path or not dpg.does_item_exist(self._group):
            return
        look = self._kit.look
        words = about.words if self._reads or not about.missing else "It will be written here."
        dpg.set_value(self._text, words)
        dpg.configure_item(self._text, color=look.color("error" if about.missing and self._reads else "dim"))
        dpg.configure_item(self._group, show=True)
        if about.pixels is not None:
            self._draw(about.pixels)

    def _draw(self, pixels: NDArray[np.float32]) -> None:
        height, width = pixels.shape[:2]
        with dpg.texture_registry() as self._texture:
            texture = dpg.add_static_texture(width, height, pixels.ravel().tolist())
        px = self._kit.look.px
        self._image = dpg.add_image(texture, width=px(width), height=px(height), parent=self._group)

    def _clear(self) -> None:
        """The picture goes before its texture."""
        dpg.configure_item(self._group, show=False)
        for item in (self._image, self._texture):
            if item and dpg.does_item_exist(item):
                dpg.delete_item(item)
        self._image = self._texture = 0

    def close(self) -> None:
        """Everything is deleted now."""
        self._clear()
        self._path = None


def about(path: Path) -> About:
    """What can be said of a file. Never raises."""
    try:
        if path.is_dir():
            return About("A folder.")
        size = path.stat().st_size
    except OSError as error:
        return About(f"This file cannot be read: {(error.strerror or 'no such file').lower()}.", missing=True)
    except ValueError:  # it holds a zero
        return About("No file can be called that.", missing=True)
    words = _amount(size)
    if path.suffix.lower() not in PICTURES or size > _LARGEST:
        return About(words)
    return _picture(path, words)


def _picture(path: Path, words: str) -> About:
    from PIL import Image

    try:
        with Image.open(path) as image:
            across, down = image.size
            image.draft("RGB", (_WIDTH * 2, _HEIGHT * 2))
            small: Any = image.convert("RGBA")
            small.thumbnail((_WIDTH, _HEIGHT))
    except Exception as error:  # a damaged picture can raise anything
        return About(f"This picture cannot be read: {str(error)[:120] or type(error).__name__}.", missing=True)
    pixels: NDArray[np.float32] = np.asarray(small, np.float32) / np.float32(255)
    return About(f"{across} × {down}, {words}", pixels=pixels)


def _amount(size: int) -> str:
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB" if size >= 1e3 else f"{size} bytes"
