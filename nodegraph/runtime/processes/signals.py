"""The signals that end programs, for people."""

import signal


def signal_name(number: int) -> str:
    """``SIGKILL (signal 9)``; ``signal 99`` for one without a name."""
    try:
        return f"{signal.Signals(number).name} (signal {number})"
    except ValueError:
        return f"signal {number}"
