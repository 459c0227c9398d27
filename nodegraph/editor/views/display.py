"""Whether a window can be opened here. Without a display the library under Dear PyGui aborts, so we ask first."""

import ctypes
import importlib.util
import os
import re
import sys
from typing import Any

_RUN = "Run it inside a desktop session, or without a screen: xvfb-run -a -s '-screen 0 1280x800x24' nodegraph edit"


def why_no_window() -> tuple[str, str]:
    """Why no window can be opened, as a sentence and what to do; two empty texts when it can.

    Only X11 is asked (Wayland desktops answer through XWayland); elsewhere a display is taken for granted.
    """
    if importlib.util.find_spec("dearpygui") is None:
        return "The editor needs Dear PyGui, which is not installed.", "Install it: pip install 'nodegraph[editor]'"
    return _x11() if sys.platform.startswith("linux") else ("", "")


def _x11() -> tuple[str, str]:
    name = os.environ.get("DISPLAY", "")
    if not name:
        return "There is no display (DISPLAY is not set).", _RUN
    try:
        x11 = ctypes.CDLL("libX11.so.6")
        ctypes.CDLL("libGL.so.1")
    except OSError as error:
        missing = str(error).partition(":")[0]
        return f"The library {missing} is missing.", "On Debian and Ubuntu: apt-get install libx11-6 libgl1"
    display = _open(x11)
    if not display:
        return f"The display {name!r} does not answer.", _RUN
    x11.XQueryExtension.argtypes = [ctypes.c_void_p, ctypes.c_char_p, *[ctypes.c_void_p] * 3]
    answer = (ctypes.c_int * 3)()
    places = [ctypes.byref(answer, at * ctypes.sizeof(ctypes.c_int)) for at in range(3)]
    has_opengl = x11.XQueryExtension(display, b"GLX", *places)
    x11.XCloseDisplay(display)
    if not has_opengl:
        hint = "Install Mesa (libgl1-mesa-dri), or start the X server with its GLX extension."
        return f"The display {name!r} has no OpenGL (GLX).", hint
    return "", ""


def display_scale() -> float:
    """What the desktop says texts should be scaled by (``Xft.dpi``: 96 is 1.0); 1.0 where it says nothing."""
    resources = _ask(ctypes.c_char_p, "XResourceManagerString") or b""
    found = re.search(r"^Xft\.dpi:\s*(\d{2,3})\b", resources.decode("latin-1"), re.MULTILINE)
    return min(max(int(found[1]) / 96, 1.0), 3.0) if found else 1.0


def fitted(width: int, height: int) -> tuple[int, int]:
    """A window's size in pixels, less on a smaller screen: without a window manager it would be cut off."""
    across, down = (_ask(ctypes.c_int, name, 0) for name in ("XDisplayWidth", "XDisplayHeight"))
    return min(width, across or width), min(height, down or height)


def _ask(kind: type[Any], function: str, *arguments: int) -> Any:
    """What a function of Xlib says of the display; None where there is no display that answers."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    display = _open(x11)
    if not display:
        return None
    call = getattr(x11, function)
    call.restype, call.argtypes = kind, [ctypes.c_void_p, *[ctypes.c_int] * len(arguments)]
    answer = call(display, *arguments)
    x11.XCloseDisplay(display)
    return answer


def _open(x11: ctypes.CDLL) -> int | None:
    """The display, for other calls; None when it does not answer."""
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display: int | None = x11.XOpenDisplay(None)
    return display


if __name__ == "__main__":  # for `make run`: says why there is no window, and ends with 1
    _message, _hint = why_no_window()
    sys.exit(f"{_message} The starter preset is rendered to a file instead." if _message else 0)
