"""The threads: a few workers that carry frames, and lanes for nodes that wait for somebody else."""

import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from nodegraph.engine.frame import Frame
from nodegraph.engine.plan import Step

Work = tuple[Frame, list[Step]]


class Threads:
    """Starts daemon threads whose death is never quiet: what ends one is handed to `crashed`."""

    def __init__(self, crashed: Callable[[BaseException], None]) -> None:
        self._crashed = crashed
        self._started: list[threading.Thread] = []
        self._listing = threading.Lock()

    def start(self, name: str, body: Callable[..., None], *args: Any) -> threading.Thread:
        """Run ``body(*args)`` on a new thread."""
        thread = threading.Thread(target=self._guarded, args=(body, args), name=name, daemon=True)
        with self._listing:
            self._started = [one for one in self._started if one.is_alive()] + [thread]
            thread.start()
        return thread

    def _guarded(self, body: Callable[..., None], args: tuple[Any, ...]) -> None:
        try:
            body(*args)
        except BaseException as error:
            self._crashed(error)

    def join(self, prefix: str, patience: float) -> None:
        """Wait for the threads whose name begins with `prefix`, at most `patience` seconds for each."""
        for thread in self._started:
            if thread.name.startswith(prefix) and thread is not threading.current_thread():
                thread.join(patience)

    def alive(self) -> list[str]:
        """Names of the threads that still run."""
        return [thread.name for thread in self._started if thread.is_alive()]


class Workers:
    """Run-to-completion workers: each takes a frame and carries it as far as it goes."""

    def __init__(self, count: int, carry: Callable[[Frame, list[Step]], None], threads: Threads) -> None:
        self._carry = carry
        self._ready: deque[Work] = deque()
        self._changed = threading.Condition()
        self._stopped = False
        self._busy = 0
        self._threads = [threads.start(f"worker {number + 1}", self._work) for number in range(count)]

    def push(self, frame: Frame, steps: list[Step], first: bool = False) -> None:
        """Have `steps` of `frame` run; `first` puts a frame that has begun before new ones."""
        with self._changed:
            if first:
                self._ready.appendleft((frame, steps))
            else:
                self._ready.append((frame, steps))
            self._changed.notify()

    def wait_quiet(self, patience: float) -> None:
        """Wait until no worker has anything to carry."""
        with self._changed:
            self._changed.wait_for(lambda: not self._ready and not self._busy, patience)

    def stop(self, patience: float) -> None:
        """End the threads after what they carry now."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(patience)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._ready and not self._stopped:
                    self._changed.wait()
                if self._stopped:
                    return
                frame, steps = self._ready.popleft()
                self._busy += 1
            try:
                self._carry(frame, steps)
            finally:
                with self._changed:
                    self._busy -= 1
                    if not self._busy:
                        self._changed.notify_all()


class Lane:
    """Threads of one blocking node: as many calls at once as it takes, none of them on a worker."""

    def __init__(self, name: str, width: int, call: Callable[[Frame, Step], None], threads: Threads) -> None:
        self._jobs: queue.SimpleQueue[tuple[Frame, Step] | None] = queue.SimpleQueue()
        self._call = call
        self._width = width
        self._waiting = 0
        self._changed = threading.Condition()
        for number in range(width):
            threads.start(f"{name} {number + 1}" if width > 1 else name, self._work)

    def submit(self, frame: Frame, step: Step) -> None:
        """Have the node called for this frame."""
        with self._changed:
            self._waiting += 1
        self._jobs.put((frame, step))

    @property
    def busy(self) -> bool:
        """Whether a call is going on or waits for its turn."""
        return self._waiting > 0

    def wait_quiet(self, patience: float) -> None:
        """Wait until no call is going on, at most `patience` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting, patience)

    def stop(self) -> None:
        """End the threads after the call they are in."""
        for _ in range(self._width):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                self._call(*job)
            finally:
                with self._changed:
                    self._waiting -= 1
                    self._changed.notify_all()
