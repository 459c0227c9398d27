"""The system's clipboard. Dear PyGui's own way to read it ends the program when there is no text in there.

Its library holds GLFW and exports it on Linux, and GLFW says that there is none.
"""

import ctypes
import sys
from typing import Any

import dearpygui.dearpygui as dpg


def read() -> str:
    """The text that was copied last, by whatever program; "" for none. Call on the UI thread."""
    if not sys.platform.startswith("linux"):
        return str(dpg.get_clipboard_text() or "")
    try:
        library: Any = ctypes.CDLL(sys.modules["dearpygui._dearpygui"].__file__)
        ask = library.glfwGetClipboardString
    except (KeyError, OSError, AttributeError):
        return ""
    ask.restype, ask.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
    found: bytes | None = ask(None)
    return found.decode("utf-8", "replace") if found else ""


def write(text: str) -> None:
    """Copy a text. Call on the UI thread."""
    dpg.set_clipboard_text(text)
