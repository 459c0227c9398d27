"""What the display says of itself."""

import ctypes
from collections.abc import Callable, Iterator

import pytest

from nodegraph.editor.views.display import display_scale, fitted, why_no_window

RESOURCE_MANAGER, STRING = 23, 31


@pytest.fixture
def say(display: str) -> Iterator[Callable[[bytes], None]]:
    """Sets the resources of the root window, as a desktop does."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    x11.XChangeProperty.argtypes = [
        ctypes.c_void_p,
        *[ctypes.c_ulong] * 3,
        *[ctypes.c_int] * 2,
        ctypes.c_char_p,
        ctypes.c_int,
    ]

    def say(resources: bytes) -> None:
        connection = x11.XOpenDisplay(display.encode())
        root = x11.XDefaultRootWindow(connection)
        x11.XChangeProperty(connection, root, RESOURCE_MANAGER, STRING, 8, 0, resources, len(resources))
        x11.XCloseDisplay(connection)

    yield say
    say(b"")


@pytest.mark.display
def test_the_scale_is_the_desktops_when_it_names_one(say: Callable[[bytes], None]) -> None:
    assert display_scale() == 1.0
    say(b"Xft.antialias:\t1\nXft.dpi:\t192\nXft.hinting:\t1\n")
    assert display_scale() == 2.0


@pytest.mark.display
@pytest.mark.parametrize(("dpi", "scale"), [(b"30", 1.0), (b"many", 1.0), (b"900", 3.0)])
def test_a_scale_nobody_could_read_is_not_followed(say: Callable[[bytes], None], dpi: bytes, scale: float) -> None:
    say(b"Xft.dpi:\t" + dpi + b"\n")
    assert display_scale() == scale


@pytest.mark.display
def test_a_display_with_opengl_is_a_place_for_a_window(display: str) -> None:
    assert why_no_window() == ("", "")


def test_without_a_display_the_scale_is_one_and_any_size_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert display_scale() == 1.0
    assert fitted(9000, 900) == (9000, 900)


@pytest.mark.display
def test_a_window_is_no_larger_than_its_screen(display: str) -> None:
    assert fitted(1440, 900) == (1280, 800)
    assert fitted(640, 900) == (640, 800)


def test_without_dear_pygui_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    message, hint = why_no_window()
    assert "Dear PyGui" in message
    assert "nodegraph[editor]" in hint
