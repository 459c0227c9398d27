"""A node at work in a run: its instance, its turn, its newest output, its failures and figures."""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nodegraph.core.adapters import driven
from nodegraph.core.errors import NodeError
from nodegraph.core.graph import GraphNode
from nodegraph.core.node import Stamp
from nodegraph.core.registry import Definition, Instance
from nodegraph.core.spec import NodeSpec
from nodegraph.engine.frame import NOT_YET, Abandoned, Frame
from nodegraph.engine.measure import Ages, Meter
from nodegraph.engine.outputs import given
from nodegraph.engine.plan import Drive, Step

REOPEN_AFTER = 1.0
"""Seconds between attempts to open a node that could not be opened."""


class Held:
    """The newest output of a node: the value, the frame it is of, and the capture time of the oldest part of it."""

    __slots__ = ("oldest", "seq", "value")

    def __init__(self, value: Any, seq: int, oldest: float) -> None:
        self.value, self.seq, self.oldest = value, seq, oldest


class NodeRun:
    """Everything about one node that outlives a frame. It also outlives plans: a hot edit keeps untouched nodes."""

    def __init__(self, node: GraphNode, definition: Definition) -> None:
        self.node = node
        self.spec: NodeSpec = definition.spec_at(node.place)
        self.serial = self.spec.stateful or (self.spec.blocking and self.spec.max_inflight == 1)
        self.ordered = self.serial
        """Frames come to it in order: it has state, or parameters that wires drive."""
        self._alone = self.serial and not self.spec.blocking
        self._timed = self.spec.timed
        self._single = len(self.spec.outputs) == 1
        self.meter = Meter()
        self.ages = Ages()
        self.newest: Held | None = None
        self.keep = False
        self.good: Any = None
        self.failures = 0
        self.failing = 0
        self.waiting = ""
        """What it waits for; "" also once it has failed since."""
        self.told: tuple[str, float] = ("", 0.0)
        """The failure that was told last, and when (perf_counter)."""
        self.life = 0
        """Counts restarts and the end: a call that began in an earlier life does not speak for this one."""
        self._retired = False
        self._definition = definition
        self._instance: Instance | None = None
        self._opened = False
        self._retry_at = 0.0
        self._work = threading.RLock()
        self._params: dict[str, Any] = dict(node.params)
        self._pending: dict[str, Any] = {}
        self._driven: dict[str, Any] = {}
        self._last: dict[str, Any] = {}
        self._copy: tuple[dict[str, Any], Any, Any] | None = None
        self._turns = threading.Lock()
        self._turn = 0
        self._epoch = 0
        self._parked: dict[int, tuple[Frame, Step]] = {}

    # --- life -------------------------------------------------------------------------------------------------------

    @property
    def instance(self) -> Any:
        """The node itself (made on first use)."""
        if self._instance is None:
            self._instance = self._make()
        return self._instance

    def _make(self) -> Instance:
        known = {name: value for name, value in self._params.items() if self.spec.param(name)}
        return self._definition.make(known, self.node.place)

    @property
    def made(self) -> Instance | None:
        """The node itself if there is one already; for onlookers."""
        return self._instance

    def open(self) -> None:
        """Open the node. Raises what the node raises; then it is tried again when it is next needed."""
        with self._work:
            if self._retired:
                raise Abandoned
            if not self._opened:
                self._retry_at = time.monotonic() + REOPEN_AFTER
                self.instance.open()
                self._opened = True

    def close(self, patience: float | None = None, failed: bool = False) -> None:
        """Close the node, waiting at most `patience` seconds for a call that is still in it.

        failed: the run did; a sink then leaves older files alone.
        """
        taken = self._work.acquire(timeout=-1 if patience is None else patience)
        try:
            if self._instance is not None and self._opened:
                self._opened = False
                if failed and self.spec.kind == "sink":
                    self.instance.abandon()
                else:
                    self._instance.close()
        finally:
            if taken:
                self._work.release()

    def retire(self, patience: float, failed: bool = False) -> None:
        """Close the node for good: a call that comes late does not open it again."""
        self._retired = True
        self.life += 1
        self.close(patience, failed)

    def _ensure_open(self) -> None:
        if not self._opened:
            if time.monotonic() < self._retry_at and self.failing:
                raise NodeError(f"{self.spec.title} could not be opened.", "It is tried again every second.")
            self.open()

    # --- parameters -------------------------------------------------------------------------------------------------

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Change parameters from now on: between frames, and never under a call that is using them.

        Raises NodeError for a bad value; then nothing changes.
        """
        checked = {}
        for name, value in params.items():
            if declared := self.spec.param(name):
                checked[name] = declared.check(value)
        if self.serial or self.spec.kind == "source":
            with self._turns:
                self._params.update(checked)
                self._pending.update(checked)
        else:
            with self._work:
                self._params.update(checked)
                self._instance = self.instance.with_params(checked)
                self._copy = None

    def apply_pending(self) -> bool:
        """Let changed parameters take effect; called by the thread that runs the node, between frames.

        Returns whether the node was reopened for them.
        """
        if not self._pending:
            return False
        with self._turns:
            pending, self._pending = self._pending, {}
        self._driven = {}
        return self.move(pending)

    def restart(self, params: Mapping[str, Any]) -> None:
        """Make the node anew with other parameters, losing its state."""
        with self._work:
            self.life += 1
            self.close()
            with self._turns:
                self._params.update(params)
                self._pending = {}
            self._instance, self._driven, self._copy = self._make(), {}, None
            self.open()

    def follow(self, drives: Sequence[Drive]) -> None:
        """Which wires drive parameters from now on; a parameter that lost its wire is what was set by hand."""
        names = {drive.param.name for drive in drives}
        with self._turns:
            self._last = {name: value for name, value in self._last.items() if name in names}
            for name in [name for name in self._driven if name not in names]:
                del self._driven[name]
                param = self.spec.param(name)
                self._pending[name] = self._params.get(name, param.default if param else None)

    def newest_of(self, drives: Sequence[Drive], values: Sequence[Any]) -> list[Any]:
        """What wires into parameters carry: the newest value of each that gives nothing now. Called in turn."""
        for drive, value in zip(drives, values, strict=True):
            if value is not None and value is not NOT_YET:
                self._last[drive.param.name] = value
        return [self._last.get(drive.param.name, NOT_YET) for drive in drives]

    def moved_by(self, drives: Sequence[Drive], values: Sequence[Any]) -> dict[str, Any]:
        """The parameters that these values change. Raises NodeError for a value that cannot be used."""
        moved = {
            name: value
            for name, value in _wanted(drives, values).items()
            if value != self._driven.get(name, getattr(self.instance, name, NOT_YET))
        }
        self._driven |= moved
        return moved

    def _with_driven(self, step: Step, values: Sequence[Any]) -> Any:
        """The instance with the parameters that wires drive for this frame."""
        if self.serial:
            if moved := self.moved_by(step.drives, values):
                self.move(moved)
            return self.instance
        wanted, known, base = _wanted(step.drives, values), self._copy, self.instance
        if known is None or known[0] != wanted or known[1] is not base:
            self._copy = known = wanted, base, base.with_params(wanted)
        return known[2]

    def move(self, params: Mapping[str, Any]) -> bool:
        """Set parameters now, reopening the node when one of them asks for it; whether it was."""
        with self._work:
            anew = self._opened and any(param.restart for param in self.spec.params if param.name in params)
            if anew:
                self.close()
            self.instance.configure(params)
            if anew:
                self.open()
            return anew

    # --- turns ------------------------------------------------------------------------------------------------------

    def begin_epoch(self, epoch: int, turn: int, drives: Sequence[Drive]) -> None:
        """A new plan: the next frame is `turn`, and whatever waited under the old plan is let go."""
        self.follow(drives)
        with self._turns:
            self._epoch, self._turn = epoch, turn
            self._parked.clear()
            self.ordered = self.serial or bool(drives)
            if (newest := self.newest) is not None:  # frames may be counted anew
                self.newest = Held(newest.value, -1, newest.oldest)

    def enter(self, frame: Frame, step: Step) -> bool:
        """Whether it is this frame's turn; if not, it is parked and handed out by `leave`."""
        with self._turns:
            if frame.epoch != self._epoch:
                return False
            if frame.seq == self._turn:
                return True
            self._parked[frame.seq] = (frame, step)
            return False

    def leave(self, frame: Frame) -> tuple[Frame, Step] | None:
        """The frame is through; the one that waited for its turn, if it is here."""
        with self._turns:
            if frame.epoch != self._epoch:
                return None
            self._turn += 1
            return self._parked.pop(self._turn, None)

    # --- work -------------------------------------------------------------------------------------------------------

    def call(self, step: Step, args: Sequence[Any], drives: Sequence[Any], stamp: Stamp) -> Any:
        """Run the node once; its outputs as read-only arrays. Raises what the node raises."""
        if not self._opened:
            self._ensure_open()
        if self._alone:
            with self._work:
                return self._process(step, args, drives, stamp)
        return self._process(step, args, drives, stamp)

    def _process(self, step: Step, args: Sequence[Any], drives: Sequence[Any], stamp: Stamp) -> Any:
        if self._pending:
            self.apply_pending()
        instance: Any = self._with_driven(step, drives) if drives else self._instance
        result = instance.process(*args, stamp) if self._timed else instance.process(*args)
        if type(result) is np.ndarray and self._single:
            result.setflags(write=False)
            return result
        return given(self.spec, result)

    def recall(self) -> Any:
        """What a Frame Delay gives for this frame, or NOT_YET."""
        if not self._opened:
            self._ensure_open()
        value = self.instance.recall()
        return NOT_YET if value is None else value

    def inherit(self, old: "NodeRun") -> None:
        """Hold what a node in this one's place gave last, until this one gives something."""
        self.good = old.good
        if (newest := old.newest) is not None:  # its frames may be counted otherwise
            self.newest = Held(newest.value, -1, newest.oldest)

    def hold(self, value: Any, seq: int, oldest: float) -> None:
        """Remember `value` as the newest output, unless a later frame's is there already."""
        newest = self.newest
        if newest is None or newest.seq <= seq:
            self.newest = Held(value, seq, oldest)


def freeze(value: Any) -> Any:
    """Make arrays read-only, so that fan-out needs no copy."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, tuple):
        for part in value:
            if isinstance(part, np.ndarray):
                part.setflags(write=False)
    return value


def _wanted(drives: Sequence[Drive], values: Sequence[Any]) -> dict[str, Any]:
    return {
        drive.param.name: driven(drive.param, value)
        for drive, value in zip(drives, values, strict=True)
        if value is not NOT_YET
    }
