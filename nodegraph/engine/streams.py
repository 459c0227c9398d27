"""A domain at work: where its frames come from, how many are in flight, and when it is over."""

import threading
import time
from typing import Any

from nodegraph.core.node import Stamp
from nodegraph.engine.flow import Credits, Newest
from nodegraph.engine.frame import Frame, Template
from nodegraph.engine.plan import Domain
from nodegraph.engine.sources import Pacer, Reader

Item = tuple[Any, Stamp, float]
"""What enters a domain: the head's value (a free-running node: its inputs), the stamp, the oldest capture time."""


class Stream:
    """One domain of a run. Outlives plans: a hot edit gives it a new `domain` and goes on counting frames."""

    def __init__(self, domain: Domain, reader: Reader | None, credits: int, epoch: int) -> None:
        self.id = domain.id
        self.reader = reader
        self.pacer = Pacer()
        self.newest: Newest[Item] = Newest()
        self.credits = Credits(credits)
        self.stopped = threading.Event()
        self.exhausted = False
        self.failing = 0
        self.frames_in = 0
        self.seq = 0
        self.last: Item | None = None
        """What was let in last, for `Circulation.again`."""
        self.offered_at = 0.0
        self.interval = 0.0
        self._lock = threading.Lock()
        self.adopt(domain, epoch)

    def adopt(self, domain: Domain, epoch: int) -> None:
        """Take frames through another plan's domain from now on. Call while nothing is in flight."""
        with self._lock:
            self.domain = domain
            self.template = Template(domain)
            self.epoch = epoch
            self._offered = -1  # another source may count from 0

    def admit(self, item: Item, limit: int | None) -> Frame | None:
        """A new frame; the caller holds a credit for it. None (and the stream ends) when the limit is reached."""
        value, stamp, oldest = item
        with self._lock:
            if limit is not None and self.seq >= limit:
                self.exhausted = True
                return None
            frame = Frame(self.domain, self.template, self.epoch, self.seq, stamp, value)
            frame.ages = [min(oldest, frame.captured)] * self.template.size
            self.seq += 1
            self.last = item
            if limit is not None and self.seq >= limit:
                self.exhausted = True
        return frame

    def offer(self, item: Item) -> None:
        """Leave a free-running node its newest inputs; frames that were overtaken by a later one are ignored."""
        with self._lock:
            if item[1].index >= self._offered:
                self._offered = item[1].index
                now = time.perf_counter()
                if self.offered_at:
                    self.interval += 0.2 * (min(now - self.offered_at, 1.0) - self.interval)
                self.offered_at = now
                self.frames_in += 1
                self.newest.put(item)

    def leave(self, frame: Frame) -> bool:
        """A frame is through: its credit is free again. False for a frame of an older plan."""
        with self._lock:
            if frame.epoch != self.epoch:
                return False
        self.credits.give()
        return True

    @property
    def over(self) -> bool:
        """Nothing more comes and nothing is in flight, or about to be."""
        return self.exhausted and self.credits.in_flight == 0 and (self.reader is None or self.newest.empty)

    def stop(self) -> None:
        """Let every thread that waits here look up and end."""
        self.stopped.set()
        if self.reader is not None:
            self.reader.wake()
        self.newest.close()
        self.credits.wake()
