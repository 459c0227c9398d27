"""Several servers of one model that share its frames: N containers on one engine, or a service of a Docker Swarm."""

import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Protocol

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.cancel import Cancel, Cancelled
from nodegraph.runtime.engines.engines import engine_at
from nodegraph.runtime.health import ask
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.roster import Roster
from nodegraph.runtime.runners.container import ContainerRunner
from nodegraph.runtime.runners.herd import Herd
from nodegraph.runtime.runners.swarm import Service
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Exit, Watcher

_LOOK_EVERY: Final = 0.3  # seconds
_ANSWER: Final = 1.0  # seconds for one health answer


class Fleet(Protocol):
    """Where replicas come from. Calls come from one thread at a time."""

    def begin(self, watcher: Watcher) -> None:
        """Start all of them. Raises ModelError or Cancelled."""

    def resize(self, count: int) -> None:
        """Have so many from now on, keeping those that run. Raises ModelError."""

    def present(self) -> Mapping[str, Endpoint]:
        """Those that run now, by a name that is never used again; what ended is replaced on the way.

        Raises ModelError when it cannot be told, or when there will be none any more.
        """

    def end(self) -> None:
        """Stop all of them; never raises."""


class ReplicaRunner:
    """Keeps a roster of the replicas that answer; whoever calls spreads the calls over it (protocols/spread.py).

    keep: they are to outlive this program once `let_go` was called; then they are containers on the one engine, also
    where it leads a swarm.
    """

    def __init__(self, launch: Launch, limits: Limits, keep: bool = False) -> None:
        self._launch = launch
        self._limits = limits
        self._keep = keep
        self._known = engine_at(launch.engine)
        self._fleet: Fleet | None = None
        self._wanted = self._size = launch.replicas
        self._roster = Roster(launch.replicas)
        self._over = Cancel()
        self._thread: threading.Thread | None = None

    def prepare(self, watcher: Watcher) -> None:
        """Reach the engine, fetch image and weights, see whether it leads a swarm. Raises ModelError or Cancelled."""
        self._size = self._wanted
        launch = replace(self._launch, replicas=self._size)
        one = ContainerRunner(launch, self._limits)
        info = self._known.engine.info()
        swarm = info.get("Swarm") or {}
        if swarm.get("ControlAvailable") and not self._keep and not one.finds_kept:
            service = Service(launch, self._known)
            one.prepare(watcher, gpu=bool(service.gpu(watcher)))
            self._fleet = service
        else:
            one.prepare(watcher)
            if crowd := crowded(launch, int(info.get("MemTotal") or 0)):
                watcher.note(crowd)
            self._fleet = Herd(launch, self._limits, self._keep)

    def start(self, watcher: Watcher) -> Endpoint:
        """Start them all; ready with the first that answers. Raises ModelError or Cancelled."""
        assert self._fleet is not None
        watcher.stage(Stage.CREATING)
        self._roster, self._over = Roster(self._size), Cancel()
        self._fleet.begin(watcher)
        self._thread = threading.Thread(target=self._watch, args=(self._fleet, watcher), name="replicas", daemon=True)
        self._thread.start()
        return Endpoint("", local=False, roster=self._roster)

    def scale(self, count: int) -> None:
        """Have so many from now on: others are added, or the last ones stopped; the rest goes on."""
        self._wanted = count
        self._roster.suspicion.set()

    def wait_for_all(self, timeout: float, cancel: Cancel) -> None:
        """Wait until all answer. Raises ModelUnreachable when they do not in `timeout` seconds, or Cancelled."""
        end = time.monotonic() + timeout
        while not self._roster.wait_full(_LOOK_EVERY):
            cancel.check()
            if time.monotonic() > end:
                count, name = len(self._roster.members()), self._launch.name
                hint = f"Its whole log: nodegraph models logs {self._launch.id}"
                raise ModelUnreachable(f"Only {count} of the {self._size} replicas of {name} answer.", hint)

    def let_go(self) -> None:
        """From now on they are not ours to stop."""
        if isinstance(self._fleet, Herd):
            self._fleet.let_go()

    def stop(self) -> None:
        """Stop them all."""
        self._over.set()
        self._roster.suspicion.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._fleet is not None:
            self._fleet.end()

    # ---- watching -----------------------------------------------------------------------------------------------

    def _watch(self, fleet: Fleet, watcher: Watcher) -> None:
        told = 0
        while not self._over.is_set():
            try:
                self._resize(fleet)
                self._compare(fleet.present())
            except Cancelled:
                return
            except ModelError as error:
                watcher.exited(Exit(error.message, error.hint))
                return
            except Exception as bug:  # no thread dies quietly
                watcher.log(traceback.format_exc())
                watcher.exited(Exit(f"The replicas cannot be looked after: {bug!r}.", "Please report this as a bug."))
                return
            told = self._tell(told, watcher)
            self._roster.suspicion.wait(_LOOK_EVERY)
            self._roster.suspicion.clear()

    def _resize(self, fleet: Fleet) -> None:
        """Raises ModelError."""
        wanted = self._wanted
        if wanted != self._size:
            fleet.resize(wanted)
            self._size = self._roster.size = wanted

    def _compare(self, present: Mapping[str, Endpoint]) -> None:
        """Bring the roster up to date: who is new or under suspicion must answer first. Raises Cancelled."""
        on_duty = dict(self._roster.members())
        for name in on_duty.keys() - present.keys():
            self._roster.drop(name)
        for name, endpoint in present.items():
            if name not in on_duty and ask(endpoint, self._launch.protocol, _ANSWER, self._over).state == "ready":
                self._roster.put(name, endpoint)

    def _tell(self, told: int, watcher: Watcher) -> int:
        count = len(self._roster.members())
        if count != told:
            watcher.log(f"{count} of {self._size} replicas answer")
        return count


def crowded(launch: Launch, total: int) -> str:
    """What to know when replicas may take more memory together than the machine's `total` bytes, else ""."""
    if not total or launch.memory * launch.replicas <= total:
        return ""
    each, there = (f"{count / (1 << 30):.3g} GB" for count in (launch.memory, total))
    return (
        f"{launch.replicas} replicas of {launch.name} may take {each} each, and the machine has {there}: "
        "where they need that, some are ended by the system and started again. Fewer replicas are faster then."
    )
