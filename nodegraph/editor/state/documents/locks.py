"""A lock on an open file that its process holds as long as it lives, however it ends."""

import fcntl
from io import IOBase


def lock(file: IOBase) -> bool:
    """Take the lock; False when somebody has it. Closing the file gives it back."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
