"""What is measured while running: durations, rates, frame ages and, on request, a trace in the Chrome format."""

import json
import threading
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np

WINDOW = 2048
"""How many of the last frames medians and percentiles look at."""

TRACE_LIMIT = 1_000_000
"""Trace events kept; a day-long run must not eat the memory."""


def median_and_p95(values: "deque[float]") -> tuple[float, float]:
    """Median and 95th percentile in milliseconds, of seconds that others may append to meanwhile; 0.0 of nothing."""
    now = snapshot(values)
    if not now:
        return 0.0, 0.0
    ordered = np.sort(np.fromiter(now, np.float64, len(now))) * 1e3  # np.percentile costs five times as much
    median, p95 = np.interp((0.5, 0.95), np.linspace(0.0, 1.0, len(now)), ordered)
    return float(median), float(p95)


def snapshot(values: "deque[float]") -> tuple[float, ...]:
    """What is in there at one moment; another thread may append while it is copied, then it is copied again."""
    while True:
        try:
            return tuple(values)
        except RuntimeError:
            continue


class Meter:
    """Durations and moments of one node's runs, in seconds. Appended by workers, read by anyone."""

    def __init__(self) -> None:
        self.durations: deque[float] = deque(maxlen=WINDOW)
        self.moments: deque[float] = deque(maxlen=WINDOW)
        self.runs = 0

    def add(self, began: float, ended: float) -> None:
        """One run, in `time.perf_counter` seconds."""
        self.durations.append(ended - began)
        self.moments.append(ended)
        self.runs += 1

    def milliseconds(self) -> tuple[float, float]:
        """Median and 95th percentile of the last runs."""
        return median_and_p95(self.durations)

    def rate(self) -> float:
        """Runs per second over the last ones."""
        moments = snapshot(self.moments)
        span = moments[-1] - moments[0] if len(moments) > 1 else 0.0
        return (len(moments) - 1) / span if span > 0 else 0.0


class Ages:
    """How old a sink's frames were when they were shown, in seconds."""

    def __init__(self) -> None:
        self.frame: deque[float] = deque(maxlen=WINDOW)
        self.result: deque[float] = deque(maxlen=WINDOW)
        self.count = 0

    def add(self, now: float, captured: float, oldest: float) -> None:
        """A frame captured at `captured` was shown at `now`; the oldest value drawn in it was captured at `oldest`."""
        self.frame.append(now - captured)
        self.result.append(now - oldest)
        self.count += 1


class Trace:
    """Who worked when: open the file in a browser's chrome://tracing or in Perfetto."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._events: list[tuple[str, float, float, int, int]] = []
        self._names: dict[int, str] = {}

    def add(self, name: str, began: float, ended: float, frame: int) -> None:
        """One node's work on one frame, on the calling thread."""
        thread = threading.get_ident()
        if thread not in self._names:
            self._names[thread] = threading.current_thread().name
        if len(self._events) < TRACE_LIMIT:
            self._events.append((name, began, ended, thread, frame))

    def write(self, path: Path) -> None:
        """Write the Chrome trace event format (JSON object form). Raises OSError."""
        numbers = {thread: number for number, thread in enumerate(self._names)}
        events: list[dict[str, Any]] = [
            {"ph": "M", "name": "thread_name", "pid": 1, "tid": numbers[thread], "args": {"name": name}}
            for thread, name in self._names.items()
        ]
        events += [
            {
                "ph": "X",
                "name": name,
                "pid": 1,
                "tid": numbers[thread],
                "ts": round((began - self._began) * 1e6, 1),
                "dur": round((ended - began) * 1e6, 1),
                "args": {"frame": frame},
            }
            for name, began, ended, thread, frame in self._events
        ]
        path.write_text(json.dumps({"traceEvents": events, "displayTimeUnit": "ms"}))
