"""The allocator is settled in a process of its own: it holds for the whole process."""

import platform
import subprocess
import sys

import pytest

HEAPS = """
import ctypes, sys, tempfile, threading
from nodegraph.editor.state.running.allocator import settle
if sys.argv[1] == "settled" and not settle():
    sys.exit("glibc did not take it")
libc = ctypes.CDLL(None)
libc.fopen.restype = libc.malloc.restype = ctypes.c_void_p
libc.malloc_info.argtypes, libc.fclose.argtypes = [ctypes.c_int, ctypes.c_void_p], [ctypes.c_void_p]
meet = threading.Barrier(8)

def work():
    meet.wait()
    libc.malloc(100_000)
    meet.wait()

threads = [threading.Thread(target=work) for _ in range(8)]
[one.start() for one in threads]
[one.join() for one in threads]
with tempfile.NamedTemporaryFile() as file:
    stream = libc.fopen(file.name.encode(), b"w")
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    print(file.read().count(b"<heap nr="))
"""


def heaps(how: str) -> int:
    found = subprocess.run([sys.executable, "-c", HEAPS, how], capture_output=True, text=True, check=True, timeout=60)
    return int(found.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_eight_threads_share_two_heaps_instead_of_having_many() -> None:
    assert heaps("as it comes") > 2
    assert heaps("settled") <= 2
