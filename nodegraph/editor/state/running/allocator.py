"""How the C library hands out memory, set once for a process that runs many graphs one after another.

By default glibc gives threads heaps of their own. Each run has new threads, so frames of past runs stay behind as holes
in one heap after another: 50 changes of preset took 360 MB where two heaps stay below 200. Frames are also kept in the
heap instead of being mapped and unmapped one by one.
"""

import ctypes
import sys
from typing import Final

_ARENA_MAX: Final = -8
_MMAP_THRESHOLD: Final = -3
_TRIM_THRESHOLD: Final = -1
"""Numbers of glibc's malloc.h."""
_LARGEST: Final = 32 << 20
"""The largest threshold glibc takes; a 1080p frame has 6 MB."""


def settle() -> bool:
    """Set it; False where the C library is another one, and nothing was changed."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # musl has none
        return False
    wanted = {_ARENA_MAX: 2, _MMAP_THRESHOLD: _LARGEST, _TRIM_THRESHOLD: 2 * _LARGEST}
    return all(mallopt(name, value) == 1 for name, value in wanted.items())
