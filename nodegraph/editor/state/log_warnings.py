"""What nodes and the runtime log as a warning reaches the person as a notice, the 1st, 10th, 100th ... time."""

import logging
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final

from nodegraph.editor.state.running.player import Tell

_KINDS: Final = 200
"""Kinds of warning that are counted; more are not told."""


class LogWarnings(logging.Handler):
    """Listens to the logger "nodegraph" from `listen` to `close`. Called on any thread; tells on the UI thread."""

    def __init__(self, post: Callable[[Callable[[], None]], None], tell: Tell) -> None:
        super().__init__(logging.WARNING)
        self._post, self._tell = post, tell
        self._counts: Counter[str] = Counter()

    def listen(self) -> None:
        """Begin."""
        logging.getLogger("nodegraph").addHandler(self)

    def close(self) -> None:
        """End."""
        logging.getLogger("nodegraph").removeHandler(self)
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it, unless it was told lately; the editor tells its own mistakes itself."""
        if record.name.startswith("nodegraph.editor"):
            return
        kind = str(record.msg)
        if kind not in self._counts and len(self._counts) >= _KINDS:
            return
        self._counts[kind] += 1
        count = self._counts[kind]
        if str(count).rstrip("0") == "1":
            text = record.getMessage() + (f" ({count} times)" if count > 1 else "")
            self._post(partial(self._tell, text, "error" if record.levelno >= logging.ERROR else "warning"))
