"""Pictures from files in dialogs: read on a thread, shown as static textures (those may be deleted)."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

import dearpygui.dearpygui as dpg
import numpy as np
from numpy.typing import NDArray

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.dialogs.body import Tag

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif")
_MAX_BYTES: Final = 64 << 20


class Pictures:
    """Loads pictures and puts them into items; each file and size once."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._textures: dict[tuple[Path, int, int], Tag | None] = {}

    def show(self, path: Path, parent: Tag, size: tuple[int, int]) -> None:
        """Put the picture in `path`, fitted into `size`, first into `parent`; nothing for what is no picture."""
        if path.suffix.lower() not in SUFFIXES:
            return
        holder: Tag = dpg.add_group(parent=parent)
        key = (path, *size)
        if key in self._textures:
            self._fill(holder, self._textures[key])
            return

        def work() -> None:
            pixels = pixels_of(path, size)
            self._editor.post(lambda: self._arrived(key, pixels, holder))

        threading.Thread(target=work, name="pictures", daemon=True).start()

    def _arrived(self, key: tuple[Path, int, int], pixels: NDArray[np.float32] | None, holder: Tag) -> None:
        if key not in self._textures:
            self._textures[key] = None if pixels is None else texture(pixels)
        if dpg.does_item_exist(holder):
            self._fill(holder, self._textures[key])

    def _fill(self, holder: Tag, found: Tag | None) -> None:
        if found is not None:
            dpg.add_image(found, parent=holder)


def pixels_of(path: Path, size: tuple[int, int]) -> NDArray[np.float32] | None:
    """A picture fitted into `size`: float32 H×W×4 RGBA, 0..1; None when it cannot be read."""
    from PIL import Image

    try:
        if path.stat().st_size > _MAX_BYTES:
            return None
        with Image.open(path) as picture:
            picture.draft("RGB", size)
            picture.thumbnail(size)
            return floats(picture)
    except (OSError, ValueError, Image.DecompressionBombError, SyntaxError):
        return None


def floats(picture: "Image.Image") -> NDArray[np.float32]:
    """A Pillow picture as float32 H×W×4 RGBA, 0..1."""
    return np.asarray(picture.convert("RGBA"), np.float32) / np.float32(255)


def texture(pixels: NDArray[np.float32]) -> Tag:
    """A static texture of float32 H×W×4 pixels. On the UI thread."""
    height, width = pixels.shape[:2]
    registry = dpg.add_texture_registry()
    tag: Tag = dpg.add_static_texture(width, height, np.ascontiguousarray(pixels).ravel(), parent=registry)
    return tag
