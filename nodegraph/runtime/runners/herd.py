"""N containers of one model on one engine, each started anew when it ends."""

import contextlib
import threading
import time
from collections.abc import Mapping

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.backoff import Backoff
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.runners.container import ContainerRunner
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Exit, Watcher


class Herd:
    """A fleet (see replicas.py) without a swarm. keep: they are to outlive this program, see `ContainerRunner`."""

    def __init__(self, launch: Launch, limits: Limits, keep: bool = False) -> None:
        self._launch, self._limits, self._keep = launch, limits, keep
        self._taken: set[str] = set()  # the containers of all slots
        self._leaving: list[_Slot] = []
        self._watcher: Watcher | None = None
        self._slots = [self._slot(number) for number in range(1, launch.replicas + 1)]

    def begin(self, watcher: Watcher) -> None:
        """Start all; what keeps one of them from starting is raised, and none is left."""
        self._watcher = watcher
        try:
            for slot in self._slots:
                watcher.stage(Stage.STARTING, message=f"replica {slot.number} of {len(self._slots)}")
                slot.begin(watcher)
        except BaseException:
            self.end()
            raise

    def resize(self, count: int) -> None:
        """New ones are started by the next look; the last ones are stopped when nobody is sent to them any more."""
        self._leaving += self._slots[count:]
        del self._slots[count:]
        for number in range(len(self._slots) + 1, count + 1):
            self._slots.append(self._slot(number))

    def _slot(self, number: int) -> "_Slot":
        runner = ContainerRunner(self._launch, self._limits, self._keep, taken=self._taken)
        return _Slot(number, runner, self._limits, self._watcher)

    def present(self) -> Mapping[str, Endpoint]:
        """Those that run; one that ended is started again after a pause. Raises ModelError when all are given up."""
        self._part()
        found = {}
        for slot in self._slots:
            endpoint = slot.look()
            if endpoint is not None:
                found[slot.name] = endpoint
        lost = [slot.given_up for slot in self._slots if slot.given_up is not None]
        if len(lost) == len(self._slots):
            raise ModelError(lost[0].message, lost[0].hint)
        return found

    def _part(self) -> None:
        """Stop those that left a look ago: since then they are in no list of who answers."""
        gone = [slot for slot in self._leaving if slot.left]
        self._leaving = [slot for slot in self._leaving if not slot.left]
        for slot in self._leaving:
            slot.left = True
        for slot in gone:
            slot.end()

    def let_go(self) -> None:
        """From now on they are not ours to stop."""
        for slot in self._slots:
            slot.runner.let_go()

    def end(self) -> None:
        """Stop all, at the same time."""
        threads = [threading.Thread(target=slot.end) for slot in (*self._slots, *self._leaving)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class _Slot:
    """One replica, and its life after each end of it."""

    def __init__(self, number: int, runner: ContainerRunner, limits: Limits, watcher: Watcher | None) -> None:
        """watcher: for one that joins those that run."""
        self.number, self.runner = number, runner
        self.given_up: Exit | None = None
        self.left = False
        self._backoff = Backoff(limits)
        self._watcher = _One(watcher, number) if watcher is not None else None
        self._endpoint: Endpoint | None = None
        self._life = 0
        self._born = self._again = 0.0

    @property
    def name(self) -> str:
        """Of its present life."""
        return f"{self.number}.{self._life}"

    def begin(self, watcher: Watcher) -> None:
        """Its first life. Raises ModelError or Cancelled."""
        self.given_up = None
        self._backoff.reset()
        self._live(watcher)

    def look(self) -> Endpoint | None:
        """Where it runs, None while it does not; started again when it is time."""
        watcher = self._watcher
        if watcher is None or self.given_up is not None:
            return None
        if watcher.exit is not None and self._endpoint is not None:
            self._lost(watcher.exit)
        elif self._endpoint is None and time.monotonic() >= self._again:
            try:
                self._live(watcher.whole)
            except ModelUnreachable:
                raise  # its engine is gone: so are all the others
            except ModelError as error:
                self._lost(Exit(error.message, error.hint))
        return self._endpoint

    def end(self) -> None:
        with contextlib.suppress(ModelError):
            self.runner.stop()
        self._watcher = self._endpoint = None

    def _live(self, watcher: Watcher) -> None:
        self._life += 1
        self._born = time.monotonic()
        self._watcher = _One(watcher, self.number)
        self._endpoint = self.runner.start(self._watcher)

    def _lost(self, exit: Exit) -> None:
        if self._watcher is not None:
            self._watcher.log(f"{exit.message} {exit.hint}".strip())
        self._endpoint = None
        self.runner.stop()
        pause = self._backoff.after(time.monotonic() - self._born)
        if pause is None:
            self.given_up = exit
        else:
            self._again = time.monotonic() + pause


class _One:
    """A replica's watcher: its lines carry its number, its end is its own and not the model's."""

    def __init__(self, whole: Watcher, number: int) -> None:
        self.whole = whole
        self.exit: Exit | None = None
        self._number = number

    @property
    def cancel(self) -> Cancel:
        return self.whole.cancel

    def stage(self, stage: Stage, done: int = 0, total: int = 0, message: str = "") -> None:
        """One replica's stages are not the model's."""

    def note(self, text: str) -> None:
        self.whole.note(text)

    def log(self, line: str) -> None:
        self.whole.log(f"[{self._number}] {line}")

    def tail(self) -> str:
        return self.whole.tail()

    def exited(self, exit: Exit) -> None:
        self.exit = exit
