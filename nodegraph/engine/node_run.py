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
from nodegraph.engine.frame import NOT_YET, Frame
from nodegraph.engine.measure import Ages, Meter
from nodegraph.engine.plan import Step

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
        self.spec: NodeSpec = definition.spec
        self.serial = self.spec.stateful or (self.spec.blocking and self.spec.max_inflight == 1)
        self._alone = self.serial and not self.spec.blocking
        self._timed = self.spec.timed
        self.meter = Meter()
        self.ages = Ages()
        self.newest: Held | None = None
        self.keep = False
        self.good: Any = None
        self.failures = 0
        self.failing = 0
        self.waiting = ""
        self._definition = definition
        self._instance: Instance | None = None
        self._opened = False
        self._retry_at = 0.0
        self._work = threading.RLock()
        self._params: dict[str, Any] = dict(node.params)
        self._pending: dict[str, Any] = {}
        self._driven: tuple[tuple[Any, ...], Any] | None = None
        self._turns = threading.Lock()
        self._turn = 0
        self._epoch = 0
        self._parked: dict[int, tuple[Frame, Step]] = {}

    # --- life -------------------------------------------------------------------------------------------------------

    @property
    def instance(self) -> Any:
        """The node itself (made on first use)."""
        if self._instance is None:
            known = {name: value for name, value in self._params.items() if self.spec.param(name)}
            self._instance = self._definition.make(known, self.node.place)
        return self._instance

    def open(self) -> None:
        """Open the node. Raises what the node raises; then it is tried again when it is next needed."""
        with self._work:
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
                self._pending.update(checked)
        else:
            with self._work:
                self._instance = self.instance.with_params(checked)
                self._driven = None
        self._params.update(checked)

    def apply_pending(self) -> None:
        """Let changed parameters take effect; called by the thread that runs the node, between frames."""
        if self._pending:
            with self._turns:
                pending, self._pending = self._pending, {}
            self.instance.configure(pending)

    def restart(self, params: Mapping[str, Any]) -> None:
        """Make the node anew with other parameters, losing its state."""
        with self._work:
            self.close()
            self._params.update(params)
            self._instance, self._driven, self._pending = None, None, {}
            self.open()

    def _with_driven(self, step: Step, values: Sequence[Any]) -> Any:
        """The instance with the parameters that wires drive set for this frame."""
        wanted = tuple(
            driven(drive.param, value) for drive, value in zip(step.drives, values, strict=True) if value is not NOT_YET
        )
        names = [drive.param.name for drive, value in zip(step.drives, values, strict=True) if value is not NOT_YET]
        known = self._driven
        if known is None or known[0] != (names, wanted):
            if self.serial:
                self.instance.configure(dict(zip(names, wanted, strict=True)))
                known = (names, wanted), self.instance
            else:
                known = (names, wanted), self.instance.with_params(dict(zip(names, wanted, strict=True)))
            self._driven = known
        return known[1]

    # --- turns ------------------------------------------------------------------------------------------------------

    def begin_epoch(self, epoch: int, turn: int) -> None:
        """A new plan: the next frame is `turn`, and whatever waited under the old plan is let go."""
        with self._turns:
            self._epoch, self._turn = epoch, turn
            self._parked.clear()

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
        if type(result) is np.ndarray:
            result.setflags(write=False)
            return result
        return freeze(result)

    def recall(self) -> Any:
        """What a Frame Delay gives for this frame, or NOT_YET."""
        if not self._opened:
            self._ensure_open()
        value = self.instance.recall()
        return NOT_YET if value is None else value

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


def bypassed(step: Step, args: Sequence[Any]) -> Any:
    """What a node shows when it is bypassed: for each output the first input of its type, else NOT_YET."""
    given = []
    for output in step.spec.outputs:
        matching = (
            value
            for port, value in zip(step.spec.inputs, args, strict=True)
            if value is not None and value is not NOT_YET and set(port.types) & set(output.types)
        )
        given.append(next(matching, NOT_YET))
    return given[0] if len(given) == 1 else tuple(given)


def blackened(step: Step, args: Sequence[Any], good: Any) -> Any:
    """Black images in place of a failed node's image outputs, sized like its input or its last good output."""
    pictures = [
        value for value in (*args, *(good if isinstance(good, tuple) else (good,))) if isinstance(value, np.ndarray)
    ]
    picture = next((value for value in pictures if value.ndim in (2, 3)), None)
    if picture is None:
        return bypassed(step, args)
    black = np.zeros_like(picture)
    if black.ndim == 3 and black.shape[2] == 4:
        black[..., 3] = 255
    outputs = [freeze(black) if {"image", "mask"} & set(port.types) else None for port in step.spec.outputs]
    return outputs[0] if len(outputs) == 1 else tuple(outputs)
