"""The figures of the last minutes, kept small: one row of 32-bit floats for each measure and each node."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float32]
LENGTH: Final = 1200
"""Samples kept: ten minutes at two a second."""
_TIDY: Final = 120
"""Rows of nodes that have left the graph are looked for every so many samples."""


class History:
    """A ring of samples. Written by one thread; reading while it is written may see a sample half there."""

    def __init__(self, length: int = LENGTH) -> None:
        self._length = length
        self._next = 0
        self.count = 0
        """Samples since the beginning; a view that has seen this number is up to date."""
        self._times = np.full(length, np.nan)
        self._measures: dict[str, Row] = {}
        self._nodes: dict[str, Row] = {}

    def add(self, at: float, measures: Mapping[str, float], nodes: Mapping[str, float]) -> None:
        """One sample: the time in seconds, figures by name, and the milliseconds of each node at work."""
        place = self._next
        self._times[place] = at
        for rows, values in ((self._measures, measures), (self._nodes, nodes)):
            for name in values.keys() - rows.keys():
                rows[name] = np.full(self._length, np.nan, np.float32)
            for name, row in list(rows.items()):
                row[place] = values.get(name, np.nan)
        self._next = (place + 1) % self._length
        self.count += 1
        if self.count % _TIDY == 0:
            self._nodes = {id: row for id, row in self._nodes.items() if not np.isnan(row).all()}

    def times(self) -> NDArray[np.float64]:
        """When the samples were taken, oldest first."""
        return np.asarray(self._in_order(self._times), np.float64)

    def measure(self, name: str) -> Row:
        """The samples of one measure, oldest first; NaN where there was none."""
        row = self._measures.get(name)
        return np.full(min(self.count, self._length), np.nan, np.float32) if row is None else self._in_order(row)

    def node(self, id: str) -> Row:
        """The milliseconds of one node, oldest first; NaN while it was not there."""
        row = self._nodes.get(id)
        return np.full(min(self.count, self._length), np.nan, np.float32) if row is None else self._in_order(row)

    def slowest(self, many: int) -> list[str]:
        """The nodes of the newest sample that need the most milliseconds, at most `many`, slowest first."""
        place = self._next - 1
        now = {id: float(row[place]) for id, row in self._nodes.items() if row[place] > 0}
        return sorted(now, key=lambda id: -now[id])[:many]

    def _in_order(self, row: NDArray[np.floating]) -> Row:
        if self.count < self._length:
            return np.asarray(row[: self.count].copy())
        return np.asarray(np.concatenate([row[self._next :], row[: self._next]]))
