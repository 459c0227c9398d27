"""Ctrl-C asks once, politely; a second one leaves at once."""

import os
import signal
import sys
from types import FrameType
from typing import Any, Self

from nodegraph.cli.codes import INTERRUPTED, TERMINATED


class Interrupts:
    """While entered, SIGINT and SIGTERM only set `asked`; the next one ends the program without ceremony.

    `code` is the exit code that goes with the signal.
    """

    def __init__(self) -> None:
        self.asked = False
        self.code = INTERRUPTED
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _heard(self, number: int, _: FrameType | None) -> None:
        if self.asked:
            os._exit(self.code)
        self.asked = True
        self.code = TERMINATED if number == signal.SIGTERM else INTERRUPTED
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, b"\nStopping and closing files; again to force.\n")
