"""This machine's own screen."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np

from nodegraph.sdk import Image, NodeError, Source, Stamped, param
from nodes.source._live import LiveClock

if TYPE_CHECKING:
    from mss import MSS


class Screen(
    Source, id="source.screen", category="Source/Device", live=True, keywords=("desktop", "capture", "display")
):
    """Give what is on the screen. Image: uint8 H×W×3 BGR."""

    monitor: int = param(1, "Which screen, from 1; 0 is all of them together.", ge=0, le=16, restart=True)
    left: int = param(0, "Left edge of the part to take.", ge=0, le=16384, unit="px", restart=True)
    top: int = param(0, "Top edge of the part to take.", ge=0, le=16384, unit="px", restart=True)
    width: int = param(0, "Width of the part; 0 is up to the right edge.", ge=0, le=16384, unit="px", restart=True)
    height: int = param(0, "Height of the part; 0 is down to the bottom.", ge=0, le=16384, unit="px", restart=True)
    fps: float = param(30.0, "Pictures per second, at most.", ge=0.1, le=120, unit="fps", restart=True)

    def stream(self) -> Iterator[Stamped[Image] | None]:
        """Yield pictures for ever. Raises NodeError without a screen or with a part outside of it."""
        from mss import MSS, ScreenShotError

        clock, taken = LiveClock(), 0
        try:
            with MSS() as screen:
                part = self._part(screen)
                while True:
                    yield Stamped(_grabbed(screen, part), clock.now(), self.fps)
                    taken += 1
                    yield from _until(clock, taken / self.fps)
                    taken = max(taken, int(clock.now() * self.fps))  # late pictures are not made up for
        except ScreenShotError as error:
            hint = "Run it in a desktop session (on Linux with an X display: DISPLAY must be set)."
            raise NodeError(f"The screen cannot be captured: {error}.", hint) from error

    def _part(self, screen: "MSS") -> dict[str, int]:
        monitors = screen.monitors
        if self.monitor >= len(monitors):
            raise NodeError(f"There is no screen {self.monitor}.", f"Use 1 to {len(monitors) - 1}, or 0 for all.")
        whole = monitors[self.monitor]
        width = min(self.width or whole["width"], whole["width"] - self.left)
        height = min(self.height or whole["height"], whole["height"] - self.top)
        if width <= 0 or height <= 0:
            size = f"{whole['width']}×{whole['height']}"
            raise NodeError(f"The part to capture begins outside the screen ({size}).", "Lower left and top.")
        left, top = whole["left"] + self.left, whole["top"] + self.top
        return {"left": left, "top": top, "width": width, "height": height}


def _grabbed(screen: "MSS", part: dict[str, int]) -> Image:
    shot = screen.grab(part)
    pixels = np.frombuffer(shot.bgra, np.uint8).reshape(shot.height, shot.width, 4)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2BGR), np.uint8)


def _until(clock: LiveClock, seconds: float) -> Iterator[None]:
    while (left := seconds - clock.now()) > 0:
        time.sleep(min(left, 0.25))
        if left > 0.25:
            yield None
