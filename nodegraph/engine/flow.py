"""All flow control: the newest-frame slot, where frames are dropped, and credits, which bound what is in flight."""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Newest(Generic[T]):
    """A box for one item. Putting a second one in drops the first: the only place where frames are dropped."""

    def __init__(self) -> None:
        self._item: T | None = None
        self._ready = threading.Condition()
        self._closed = False
        self.dropped = 0

    @property
    def empty(self) -> bool:
        """Whether nothing is in the box."""
        return self._item is None

    def put(self, item: T) -> bool:
        """Put `item` in; whether one was dropped for it."""
        with self._ready:
            lost = self._item is not None
            self.dropped += lost
            self._item = item
            self._ready.notify()
            return lost

    def take(self) -> T | None:
        """The item if there is one, at once."""
        with self._ready:
            item, self._item = self._item, None
            return item

    def wait(self, timeout: float | None = None) -> T | None:
        """The next item as soon as there is one; None once the box is closed and empty, or after `timeout` seconds."""
        with self._ready:
            self._ready.wait_for(lambda: self._item is not None or self._closed, timeout)
            item, self._item = self._item, None
            return item

    def close(self) -> None:
        """Nothing more comes; what is in the box can still be taken."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()


class Credits:
    """How many frames may be in flight. A frame takes one on entry and gives it back when its last step is done."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._out = 0
        self._held = False
        self._changed = threading.Condition()

    @property
    def in_flight(self) -> int:
        """Frames that have entered and not left."""
        return self._out

    def try_take(self) -> bool:
        """Take a credit if one is free and admission is not held."""
        with self._changed:
            if self._held or self._out >= self.limit:
                return False
            self._out += 1
            return True

    def take(self, stopped: threading.Event) -> bool:
        """Wait for a credit; False when the run is stopped meanwhile (`wake` must be called after setting it)."""
        with self._changed:
            while (self._held or self._out >= self.limit) and not stopped.is_set():
                self._changed.wait()
            if stopped.is_set():
                return False
            self._out += 1
            return True

    def give(self) -> None:
        """Give a credit back."""
        with self._changed:
            self._out = max(0, self._out - 1)  # it may have been written off
            self._changed.notify_all()

    def wake(self) -> None:
        """Let waiting threads look at the stop event."""
        with self._changed:
            self._changed.notify_all()

    def hold(self, held: bool) -> None:
        """Refuse (or allow again) new frames; those in flight go on."""
        with self._changed:
            self._held = held
            self._changed.notify_all()

    def forget(self, limit: int) -> None:
        """Write off the frames in flight (whoever still works on them no longer counts), and begin with a new limit."""
        with self._changed:
            self._out, self.limit = 0, limit
            self._changed.notify_all()

    def wait_idle(self, timeout: float | None, stopped: threading.Event | None = None) -> bool:
        """Wait until nothing is in flight; False after `timeout` seconds, or when `stopped` was set (then `wake`)."""
        with self._changed:
            self._changed.wait_for(lambda: self._out == 0 or (stopped is not None and stopped.is_set()), timeout)
            return self._out == 0
