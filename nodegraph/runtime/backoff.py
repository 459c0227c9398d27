"""How long to wait before the next try, and when to stop trying."""

from nodegraph.runtime.limits import Limits


class Backoff:
    """Doubling pauses; a server that lived long enough starts again from the first one."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.failures = 0

    def after(self, lived: float) -> float | None:
        """The pause after a failure `lived` seconds from the start, or None: too many quick failures in a row."""
        if lived >= self._limits.quick:
            self.failures = 0
        self.failures += 1
        if self.failures >= self._limits.give_up:
            return None
        return float(min(self._limits.backoff * 2 ** (self.failures - 1), self._limits.backoff_max))

    def reset(self) -> None:
        """Somebody asked again: a fresh start."""
        self.failures = 0
