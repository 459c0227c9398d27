"""One program at a time fetches a model's weights; a lock that its process holds as long as it lives."""

import contextlib
import fcntl
import functools
import os
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
    with _taken_over(folder, cancel, functools.cache(waiting)):
        yield


def _taken_over(folder: Path, cancel: Cancel, waiting: Callable[[], None]) -> IO[bytes]:
    """The lock's file, locked; closing it ends the turn."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        file = (folder / ".lock").open("ab")
        try:
            while not _taken(file):
                waiting()
                over = threading.Event()
                with cancel.interrupting(over.set):
                    over.wait(_EVERY)
                cancel.check()
            if _is_there(file, folder / ".lock"):  # else whoever had it removed the folder: others lock another file
                return file
        except BaseException:
            file.close()
            raise
        file.close()


def _is_there(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except OSError:
        return False


def _taken(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
