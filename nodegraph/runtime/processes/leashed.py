"""One child process on a leash: its lines, its end, and a stop that leaves nothing of its group behind."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nodegraph.runtime.processes import leash

_LINE = 65536  # bytes after which a line is cut: a program that never ends its line must not fill the memory


class Leashed:
    """Starts `command` at once. `said(line)` and, at the very end, `ended(code)` are called on threads of its own."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        said: Callable[[str], None],
        ended: Callable[[int], None],
    ) -> None:
        held = [sys.executable, "-I", "-S", str(Path(leash.__file__)), *command]
        pipe, merged = subprocess.PIPE, subprocess.STDOUT
        self._process = subprocess.Popen(
            held, stdin=pipe, stdout=pipe, stderr=merged, cwd=folder, env=dict(environment), start_new_session=True
        )
        self._said = said
        self._ended = ended
        self._reaping = threading.Lock()
        self._reaped = False
        self._reader = threading.Thread(target=self._read, name="server output", daemon=True)
        self._waiter = threading.Thread(target=self._wait, name="server end", daemon=True)
        self._reader.start()
        self._waiter.start()

    @property
    def pid(self) -> int:
        """Of the leash; the command is its child."""
        return self._process.pid

    def stop(self, grace: float) -> None:
        """Terminate the group, kill it after `grace` seconds; returns when it is gone and all is told."""
        self._signal(signal.SIGTERM)
        self._waiter.join(grace)
        self._signal(signal.SIGKILL)
        self._waiter.join()

    def _signal(self, number: int) -> None:
        with self._reaping:  # until it is reaped, its number cannot belong to anybody else
            if not self._reaped:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, number)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            while line := stream.readline(_LINE):
                self._said(line.decode("utf-8", "replace").rstrip())

    def _wait(self) -> None:
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        self._signal(signal.SIGKILL)  # whatever the server started goes with it
        with self._reaping:
            code = self._process.wait()
            self._reaped = True
        self._reader.join(1.0)  # a grandchild in a session of its own may keep the pipe open
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._ended(code)
