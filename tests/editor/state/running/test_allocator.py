"""The allocator is settled in a process of its own: it holds for the whole process."""

import subprocess
import sys


def test_it_takes_on_linux_and_frames_are_still_frames() -> None:
    code = (
        "from nodegraph.editor.state.running.allocator import settle; import sys, numpy as np; "
        "done = settle(); frames = [np.ones((720, 1280, 3), np.uint8) for _ in range(20)]; "
        "sys.exit(0 if all(frame.all() for frame in frames) and done in (True, False) else 1)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
