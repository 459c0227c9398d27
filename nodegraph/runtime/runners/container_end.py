"""Following a running container: its log, its end, and the sentence that says how it ended."""

import threading
import time

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.cancel import Cancel, Cancelled
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.processes.signals import signal_name
from nodegraph.runtime.watcher import Exit, Watcher

_AGAIN_WITHIN = 10.0
"""Seconds for making the connection to an engine elsewhere anew; after that the container counts as lost."""


class Following:
    """Two threads that end with the container, or when it is let go. After `stopping.set()` its end is no news."""

    def __init__(self, engine: Engine, launch: Launch, container: str, watcher: Watcher) -> None:
        self.stopping = threading.Event()
        self._let_go = Cancel()
        self._engine = engine
        self._launch = launch
        self._container = container
        self._watcher = watcher
        self._read_until = 0.0  # seconds since the epoch
        self._reader = threading.Thread(target=self._read, name="container log", daemon=True)
        self._waiter = threading.Thread(target=self._wait, name="container end", daemon=True)
        self._reader.start()
        self._waiter.start()

    def let_go(self) -> None:
        """It goes on without us: end both threads."""
        self.stopping.set()
        self._let_go.set()

    def join(self, timeout: float) -> None:
        """Wait for both threads, no longer than `timeout` seconds each."""
        self._reader.join(timeout)
        self._waiter.join(timeout)

    def _read(self) -> None:
        try:
            for line in self._engine.follow_log(self._container, self._let_go, self._read_until):
                self._watcher.log(line)
        except Cancelled:
            return
        except ModelError as error:
            if not self.stopping.is_set():
                self._watcher.log(f"its log cannot be read any more: {error}")
        finally:
            self._read_until = time.time()

    def _wait(self) -> None:
        try:
            code = self._until_end()
            self._reader.join(1.0)
            exit = Exit("") if self.stopping.is_set() else self._how(code)
        except Cancelled:
            return
        except ModelUnreachable as error:
            exit = Exit(error.message, error.hint)
        except ModelError as error:
            exit = Exit(f"{self._launch.name} was lost sight of: {error.message}", error.hint)
        if not self.stopping.is_set():
            self._watcher.exited(exit)

    def _until_end(self) -> int | None:
        """Its exit code. A model elsewhere goes on while the connection to it is down: then it is made anew."""
        while True:
            try:
                return self._engine.wait(self._container, self._let_go)
            except ModelUnreachable:
                if self._engine.by_socket or not self._is_back():
                    raise
                self._watcher.log("the connection to its engine broke, and is there again")
                self._reader = threading.Thread(target=self._read, name="container log", daemon=True)
                self._reader.start()

    def _is_back(self) -> bool:
        deadline = time.monotonic() + _AGAIN_WITHIN
        while not self.stopping.is_set():
            try:
                self._engine.inspect(self._container)
                return True
            except ModelUnreachable:
                if time.monotonic() > deadline or self.stopping.wait(0.3):
                    break
        return False

    def _how(self, code: int | None) -> Exit:
        """How it ended, in a sentence."""
        name, hint = self._launch.name, f"Its whole log: nodegraph models logs {self._launch.id}"
        tail = self._watcher.tail()
        words = f'Its last words: "{tail}".' if tail else "It printed nothing."
        found = self._engine.inspect(self._container)
        if found is None or code is None:
            return Exit(f"The container of {name} was removed by somebody else.", hint)
        if (found.get("State") or {}).get("OOMKilled"):
            limit = int((found.get("HostConfig") or {}).get("Memory") or 0) >> 20
            more = "Give it more (`memory` of its place, in MB)."
            return Exit(f"{name} ran out of memory: it may have {limit} MB.", more)
        if code > 128:
            return Exit(f"The container of {name} was ended by {signal_name(code - 128)}. {words}", hint)
        return Exit(f"The container of {name} stopped by itself with exit code {code}. {words}", hint)
