"""What Ray finds around it when it starts a cluster of ours: environment, folder, and the handlers of signals."""

import contextlib
import functools
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_PREFIX: Final = "ng-ray-"
_DEEP: Final = 16
"""Letters that the system's folder for temporary files may have, so that Ray's sockets fit below it."""
QUIET: Final = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


def private_folder() -> str:
    """A private folder for a cluster of ours; its Unix sockets lie deep in it, and their paths may have 107 bytes.

    Folders of programs that were killed are removed.
    """
    long = len(tempfile.gettempdir()) > _DEEP and os.path.isdir("/tmp")
    parent = Path("/tmp" if long else tempfile.gettempdir())
    for left in parent.glob(f"{_PREFIX}*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdecimal() and not _alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True  # somebody else's
    return True


@functools.cache
def secret() -> dict[str, str]:
    """What lets only us into a cluster of ours; one for the process, because Ray reads it once."""
    return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}


@contextlib.contextmanager
def signals_kept() -> Iterator[None]:
    """Ray puts a handler of its own on SIGTERM; ours stays."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # not on the main thread: nothing was changed
            for number, handler in before.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """These variables are set until the block ends."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
