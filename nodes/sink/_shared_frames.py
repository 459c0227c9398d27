"""Pictures for another process, through memory both map: the newest one only, and nobody waits for anybody.

Layout: 64 bytes with the number of pictures written so far, then three slots of width, height and BGR pixels. Picture n
is written into slot n mod 3 and then announced; a reader copies the announced slot and looks again whether the
writer has come round to it meanwhile. Then it was overwritten while it was copied, and is taken anew.
"""

import contextlib
import mmap
import os
import struct
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SLOTS = 3
_HEAD = 64
_SIZE = struct.Struct("<II")


class SharedFrames:
    """One end of the memory: `create` for the writer, `SharedFrames(path)` for the reader."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)
        self._slot = (len(self._memory) - _HEAD) // SLOTS
        self._count = np.frombuffer(self._memory, np.uint64, 1)

    @staticmethod
    def create(width: int, height: int) -> "SharedFrames":
        """Memory for pictures of up to so many pixels, in a file of its own; `forget` removes the name.

        Raises OSError when there is no room for it.
        """
        slot = -(-(_SIZE.size + width * height * 3) // _HEAD) * _HEAD
        if os.path.isdir("/dev/shm"):
            with contextlib.suppress(OSError):  # 64 MB in a container, by default
                return SharedFrames(_reserved("/dev/shm", _HEAD + SLOTS * slot))
        return SharedFrames(_reserved(None, _HEAD + SLOTS * slot))

    def fits(self, image: NDArray[np.uint8]) -> bool:
        """Whether a picture of that size has room."""
        return _SIZE.size + image.nbytes <= self._slot

    def write(self, image: NDArray[np.uint8]) -> None:
        """Make `image` (H×W×3) the newest picture."""
        number = int(self._count[0]) + 1
        place = _HEAD + number % SLOTS * self._slot
        _SIZE.pack_into(self._memory, place, image.shape[1], image.shape[0])
        pixels = np.frombuffer(self._memory, np.uint8, image.size, place + _SIZE.size)
        np.copyto(pixels.reshape(image.shape), image)
        self._count[0] = number

    def newest(self, after: int) -> tuple[int, NDArray[np.uint8]] | None:
        """The newest picture's number and a copy of it, or None when there is none after number `after`."""
        while (number := int(self._count[0])) > after:
            place = _HEAD + number % SLOTS * self._slot
            width, height = _SIZE.unpack_from(self._memory, place)
            if width * height * 3 + _SIZE.size <= self._slot:
                pixels = np.frombuffer(self._memory, np.uint8, width * height * 3, place + _SIZE.size)
                copy = pixels.reshape(height, width, 3).copy()
                if int(self._count[0]) - number < SLOTS - 1:
                    return number, copy
        return None

    def forget(self) -> None:
        """Remove the name; who has the memory open keeps it."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the memory."""
        del self._count
        self._memory.close()


def _reserved(folder: str | None, size: int) -> Path:
    """A file of `size` bytes that are really there: writing to mapped memory the disk has no room for kills us."""
    number, name = tempfile.mkstemp(prefix="nodegraph-window-", dir=folder)
    with os.fdopen(number, "wb") as file:
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(number, 0, size)
            else:
                file.truncate(size)
        except OSError:
            Path(name).unlink()
            raise
    return Path(name)
