"""One program at a time fetches a model's weights; a lock that its process holds as long as it lives."""

import contextlib
import fcntl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from nodegraph.runtime.cancel import Cancel

_EVERY = 0.2  # seconds between two looks at a lock that somebody else has


@contextlib.contextmanager
def turn(folder: Path, cancel: Cancel, waiting: Callable[[], None]) -> Iterator[None]:
    """Inside, nobody else fetches into `folder`. `waiting` is called once if somebody does.

    Raises OSError, Cancelled.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    with (folder / ".lock").open("ab") as file:
        told = False
        while not _taken(file):
            if not told:
                waiting()
                told = True
            over = threading.Event()
            with cancel.interrupting(over.set):
                over.wait(_EVERY)
            cancel.check()
        yield


def _taken(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
