"""A private X screen that ends with the process that asked for it, however that one ends."""

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

_ENDS_WITH_PARENT = 1  # prctl(PR_SET_PDEATHSIG)
_PRCTL = ctypes.CDLL("libc.so.6").prctl  # here: a child of a program with threads must load nothing before its exec


class NoScreen(Exception):
    """There is no X server to be had; says why."""


def ends_with_us() -> None:
    """For `preexec_fn`: the child is told to end when this process is gone, even when it was killed."""
    _PRCTL(_ENDS_WITH_PARENT, signal.SIGTERM)


@contextmanager
def screen(width: int = 1280, height: int = 800) -> Iterator[str]:
    """An X screen with OpenGL and without a window manager; its name for DISPLAY. Raises NoScreen."""
    if shutil.which("Xvfb") is None:
        raise NoScreen("no Xvfb (Debian: apt-get install xvfb)")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
    command += ["+extension", "GLX", "-noreset"]  # with a reset its settings are lost when the last window closes
    server = subprocess.Popen(
        command,
        pass_fds=[write],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=ends_with_us,
    )
    os.close(write)
    try:
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise NoScreen(f"Xvfb did not start (exit code {server.wait()})")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()
