"""Workers as processes of a Ray cluster: one of our own on this machine, or one that is there already.

Only this module imports Ray, and only when a pool is made: just then Ray reads its settings from the environment.
Facts used, Ray 2.60: `address="local"` never looks at RAY_ADDRESS or at other clusters; an actor with `max_concurrency`
2 answers `done` and `end` while it renders; Ray listens on every interface, so our own cluster has a token (else Ray
would leave one in the home folder, for everybody to read); it tells the death of a worker on stdout, which is ours.
"""

import contextlib
import importlib
import importlib.util
import os
import re
import shutil
import socket
import sys
import time
from collections.abc import Mapping
from typing import Any, Final, Self

from nodegraph.core.errors import NodegraphError, UsageError
from nodegraph.render.job import Failed, Job, Lost, Outcome, Remembers, Segment
from nodegraph.render.segment import Workplace
from nodegraph.render.surroundings import QUIET, environment, private_folder, secret, signals_kept

HOW: Final = "Install it with `pip install nodegraph[cluster]`, or render with --workers 1."
_STORE: Final = 256 << 20
"""Bytes of Ray's object store for our own cluster: only stamps and, without a shared folder, parts go through it."""
_ROOM: Final = 120.0
"""Seconds a cluster has to begin the workers."""
_ANSWER: Final = 5.0
"""Seconds a cluster's head has to take a connection."""
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_PATIENCE: Final = 5.0
"""Seconds a worker has to stop a segment before its process is killed."""


class RayPool:
    """Workers of `job` on a Ray cluster. Use as a context manager; leaving it ends them, and a cluster of our own.

    address: ``HOST:PORT`` of a running cluster's head; None starts one on this machine, that only we can enter. Raises
    UsageError without Ray, NodegraphError when the cluster cannot be reached, has no room, or its machines lack
    something, Remembers when the models were asked and remember frames.
    """

    def __init__(self, job: Job, workers: int, address: str | None = None) -> None:
        if importlib.util.find_spec("ray") is None:
            raise UsageError("More than one worker needs Ray, which is not installed.", HOW)
        self._job, self._address, self._count = job, address, workers
        self._folder = ""
        self._ray: Any = None
        self._actors: list[Any] = []
        self._busy: dict[Any, tuple[int, Segment]] = {}
        self._asked: dict[int, Any] = {}
        self._done: dict[int, int] = {}
        self._coming: dict[int, tuple[Any, float]] = {}  # successors: their first word, and since when it is awaited

    def __enter__(self) -> Self:
        try:
            with signals_kept(), environment(QUIET | (secret() if self._address is None else {})):
                self._connect()
            self._job_ref = self._ray.put(self._job)
            self._actors = [self._new() for _ in range(self._count)]
            self._check()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connect(self) -> None:
        self._ray = ray = importlib.import_module("ray")
        options: dict[str, Any] = {"logging_level": "CRITICAL", "log_to_driver": False, "include_dashboard": False}
        if self._address is None:
            self._folder = private_folder()
            options |= {"num_cpus": self._count, "num_gpus": 0, "object_store_memory": _STORE}
            options["_temp_dir"] = self._folder
        else:
            del options["include_dashboard"]
            _knock(self._address)
        try:
            ray.init(address=self._address or "local", **options)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            what = f"at {self._address} " if self._address else ""
            raise NodegraphError(f"The Ray cluster {what}cannot be used: {_first(error)}", "Is it running?") from error
        worker: Any = importlib.import_module("ray._private.worker")
        worker.print_to_stdstream = _say_nothing
        self._remote = ray.remote(num_cpus=1, max_concurrency=2, max_restarts=0)(_Actor)

    def _new(self) -> Any:
        return self._remote.remote(self._job_ref)

    def _check(self) -> None:
        """Wait for the workers, and ask their machines what they lack."""
        ray = self._ray
        refs = [actor.lacks.remote() for actor in self._actors]
        ready, late = ray.wait(refs, num_returns=len(refs), timeout=_ROOM)
        if late:
            message = f"Of {len(refs)} workers {len(ready)} could begin within {_ROOM:g} s: the cluster has no room."
            raise NodegraphError(message, f"Use --workers {max(1, len(ready))}.")
        try:
            lacking = [one for answer in ray.get(refs) for one in answer]
            remembering = [] if lacking else ray.get(self._actors[0].remembering.remote())
        except ray.exceptions.RayError as error:
            hint = "Every machine of the cluster needs nodegraph with the extra `cluster`, in Ray's own Python."
            raise NodegraphError(f"A worker cannot begin: {_first(error)}", hint) from error
        if lacking:
            hint = "Files must be at the same path on every machine, for example in a shared folder."
            raise NodegraphError(" ".join(dict.fromkeys(lacking)), hint)
        if remembering:
            raise Remembers(remembering)

    @property
    def size(self) -> int:
        """How many workers there are."""
        return self._count

    def ready(self, worker: int) -> bool:
        """Whether an idle worker can begin: with its machine a cluster may have lost the room for its successor."""
        coming, since = self._coming.get(worker, (None, 0.0))
        if coming is None or self._ray.wait([coming], timeout=0)[0]:
            self._coming.pop(worker, None)
            return True
        if not self._busy and time.monotonic() - since > _ROOM:
            message = "Workers were lost, and the cluster has no room for others in their place."
            raise NodegraphError(message, "Look after its machines, or begin again with fewer --workers.")
        return False

    def start(self, worker: int, segment: Segment) -> None:
        """Let an idle worker render a segment; returns at once."""
        self._done[worker] = 0
        self._busy[self._actors[worker].render.remote(segment)] = worker, segment

    def wait(self, seconds: float) -> list[tuple[int, Outcome]]:
        """The workers that are done with theirs, and how."""
        if not self._busy:
            time.sleep(seconds)
            return []
        ready, _ = self._ray.wait(list(self._busy), num_returns=len(self._busy), timeout=seconds)
        return [self._outcome(ref) for ref in ready]

    def _outcome(self, ref: Any) -> tuple[int, Outcome]:
        worker, segment = self._busy.pop(ref)
        self._asked.pop(worker, None)
        self._done.pop(worker, None)
        try:
            return worker, self._ray.get(ref)
        except self._ray.exceptions.RayTaskError as error:  # our own mistake, or a node's that no run can catch
            return worker, Failed(segment.number, "", segment.kept, _first(error))
        except self._ray.exceptions.RayError:
            self._actors[worker] = self._new()
            self._coming[worker] = self._actors[worker].pid.remote(), time.monotonic()
            return worker, Lost(segment.number, "its worker ended unexpectedly.")

    def done(self) -> Mapping[int, int]:
        """Frames each busy worker has done; asked without waiting."""
        for worker, _ in self._busy.values():
            if worker not in self._asked:
                self._asked[worker] = self._actors[worker].done.remote()
        for worker, ref in list(self._asked.items()):
            if self._ray.wait([ref], timeout=0)[0]:
                del self._asked[worker]
                with contextlib.suppress(self._ray.exceptions.RayError):
                    self._done[worker] = self._ray.get(ref)
        return dict(self._done)

    def close(self) -> None:
        """End every worker, in the middle of its work too, and the cluster if it is ours."""
        ray = sys.modules.get("ray")
        if self._ray is not None and ray is not None and ray.is_initialized():
            with signals_kept():
                self._end(ray)
                ray.shutdown()
        until = time.monotonic() + _PATIENCE
        while self._folder and os.path.exists(self._folder) and time.monotonic() < until:
            shutil.rmtree(self._folder, ignore_errors=True)  # its processes still write their last lines

    def _end(self, ray: Any) -> None:
        """Politely first, so that runs close their files and models, then not."""
        actors, self._actors = self._actors, []
        with contextlib.suppress(ray.exceptions.RayError):
            ray.wait([one.end.remote() for one in actors], num_returns=len(actors), timeout=_PATIENCE) if actors else ()
        for actor in actors:
            with contextlib.suppress(ray.exceptions.RayError):
                ray.kill(actor)


