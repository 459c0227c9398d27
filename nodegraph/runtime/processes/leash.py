"""Run a command that dies with us: ``python leash.py COMMAND...``, started with a pipe as its standard input.

When the other end of the pipe closes, however its owner ended (SIGKILL included), the command's process group is
terminated and then killed. Run by path with ``-I -S``: only the standard library, about 20 ms.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
from types import FrameType

GRACE = 2.0  # seconds between SIGTERM and SIGKILL once our owner is gone
_PR_SET_PDEATHSIG = 1


def main(command: list[str]) -> int:
    """Run `command` until it ends or our owner does; returns its exit code, or dies of the signal it died of."""
    owner = os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stay)
    wake, child_ended = os.pipe()
    os.set_blocking(child_ended, False)
    signal.set_wakeup_fd(child_ended)
    signal.signal(signal.SIGCHLD, _stay)
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_prepare_child)
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be started: {error.strerror}.\n")
        return 127
    while child.poll() is None:
        ready, _, _ = select.select([0, wake], [], [], 0.5)
        if wake in ready:
            os.read(wake, 64)
        # A forked sibling may hold the pipe open, so a new parent counts as a closed pipe too.
        if (0 in ready and not os.read(0, 64)) or os.getppid() != owner:
            _end_group(child)
    return _same_end(child.returncode)


def _stay(number: int, frame: FrameType | None) -> None:
    """The whole group gets the signal; we stay until the command has dealt with it."""


def _prepare_child() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":  # should somebody kill the leash itself
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end_group(child: "subprocess.Popen[bytes]") -> None:
    os.killpg(0, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE)
    os.killpg(0, signal.SIGKILL)


def _same_end(code: int) -> int:
    if code >= 0:
        return code
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if -code != signal.SIGKILL:
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
    return 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
