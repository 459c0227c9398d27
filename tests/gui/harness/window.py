"""The editor in a process of its own, driven by a real mouse and keyboard. Waits are counted in frames, not seconds."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from tests.gui.harness.screen import ends_with_us

ROOT: Final = Path(__file__).resolve().parents[3]
START: Final = 240.0
"""Seconds to wait for the first frame; the machine may be busy."""
NOT_DRAWN: Final = {"GALLIUM_NOOP": "1"}
"""Mesa then takes every call and does nothing; other libraries draw as ever."""
Spot = tuple[float, float]
_NEAR, _DOUBLE = 10, 0.4
"""Pixels and seconds within which two presses are a double click."""
LEFT, MIDDLE, RIGHT = 1, 2, 3
"""Buttons as X counts them."""


class Window:
    """A running editor. Points are pixels of the screen, or what `places` makes of a name.

    drawn: else everything is as in any window, but OpenGL draws nothing, which on a processor takes most of the time.
    """

    def __init__(
        self, display: str, home: Path, *arguments: str, size: tuple[int, int] = (1280, 800), drawn: bool = True
    ) -> None:
        self.home = home
        self._pointer = (0, 0)
        self._pressed = ((-99, -99), 0, 0.0)
        self.environment = environment(display, home) | ({} if drawn else NOT_DRAWN)
        name = f"nodegraph-{uuid.uuid4().hex}"
        self._errors = (home / "stderr.txt").open("w+", encoding="utf-8")
        self.started = time.time()
        """When the process was started."""
        command = [sys.executable, "-X", "faulthandler", "-m", "tests.gui.harness.runner", name]
        self.process = subprocess.Popen(
            [*command, f"{size[0]}x{size[1]}", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._errors,
            stderr=self._errors,
            preexec_fn=ends_with_us,
        )
        self._file = self._connected("\0" + name)
        self.frames(5)

    def _connected(self, address: str) -> IO[str]:
        end = time.monotonic() + START
        while True:
            connection = socket.socket(socket.AF_UNIX)
            with contextlib.suppress(OSError):
                connection.connect(address)
                file = connection.makefile("rw", encoding="utf-8")
                connection.close()  # the file keeps it open
                return file
            connection.close()
            if self.process.poll() is not None or time.monotonic() > end:
                self._errors.close()
                raise AssertionError(f"The editor did not start.\n{self.said}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.02)

    # --- asking -----------------------------------------------------------------------------------------------------

    @property
    def said(self) -> str:
        """What the process wrote to its standard streams."""
        return (self.home / "stderr.txt").read_text(encoding="utf-8", errors="replace")

    def request(self, op: str, **more: Any) -> Any:
        """Send a request to the runner; the answer's value."""
        line = ""
        with contextlib.suppress(OSError):
            self._file.write(json.dumps({"op": op, **more}) + "\n")
            self._file.flush()
            line = self._file.readline()
        if not line:
            code = self.process.wait(60)
            raise AssertionError(f"The editor has died with exit code {code}.\n{self.said[-4000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"{more.get('code')}: {answer['error']}")
        if answer.get("late"):
            raise AssertionError(f"Not true within {more['seconds']:g} s: {more['code']}")
        return answer["value"]

    def ask(self, code: str) -> Any:
        """The value of an expression in the editor's process; tuples come as lists, what JSON does not know as text."""
        return self.request("ask", code=code)

    def until(self, code: str, seconds: float = 60.0) -> Any:
        """Wait until an expression is true; its value. It is looked at once a frame; while it raises, it is not."""
        return self.request("until", code=code, seconds=seconds)

    def frames(self, count: int = 2) -> None:
        """Wait until so many frames were drawn."""
        self.request("frames", count=count)

    def at(self, place: str) -> Spot:
        """A point, from a call of `places`: ``at("title('blur')")``."""
        x, y = self.ask(f"places.{place}")
        return float(x), float(y)

    # --- the mouse --------------------------------------------------------------------------------------------------

    def xdotool(self, *words: object) -> None:
        """One call of xdotool."""
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, timeout=20)

    def move(self, spot: Spot | str, frames: int = 2) -> None:
        """Move the pointer there."""
        x, y = self.at(spot) if isinstance(spot, str) else spot
        self._pointer = (round(x), round(y))
        self.xdotool("mousemove", *self._pointer)
        self.frames(frames)

    def press(self, button: int = LEFT) -> None:
        """Press a button and hold it. Not so soon after the last time that it would be a double click."""
        (x, y), button_before, moment = self._pressed
        near = max(abs(self._pointer[0] - x), abs(self._pointer[1] - y)) < _NEAR
        if near and button == button_before and time.monotonic() < moment + _DOUBLE:
            self.request("until", code=f"time.monotonic() > {moment + _DOUBLE}", seconds=5)
        self._pressed = (self._pointer, button, time.monotonic())
        self.xdotool("mousedown", button)
        self.frames(2)

    def release(self, button: int = LEFT) -> None:
        """Let a button go."""
        self.xdotool("mouseup", button)
        self.frames(3)

    def click(self, spot: Spot | str, button: int = LEFT) -> None:
        """Move there and click."""
        self.move(spot)
        self.press(button)
        self.release(button)

    def double(self, spot: Spot | str) -> None:
        """Move there and click twice."""
        self.move(spot)
        self.xdotool("click", "--repeat", 2, "--delay", 60, LEFT)
        self.frames(4)

    def drag(self, start: Spot | str, end: Spot | str, button: int = LEFT, steps: int = 4) -> None:
        """Press at the start, move to the end, let go."""
        begin = self.at(start) if isinstance(start, str) else start
        to = self.at(end) if isinstance(end, str) else end
        self.move(begin)
        self.press(button)
        self.pull(begin, to, steps)
        self.release(button)

    def pull(self, start: Spot, end: Spot, steps: int = 4) -> None:
        """Move in steps, whatever is pressed."""
        for step in range(1, steps + 1):
            share = step / steps
            self.move((start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share))

    def wheel(self, spot: Spot | str, notches: int) -> None:
        """Turn the wheel: up, away from the person, is positive."""
        self.move(spot)
        self.xdotool("click", "--repeat", abs(notches), "--delay", 8, 4 if notches > 0 else 5)
        self.frames(4)

    # --- the keyboard -----------------------------------------------------------------------------------------------

    def key(self, *keys: str) -> None:
        """Press keys one after another; "ctrl+z" presses two at once."""
        for key in keys:
            *held, last = key.split("+")
            for one in held:
                self.xdotool("keydown", one)
            if held:
                self.frames(2)
            self.xdotool("key", last)
            self.frames(2)
            for one in reversed(held):
                self.xdotool("keyup", one)
            self.frames(2)

    @contextmanager
    def held(self, *keys: str) -> Iterator[None]:
        """Hold keys meanwhile."""
        for key in keys:
            self.xdotool("keydown", key)
        self.frames(2)
        try:
            yield
        finally:
            for key in reversed(keys):
                self.xdotool("keyup", key)
            self.frames(2)

    def type(self, text: str) -> None:
        """Type a text."""
        self.xdotool("type", "--delay", 12, text)
        self.frames(len(text) + 4)  # Dear ImGui takes one change of a key in each frame

    # --- menus ------------------------------------------------------------------------------------------------------

    def menu(self, *labels: str) -> None:
        """Open a menu and click an item: ``menu("File", "Save")``. Items tell no place: the pointer goes down to it."""
        self.click(f"button({labels[0]!r})")
        x, y = self.at(f"button({labels[0]!r})")
        for label in labels[1:]:
            while not self.ask(f"places.hovered({label!r})"):
                y += 9
                if y > 900:
                    raise AssertionError(f"there is no menu item {label!r} in {labels[0]!r}")
                self.move((x + 12, y))
            self.press()
            self.release()

    # --- looking ----------------------------------------------------------------------------------------------------

    def screenshot(self, path: Path | None = None) -> NDArray[np.uint8]:
        """What the window shows, height × width × 3 (red, green, blue); kept as a file if `path` says where."""
        from PIL import Image

        file = path or self.home / "screenshot.png"
        file.unlink(missing_ok=True)
        self.frames(3)  # it reads the picture before
        self.ask(f"dpg.output_frame_buffer({str(file)!r})")
        self.until(f"__import__('os').path.exists({str(file)!r})")
        self.frames(1)
        with Image.open(file) as picture:
            return np.asarray(picture.convert("RGB"))

    def picture(self, node: str) -> NDArray[np.uint8]:
        """The preview on a node, as it is on the screen."""
        (left, top), (right, bottom) = self.ask(f"places.preview({node!r})")
        return self.screenshot()[round(top) : round(bottom), round(left) : round(right)]

    # --- documents --------------------------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """The document, as it would be saved."""
        found: dict[str, Any] = json.loads(
            self.ask("__import__('nodegraph.core.preset', fromlist=['to_text']).to_text(document())")
        )
        return found

    def nodes(self) -> dict[str, Any]:
        """The nodes of the document by id."""
        found: dict[str, Any] = self.document().get("graph", {}).get("nodes", {})
        return found

    def wires(self) -> set[str]:
        """The wires of the document: "clip.image -> blur.image"."""
        return set(self.ask("[str(wire) for wire in document().graph.wires]"))

    # --- the end ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the window; assert that nothing went wrong in it and that the process ended well."""
        mistakes = self.ask("app.mistakes")
        self.request("quit")
        code = self.process.wait(60)
        assert not mistakes, mistakes[0]
        assert code == 0, f"exit code {code}\n{self.said[-4000:]}"

    def kill(self) -> None:
        """End the process as a crash would."""
        self.process.kill()
        self.process.wait(60)

    def let_go(self) -> None:
        """Close our ends of what led to the process."""
        with contextlib.suppress(OSError):
            self._file.close()
        self._errors.close()


@contextmanager
def open_window(
    display: str,
    home: Path,
    *arguments: str,
    size: tuple[int, int] = (1280, 800),
    drawn: bool = True,
) -> Iterator[Window]:
    """An editor until the end of the block; then it is closed, and must have made no mistake. drawn: see `Window`."""
    home.mkdir(parents=True, exist_ok=True)
    window = Window(display, home, *arguments, size=size, drawn=drawn)
    try:
        yield window
        if window.process.poll() is None:
            window.close()
    except BaseException as error:
        if window.process.poll() is None:
            with contextlib.suppress(Exception):
                window.screenshot(home / "failed.png")
                error.add_note(f"This is what the window showed: {home / 'failed.png'}")
        raise
    finally:
        if window.process.poll() is None:
            window.kill()
        window.let_go()


def environment(display: str, home: Path) -> dict[str, str]:
    """The surroundings of an editor with a home of its own."""
    folders = {
        name: str(home / name.lower())
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
    }
    return {
        **os.environ,
        **folders,
        "HOME": str(home),
        "DISPLAY": display,
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "PYTHONPATH": str(ROOT),
        "OPENCV_FOR_THREADS_NUM": "1",
    }
