"""Shared memory for one lane of the native protocol: made once, used for frame after frame."""

import fcntl
import mmap
import os
from typing import Final

import numpy as np

_F_ADD_SEALS: Final = 1033
_SEAL_SHRINK_GROW_SEAL: Final = 0x1 | 0x2 | 0x4


class Segment:
    """A sealed memfd of ours, mapped: a range for the request and one for the answer."""

    def __init__(self, request: int, answer: int) -> None:
        """`request` and `answer` in bytes; a quarter is added, so that growing frames do not need a new one each.

        Raises OSError.
        """
        start = _rounded(request + request // 4)
        room = _rounded(answer + answer // 4)
        self.size = start + room
        self.descriptor = os.memfd_create("nodegraph", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        try:
            os.ftruncate(self.descriptor, self.size)
            fcntl.fcntl(self.descriptor, _F_ADD_SEALS, _SEAL_SHRINK_GROW_SEAL)
            shared = np.frombuffer(mmap.mmap(self.descriptor, self.size), np.uint8)
        except OSError:
            self.close_descriptor()
            raise
        self.request, self.answer = shared[:start], shared[start:]

    def ranges(self, length: int) -> dict[str, int]:
        """What a run message says about it."""
        start = self.request.size
        return {"offset": 0, "length": length, "answerOffset": start, "answerLength": self.answer.size}

    def close_descriptor(self) -> None:
        """The mapping stays; the descriptor is needed only to hand it over."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def _rounded(size: int) -> int:
    return max(1, -(-size // mmap.PAGESIZE)) * mmap.PAGESIZE