class _Actor:
    """A `Workplace` in a process of Ray's. `render` takes one of its two threads, everything else the other."""

    def __init__(self, job: Job) -> None:
        self._place = Workplace(job)

    def lacks(self) -> list[str]:
        """What this machine lacks."""
        return self._place.lacks(f"The machine {os.uname().nodename}")

    def remembering(self) -> list[str]:
        """Models that remember earlier frames, where that has to be asked here."""
        return self._place.remembering()

    def render(self, segment: Segment) -> Outcome:
        """Render a segment."""
        return self._place.render(segment)

    def done(self) -> int:
        """Frames done of the segment at work."""
        return self._place.done

    def pid(self) -> int:
        """The process this is."""
        return os.getpid()

    def end(self) -> None:
        """Stop the segment at work, and give back the models."""
        self._place.stop()
        self._place.close()


def _knock(address: str) -> None:
    """Raises UsageError for what is no address, NodegraphError when nobody is there: Ray itself tries for minutes."""
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"--address: {address[:100]!r} is no HOST:PORT.", "It is what `ray start --head` prints.")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _ANSWER).close()
    except OSError as error:
        message = f"The Ray cluster at {address} cannot be used: {error.strerror or error}."
        raise NodegraphError(message, "Is it running?") from error


def _first(error: BaseException) -> str:
    """What a Ray error says, without its traceback; of a worker that failed to begin, why."""
    cause = getattr(error, "cause", None)
    lines = [line.strip() for line in _COLOURS.sub("", str(cause or error)).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    return lines[-1 if "its creation task" in lines[0] else 0][:300]


def _say_nothing(*_: object, **__: object) -> None:
    """In place of what Ray prints by itself; what it means for a segment is told as `Lost`."""
