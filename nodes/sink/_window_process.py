"""The window's own process: shows the newest shared picture until it is closed.

Started as ``python -m nodes.sink._window_process TITLE WIDTH HEIGHT FULLSCREEN KEEP``. It reads lines: ``frames PATH``
(take pictures from there) and ``close``. It says ``ready``, ``attached`` or ``error REASON``. When its input ends
without ``close`` the program has died: with KEEP=1 the last picture stays.
"""

import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import Any

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import cv2
import numpy as np
import pygame
from numpy.typing import NDArray

from nodes.sink._shared_frames import SharedFrames

_INVISIBLE = ("offscreen", "dummy", "evdev")
"""What SDL silently draws on when there is no screen; right only for a person who asked for it."""
TICKS = 120
"""Looks for a new picture per second."""


def fit(width: int, height: int, into: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, width and height of a picture that fills a window as far as its shape allows."""
    share = min(into[0] / width, into[1] / height)
    wide, high = max(1, round(width * share)), max(1, round(height * share))
    return (into[0] - wide) // 2, (into[1] - high) // 2, wide, high


def ends(event: Any) -> bool:
    """Whether an event asks to close the window: its button, or ESC."""
    return bool(event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE))


class Window:
    """A resizable window with one picture; F and F11 switch full screen."""

    def __init__(self, title: str, size: tuple[int, int], fullscreen: bool) -> None:
        pygame.display.init()
        if "SDL_VIDEODRIVER" not in os.environ and pygame.display.get_driver() in _INVISIBLE:
            raise pygame.error("no display was found")
        pygame.display.set_caption(title)
        self._size, self._fullscreen = size, fullscreen
        self._picture: NDArray[np.uint8] = np.zeros((1, 1, 3), np.uint8)
        self._open()

    def _open(self) -> None:
        if self._fullscreen:
            self._surface = pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
        else:
            self._surface = pygame.display.set_mode(self._size, pygame.RESIZABLE)
        pygame.mouse.set_visible(not self._fullscreen)

    def show(self, picture: NDArray[np.uint8]) -> None:
        """Draw `picture`, and again whenever the window needs it."""
        self._picture = picture
        self.draw()

    def draw(self) -> None:
        """Draw the picture into the window as large as it fits."""
        height, width = self._picture.shape[:2]
        left, top, wide, high = fit(width, height, self._surface.get_size())
        scaled = self._picture
        if (wide, high) != (width, height):
            how = cv2.INTER_AREA if wide < width else cv2.INTER_LINEAR
            scaled = np.asarray(cv2.resize(self._picture, (wide, high), interpolation=how), np.uint8)
        self._surface.fill((0, 0, 0))
        self._surface.blit(pygame.image.frombuffer(scaled.tobytes(), (wide, high), "BGR"), (left, top))
        pygame.display.flip()

    def goes_on(self) -> bool:
        """Handle what the person did; False when the window shall close."""
        for event in pygame.event.get():
            if ends(event):
                return False
            if event.type == pygame.KEYDOWN and event.key in (pygame.K_f, pygame.K_F11):
                self._fullscreen = not self._fullscreen
                self._open()
                self.draw()
            elif event.type in (pygame.VIDEORESIZE, pygame.WINDOWEXPOSED):
                self.draw()
        return True


def _listen(lines: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        lines.put(line.rstrip("\n"))
    lines.put("gone")


def _say(line: str) -> None:
    try:
        print(line, flush=True)  # noqa: T201 - the pipe to the program
    except OSError:
        return  # nobody listens any more; the window goes on


def _run(window: Window, keep: bool) -> None:
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), name="commands", daemon=True).start()
    clock, frames, shown = pygame.time.Clock(), None, 0
    while window.goes_on():
        while not lines.empty():
            word, _, rest = lines.get().partition(" ")
            if word == "close" or (word == "gone" and not keep):
                return
            if word == "frames":
                frames, shown = SharedFrames(Path(rest)), 0
                _say("attached")
        if frames is not None and (news := frames.newest(shown)) is not None:
            shown = news[0]
            window.show(news[1])
        clock.tick(TICKS)


def main(arguments: list[str]) -> int:
    """Run until closed; the exit status is 1 when no window could be opened."""
    title, width, height, fullscreen, keep = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program, which then closes the window
    try:
        window = Window(title, (int(width), int(height)), fullscreen == "1")
    except pygame.error as error:
        _say(f"error {error}")
        return 1
    _say("ready")
    _run(window, keep == "1")
    pygame.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
