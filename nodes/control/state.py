"""Values with a memory: smooth, count, toggle, delay."""

import math
from collections import deque
from typing import Any

from nodegraph.sdk import AnyValue, Boolean, Filter, Integer, Number, Stamp, param


class Smooth(Filter, id="control.smooth", category="Control/Signal", keywords=("lag", "filter", "ease", "low pass")):
    """Let a number follow its input softly (exponential, the same at any frame rate); apart for rising and falling."""

    rise: float = param(0.3, "Seconds to come within a third of a higher value.", ge=0, le=60, step=0.01, unit="s")
    fall: float = param(0.3, "Seconds to come within a third of a lower value.", ge=0, le=60, step=0.01, unit="s")

    def open(self) -> None:
        self._value: float | None = None
        self._time = 0.0

    def process(self, value: Number, stamp: Stamp) -> Number:
        elapsed, self._time = max(stamp.time - self._time, 0.0), stamp.time
        if self._value is None:
            self._value = float(value)
        else:
            constant = self.rise if value > self._value else self.fall
            share = 1 - math.exp(-elapsed / constant) if constant > 0 else 1.0
            self._value += (value - self._value) * share
        return self._value


class Count(Filter, id="control.count", category="Control/Logic", keywords=("counter", "frames")):
    """Count frames, or how often an input became true."""

    start: int = param(0, "The number before the first count.", step=1)
    step: int = param(1, "Added at each count.", step=1)
    modulo: int = param(0, "Begin again at the start after so many counts; 0 never does.", ge=0, le=1000000, step=1)
    reset: bool = param(False, "While this is on, the count stays at the start.")

    def open(self) -> None:
        self._count = 0
        self._before = False

    def process(self, event: Boolean | None, stamp: Stamp) -> Integer:
        rising = event is None or (event and not self._before)
        self._before = bool(event)
        if self.reset:
            self._count = 0
        elif rising:
            self._count += 1
        counted = self._count % self.modulo if self.modulo else self._count
        return self.start + self.step * counted


class Toggle(Filter, id="control.toggle", category="Control/Logic", keywords=("flip-flop", "latch")):
    """Change between false and true each time the input becomes true."""

    initial: bool = param(False, "The state before the first change.", restart=True)

    def open(self) -> None:
        self._state = self.initial
        self._before = False

    def process(self, trigger: Boolean) -> Boolean:
        if trigger and not self._before:
            self._state = not self._state
        self._before = trigger
        return self._state


class ValueDelay(Filter, id="control.delay", category="Control/Signal", delay=True, keywords=("feedback", "previous")):
    """Give the value of some frames ago; a loop of values may run through it, as one of images through Frame Delay."""

    frames: int = param(1, "How many frames back.", ge=1, le=60, step=1, unit="frames")

    def open(self) -> None:
        self._past: deque[Any] = deque(maxlen=60)

    def process(self, value: AnyValue) -> AnyValue:
        self._past.append(value)
        return self.recall()

    def recall(self) -> Any:
        """The value of `frames` frames ago, or None while there is none."""
        return self._past[-self.frames] if len(self._past) >= self.frames else None

    def close(self) -> None:
        self._past.clear()
