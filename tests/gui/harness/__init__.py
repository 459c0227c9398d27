"""The real window with a person's hands on it: an X screen, the editor in a process of its own, mouse and keyboard.

`screen` starts the X server, `open_window` the editor; `Window` is what tests, benchmarks and recordings drive.
"""

from tests.gui.harness.screen import NoScreen, screen
from tests.gui.harness.window import Window, open_window

__all__ = ["NoScreen", "Window", "open_window", "screen"]
