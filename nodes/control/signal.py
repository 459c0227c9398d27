"""Signals that run by themselves: waves, chance, time. The same stamp always gives the same value."""

import math
import random
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from nodegraph.sdk import Boolean, Filter, Number, Stamp, param

Shape = Literal["sine", "triangle", "square", "saw", "random"]


class Lfo(Filter, id="control.lfo", category="Control/Signal", title="LFO", keywords=("oscillator", "wave", "pulse")):
    """Give a slow wave; random holds a new value in every period."""

    shape: Shape = param("sine", "Form of the wave; all but random start in the middle or at the low end and rise.")
    frequency: float = param(0.5, "Waves per second.", ge=0, le=60, step=0.01, unit="Hz")
    phase: float = param(0.0, "Where in the wave it begins; 1 is a full wave.", ge=-1, le=1, step=0.01)
    low: float = param(0.0, "Lowest value.", step=0.01)
    high: float = param(1.0, "Highest value.", step=0.01)
    duty: float = param(0.5, "Share of a square wave that is high.", ge=0, le=1, step=0.01)
    seed: int = param(0, "Another number gives other random values.", ge=0, le=999999, step=1)

    def process(self, stamp: Stamp) -> Number:
        turns = stamp.time * self.frequency + self.phase
        if self.shape == "random":
            share = chance(self.seed, math.floor(turns))
        elif self.shape == "square":
            share = 1.0 if turns % 1 < self.duty else 0.0
        else:
            share = _WAVES[self.shape](turns % 1)
        return self.low + share * (self.high - self.low)


_WAVES: Final[dict[str, Callable[[float], float]]] = {
    "sine": lambda t: 0.5 + 0.5 * math.sin(2 * math.pi * t),
    "triangle": lambda t: 2 * t if t < 0.5 else 2 - 2 * t,
    "saw": lambda t: t,
}


def chance(seed: int, number: int) -> float:
    """A number 0..1 that depends on the two arguments only."""
    return random.Random(f"{seed}:{number}").random()


class Random(Filter, id="control.random", category="Control/Signal", keywords=("noise", "chance", "dice")):
    """Give random numbers at a steady rate, in steps or gliding from one to the next; repeatable by the seed."""

    rate: float = param(2.0, "New values per second.", ge=0.01, le=60, step=0.1, unit="Hz")
    low: float = param(0.0, "Lowest value.", step=0.01)
    high: float = param(1.0, "Highest value.", step=0.01)
    smooth: bool = param(False, "Glide from value to value.")
    seed: int = param(0, "Another number gives other values.", ge=0, le=999999, step=1)

    def process(self, stamp: Stamp) -> Number:
        # A millionth of a slot is added, because 3 / 25 * 25 is a little less than 3.
        position = stamp.time * self.rate + 1e-6
        number = math.floor(position)
        share = chance(self.seed, number)
        if self.smooth:
            t = position - number
            share += (chance(self.seed, number + 1) - share) * t * t * (3 - 2 * t)
        return self.low + share * (self.high - self.low)


class Clock(NamedTuple):
    """Where time is."""

    seconds: Number
    progress: Number
    done: Boolean


class Timer(Filter, id="control.timer", category="Control/Signal", keywords=("clock", "countdown", "time")):
    """Give the seconds since the run began, and how far a duration has run (0..1)."""

    delay: float = param(0.0, "Seconds before it starts.", ge=0, le=86400, step=0.1, unit="s")
    duration: float = param(10.0, "Seconds from 0 to 1.", ge=0.01, le=86400, step=0.1, unit="s")
    repeat: bool = param(False, "Begin again at the end.")

    def process(self, stamp: Stamp) -> Clock:
        seconds = max(0.0, stamp.time - self.delay)
        done = seconds >= self.duration
        progress = seconds / self.duration % 1 if self.repeat else min(seconds / self.duration, 1.0)
        return Clock(seconds, progress, done)
