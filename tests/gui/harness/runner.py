"""``python -m tests.gui.harness.runner NAME WIDTHxHEIGHT [PRESET]``: `nodegraph edit`, and a socket that asks it.

Each line in is a request as JSON, each line out its answer. Requests are carried out between frames, on the window's
thread: ``frames`` answers after so many frames, ``ask`` with the value of an expression, ``until`` as soon as an
expression is true, ``quit`` closes the window.
"""

import faulthandler
import functools
import json
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.cli.main import main
from nodegraph.editor.views import app as app_module
from nodegraph.editor.views.app import App
from tests.gui.harness import places
from tests.gui.harness.window import NOT_DRAWN

Request = dict[str, Any]
_QUICK = 1 / 200
_SETTLED = 2
"""Frames until the window is as a person sees it: drawn, texts measured, and drawn with that."""


@dataclass
class _Waiting:
    """A request that is not answered yet. due: the number of the frame, or the time, at which it is over."""

    request: Request
    answer: "queue.SimpleQueue[Any]"
    due: float = field(default=0.0)


class Server:
    """Serves the Unix socket of this name on threads; `each_frame` does the work."""

    def __init__(self, name: str) -> None:
        self._asked: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._waiting: list[_Waiting] = []
        self._frame = 0
        self._names: dict[str, Any] = {}
        listening = socket.socket(socket.AF_UNIX)
        listening.bind("\0" + name)  # an abstract address: no file is left behind, no path is too long
        listening.listen()
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection.makefile("rw", encoding="utf-8") as file:
            for line in file:
                waiting = _Waiting(json.loads(line), queue.SimpleQueue())
                self._asked.put(waiting)
                file.write(json.dumps(waiting.answer.get(), default=str) + "\n")
                file.flush()

    def watch(self, app: App) -> None:
        """The window is there: its parts are the names that expressions can use."""
        here = places.Places(app)
        self._names = {"app": app, "editor": app.editor, "places": here, "dpg": dpg, "time": time}
        self._names |= {"document": lambda: app.editor.workspace.document}

    @property
    def in_a_hurry(self) -> bool:
        """Whether a test waits for frames, and for nothing else."""
        return any(one.request["op"] == "frames" for one in self._waiting)

    def each_frame(self) -> None:
        """Answer what can be answered."""
        self._frame += 1
        app: App = self._names["app"]
        if "ready_at" not in self._names and app.measure.ready and self._frame > _SETTLED:
            self._names["ready_at"] = time.time()
        while not self._asked.empty():
            self._begin(self._asked.get())
        self._waiting = [one for one in self._waiting if not self._answered(one)]

    def _begin(self, one: _Waiting) -> None:
        kind = one.request["op"]
        if kind == "frames":
            one.due = self._frame + one.request["count"]
        elif kind == "until":
            one.due = time.monotonic() + one.request["seconds"]
        self._waiting.append(one)

    def _answered(self, one: _Waiting) -> bool:
        kind = one.request["op"]
        if kind == "frames":
            return self._frame >= one.due and _tell(one, {"value": self._frame})
        if kind == "quit":
            dpg.stop_dearpygui()
            return _tell(one, {"value": None})
        answer = self._value(one.request["code"])
        late = kind == "until" and time.monotonic() > one.due
        if kind == "ask" or late or answer.get("value"):  # what cannot be said yet may be said soon
            return _tell(one, answer | ({"late": True} if late and not answer.get("value") else {}))
        return False

    def _value(self, code: str) -> dict[str, Any]:
        try:
            return {"value": eval(code, self._names)}
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}


def _tell(one: _Waiting, answer: dict[str, Any]) -> bool:
    one.answer.put(answer)
    return True


def run(name: str, size: str, *arguments: str) -> int:
    """The editor's exit code."""
    faulthandler.enable()
    server, own_run = Server(name), App.run

    def watched(self: App, each_frame: Callable[[], None] | None = None) -> None:
        assert each_frame is None
        server.watch(self)
        own_run(self, server.each_frame)

    width, height = (int(side) for side in size.split("x"))
    App.run = watched  # type: ignore[method-assign]
    if NOT_DRAWN.items() <= os.environ.items():  # nobody looks
        own_pace = App._pace
        App._pace = lambda self, cost: _QUICK if server.in_a_hurry else own_pace(self, cost)  # type: ignore[method-assign]
    app_module.App = functools.partial(App, width=width, height=height)  # type: ignore[misc, assignment]
    return main(["edit", *arguments])


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
