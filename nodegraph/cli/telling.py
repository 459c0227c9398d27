"""What a run says while it goes on. A fault that comes again and again is told the 1st, 10th, 100th ... time only."""

import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from nodegraph.cli.text import say
from nodegraph.engine.events import Event, NodeFailed, NodeRecovered, RunStats
from nodegraph.session.report import Warned

_MOST_KINDS = 100
"""Kinds of warning that are told and kept."""


def event_teller(quiet: bool) -> Callable[[Event], None]:
    """Says on stderr when a node of a live run fails, and that it works again if its failure was told."""
    times: Counter[str] = Counter()
    told: set[str] = set()

    def tell(event: Event) -> None:
        if quiet:
            return
        if isinstance(event, NodeFailed):
            times[event.node] += 1
            if _is_power_of_ten(times[event.node]):
                told.add(event.node)
                say(_failed(event, times[event.node]), sys.stderr)
        elif isinstance(event, NodeRecovered) and event.node in told:
            told.discard(event.node)
            say(f"{event.node} works again (frame {event.frame})", sys.stderr)

    return tell


def _failed(event: NodeFailed, times: int) -> str:
    more = f" ({times} times)" if times > 1 else f" {event.hint}" if event.hint else ""
    return f"{event.node}, frame {event.frame}: {event.message}{more}"


def say_failing(stats: RunStats) -> None:
    """Says on stderr which nodes failed in a run that went on."""
    for id, node in stats.nodes.items():
        if node.failures:
            times = "once" if node.failures == 1 else f"{node.failures} times"
            say(f"{id} failed {times}; --report lists why.", sys.stderr)


@contextmanager
def warnings_told() -> Iterator[Mapping[str, Warned]]:
    """What nodes and the runtime log as a warning: printed, and counted for the report."""
    handler = _Warnings(logging.WARNING)
    logger = logging.getLogger("nodegraph")
    logger.addHandler(handler)
    try:
        yield handler.kinds
    finally:
        logger.removeHandler(handler)


class _Warnings(logging.Handler):
    """Warnings that differ only in what was filled in are one kind."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.kinds: dict[str, Warned] = {}

    def emit(self, record: logging.LogRecord) -> None:
        kind = str(record.msg)
        if kind not in self.kinds and len(self.kinds) == _MOST_KINDS:
            return
        warned = self.kinds.setdefault(kind, Warned(record.getMessage()))
        warned.count += 1
        if _is_power_of_ten(warned.count):
            more = f" ({warned.count} such warnings)" if warned.count > 1 else ""
            say(f"warning: {record.getMessage()}{more}", sys.stderr)


def _is_power_of_ten(count: int) -> bool:
    return str(count).rstrip("0") == "1"
