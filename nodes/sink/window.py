"""A window of its own, for a second screen or a projector."""

import contextlib
import importlib.util
import logging
import os
import queue
import subprocess
import sys
import threading

from nodegraph.sdk import Image, NodeError, Sink, param
from nodes.sink._pixels import over_black
from nodes.sink._shared_frames import SharedFrames

_log = logging.getLogger("nodegraph.nodes")
PATIENCE = 20.0
"""Seconds the window's process may take to answer."""
_NO_DISPLAY = "Run it in a desktop session (on Linux with DISPLAY or WAYLAND_DISPLAY set), or use sink.video_file."


class Window(
    Sink, id="sink.window", category="Sink/View", keywords=("projector", "screen", "fullscreen", "show", "output")
):
    """Show the newest picture in a window, as large as it fits.

    The window is a process of its own: when the program stalls it keeps the last picture and stays responsive. ESC
    or its button close the window and not the run; F switches full screen. Transparency is laid over black.
    """

    title: str = param("nodegraph", "What the window is called.", restart=True)
    width: int = param(1280, "Width of the window.", ge=16, le=16384, unit="px", restart=True)
    height: int = param(720, "Height of the window.", ge=16, le=16384, unit="px", restart=True)
    fullscreen: bool = param(False, "Cover the whole screen.", restart=True)
    keep: bool = param(True, "Keep the last picture on the screen when the program dies.", restart=True)

    def open(self) -> None:
        if importlib.util.find_spec("pygame") is None:
            raise NodeError(
                "A window needs pygame-ce, which is not installed.", 'Install it: pip install "nodegraph[window]".'
            )
        self._frames: SharedFrames | None = None
        self._closed = False
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process = self._started()
        self._listener = threading.Thread(target=self._listen, name="window answers", daemon=True)
        self._listener.start()
        answer = self._answer()
        if answer != "ready":
            self._end()
            raise NodeError(f"No window can be opened: {answer.removeprefix('error ')}.", _NO_DISPLAY)

    def _started(self) -> "subprocess.Popen[str]":
        flags = ("1" if self.fullscreen else "0", "1" if self.keep else "0")
        arguments = [self.title.replace("\0", ""), str(self.width), str(self.height), *flags]
        path = os.pathsep.join(filter(None, sys.path))
        return subprocess.Popen(
            [sys.executable, "-m", "nodes.sink._window_process", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._answers.put(line.rstrip("\n"))
        self._answers.put("error its process ended")

    def _answer(self) -> str:
        try:
            return self._answers.get(timeout=PATIENCE)
        except queue.Empty:
            return "error its process does not answer"

    def process(self, image: Image) -> None:
        if self._process.poll() is not None:
            self._say_closed()
            return
        image = over_black(image)
        if self._frames is None or not self._frames.fits(image):
            self._attach(image)
        if self._frames is not None:
            self._frames.write(image)

    def _say_closed(self) -> None:
        if not self._closed:
            self._closed = True
            self._release()
            _log.warning('The window "%s" was closed; the run goes on without it.', self.title)

    def _attach(self, image: Image) -> None:
        """New memory, large enough; its name is forgotten as soon as the window has it open."""
        self._release()
        try:
            frames = SharedFrames.create(image.shape[1], image.shape[0])
        except OSError as error:
            reason = f"There is no room for the pictures of the window: {error.strerror}."
            raise NodeError(reason, "Free some space in the temporary folder, or show smaller pictures.") from error
        self._frames = frames
        self._tell(f"frames {frames.path}")
        if self._answer() != "attached":
            _log.warning('The window "%s" does not answer; it may have been closed.', self.title)
        frames.forget()

    def _tell(self, line: str) -> None:
        try:
            if self._process.stdin is not None:
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()
        except OSError:
            return  # it was closed this very moment; the next picture notices

    def _release(self) -> None:
        if self._frames is not None:
            self._frames.forget()
            self._frames.close()
            self._frames = None

    def close(self) -> None:
        self._tell("close")
        self._release()
        self._end()

    def _end(self) -> None:
        try:
            self._process.wait(PATIENCE if self._process.poll() is None else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was meant for a window that is gone
                    pipe.close()
