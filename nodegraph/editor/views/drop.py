"""Files dropped on the window, where that works: Linux, with the Dear PyGui whose inner symbols we know.

Dear PyGui has no event for it, but its library holds GLFW and exports it. Where anything is unexpected, nothing drops.
"""

import ctypes
import os
import sys
from pathlib import Path
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor

_KNOWN: Final = "2.3.1"
_ATTEMPTS: Final = 30
_Callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p))


class FileDrop:
    """Hands dropped files to the File menu."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._dropped: list[list[Path]] = []
        self._callback = _Callback(self._received)  # kept: the library holds only its address
        self._attempts = _ATTEMPTS if sys.platform == "linux" and dpg.get_dearpygui_version() == _KNOWN else 0

    def build(self, _parent: int | str) -> None:
        """Nothing to make: the window is asked once it is there."""

    def update(self) -> None:
        """Ask for drops once there is a window, and pass on what was dropped."""
        if self._attempts:
            self._attempts = 0 if self._installed() else self._attempts - 1
        while self._dropped and self._editor.dialogs.current is None:
            self._editor.files.drop(self._dropped.pop(0))

    def _installed(self) -> bool:
        """Whether GLFW will call us now."""
        try:
            library: Any = ctypes.CDLL(sys.modules["dearpygui._dearpygui"].__file__)
            library.glfwGetCurrentContext.restype = ctypes.c_void_p
            window = library.glfwGetCurrentContext()
            if not window:
                return False
            library.glfwSetDropCallback.restype = ctypes.c_void_p
            library.glfwSetDropCallback.argtypes = [ctypes.c_void_p, _Callback]
            library.glfwSetDropCallback(window, self._callback)
        except (KeyError, OSError, AttributeError):
            self._attempts = 1  # the last one
            return False
        return True

    def _received(self, _window: int, count: int, paths: Any) -> None:
        """Called by GLFW in the middle of a frame: only remember."""
        self._dropped.append([Path(os.fsdecode(paths[at])) for at in range(count)])
