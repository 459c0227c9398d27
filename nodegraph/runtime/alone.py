"""One program at a time writes a small file that several may change."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Inside, other programs that change `path` wait, so that none writes over what another one wrote.

    The folder is made when it is missing. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows: the file is still whole, whoever writes last
        yield
        return
    with path.with_name(f".{path.name[:100]}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
