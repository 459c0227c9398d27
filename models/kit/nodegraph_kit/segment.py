"""Memory a client shares with us: a memfd, handed over once, used for frame after frame."""

import fcntl
import mmap
import os
from typing import Any, Final

import numpy as np

from nodegraph_kit.errors import Refusal
from nodegraph_kit.values import Bytes

F_GET_SEALS: Final = 1034
F_SEAL_SHRINK: Final = 2


class Segment:
    """A mapped memfd. It must be sealed against shrinking, else its owner could crash us by truncating it."""

    def __init__(self, descriptor: int, size: Any, max_bytes: int) -> None:
        """Takes over `descriptor`. Raises Refusal when it is not sealed shared memory of `size` bytes."""
        try:
            if type(size) is not int or not 0 < size <= max_bytes:
                raise Refusal(f"A segment has 1 to {max_bytes} bytes, not {str(size)[:40]}.", "too_large")
            if os.fstat(descriptor).st_size < size or not fcntl.fcntl(descriptor, F_GET_SEALS) & F_SEAL_SHRINK:
                raise Refusal("A segment must be a memfd of the size told, sealed against shrinking.")
            self._map = mmap.mmap(descriptor, size)
        except OSError as error:
            raise Refusal(f"The segment cannot be mapped: {error}.") from error
        finally:
            os.close(descriptor)

    def view(self, start: Any, length: Any) -> Bytes:
        """A new root array over these bytes. Raises Refusal when they are not all inside."""
        good = type(start) is int and type(length) is int and min(start, length) >= 0 and start % 64 == 0
        if not good or start + length > len(self._map):
            raise Refusal(f"The shared range {str((start, length))[:60]} is not inside the segment.")
        return np.frombuffer(self._map, np.uint8, length, start)
