"""Exit codes."""

from typing import Final

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
INVALID: Final = 3
INTERRUPTED: Final = 130
TERMINATED: Final = 143
