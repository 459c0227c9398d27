import importlib.util
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import mss
import numpy as np
import pytest

from nodegraph.sdk import NodeError
from nodes.sink._shared_frames import SharedFrames
from nodes.sink.window import Window

PATIENCE = 60.0


def on_screen(color, wanted):
    """How many pixels of a colour the screen shows, waiting for it to be so many."""
    end = time.monotonic() + PATIENCE
    found = 0
    with mss.MSS() as screen:
        while time.monotonic() < end and found != wanted:
            shot = screen.grab(screen.monitors[0])
            pixels = np.frombuffer(shot.bgra, np.uint8).reshape(-1, 4)[:, :3]
            found = int((pixels == color).all(axis=1).sum())
    return found


def flat(color, width=320, height=240):
    return np.full((height, width, 3), color, np.uint8)


@pytest.fixture
def window():
    """window(**params): an open window; closed at the end."""
    opened = []

    def make(**params):
        sink = Window(**{"width": 320, "height": 240} | params)
        sink.open()
        opened.append(sink)
        return sink

    yield make
    for sink in opened:
        frames = sink._frames
        sink.close()
        assert sink._process.returncode is not None
        assert frames is None or not frames.path.exists()


@pytest.mark.display
def test_the_window_shows_the_newest_picture(window):
    sink = window()
    sink.process(flat((200, 10, 30)))
    assert on_screen((200, 10, 30), 320 * 240) == 320 * 240
    sink.process(flat((1, 2, 250)))
    assert on_screen((1, 2, 250), 320 * 240) == 320 * 240


@pytest.mark.display
def test_pictures_of_other_sizes_are_fitted(window):
    sink = window()
    sink.process(flat((9, 99, 199), 100, 300))
    assert on_screen((9, 99, 199), 80 * 240) == 80 * 240
    sink.process(flat((8, 88, 188), 3000, 1500))
    assert on_screen((8, 88, 188), 320 * 160) == 320 * 160


@pytest.mark.display
def test_transparency_is_laid_over_black(window):
    sink = window()
    image = np.full((240, 320, 4), 250, np.uint8)
    image[..., 3] = 51
    sink.process(image)
    assert on_screen((50, 50, 50), 320 * 240) == 320 * 240


@pytest.mark.display
def test_full_screen_covers_everything(window):
    sink = window(fullscreen=True)
    sink.process(flat((7, 77, 177), 1280, 800))
    assert on_screen((7, 77, 177), 1280 * 800) == 1280 * 800


@pytest.mark.display
def test_closing_the_window_is_not_the_end_of_the_run(window, caplog):
    sink = window()
    sink.process(flat((3, 2, 1)))
    sink._process.terminate()
    sink._process.wait(PATIENCE)
    with caplog.at_level(logging.WARNING, "nodegraph.nodes"):
        for _ in range(3):
            sink.process(flat((1, 2, 3)))
    assert [record.getMessage() for record in caplog.records] == [
        'The window "nodegraph" was closed; the run goes on without it.'
    ]


PROGRAM = """
import sys, numpy as np
from nodes.sink.window import Window
sink = Window(width=320, height=240, keep=sys.argv[1] == "1")
sink.open()
sink.process(np.full((240, 320, 3), (60, 160, 90), np.uint8))
print(sink._process.pid, flush=True)
sys.stdin.read()
"""


def ended(pid):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.display
@pytest.mark.parametrize("keep", ["1", "0"])
def test_when_the_program_is_killed_the_picture_stays_if_asked_for(keep):
    root = Path(__file__).parents[3]
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, keep],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with program:
        window = int(program.stdout.readline())
        assert on_screen((60, 160, 90), 320 * 240) == 320 * 240
        program.kill()
    if keep == "0":
        assert ended(window)
        return
    assert on_screen((60, 160, 90), 320 * 240) == 320 * 240
    assert Path(f"/proc/{window}").exists()
    os.kill(window, signal.SIGTERM)
    assert ended(window)


@pytest.mark.display
def test_escape_and_the_button_close_and_other_keys_do_not():
    import pygame

    from nodes.sink._window_process import ends

    assert ends(pygame.event.Event(pygame.QUIT))
    assert ends(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE))
    assert not ends(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_SPACE))


def test_without_a_display_it_says_so(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NodeError, match=r"No window can be opened: .*DISPLAY"):
        Window().open()


def test_without_pygame_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(NodeError, match=r'pip install "nodegraph\[window\]"'):
        Window().open()


def test_finding_the_nodes_does_not_need_pygame():
    program = "import sys; from nodegraph.core.registry import discover; discover(); print('pygame' in sys.modules)"
    root = str(Path(__file__).parents[3])
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "PYTHONPATH": root}
    assert subprocess.run(command, env=environment, capture_output=True, check=True).stdout.strip() == b"False"


def test_too_little_memory_is_a_sentence(monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    sink = Window()
    sink._frames = None
    with pytest.raises(NodeError, match="no room for the pictures of the window: No space left"):
        sink._attach(flat((1, 2, 3)))
    assert not list(Path("/dev/shm").glob("nodegraph-window-*"))


def test_shared_pictures_are_never_mixed():
    writer = SharedFrames.create(64, 48)
    reader = SharedFrames(writer.path)
    writer.forget()
    assert reader.newest(0) is None
    met, done = threading.Event(), threading.Event()

    def write():
        for number in range(3000):
            assert number != 1500 or met.wait(PATIENCE)
            writer.write(np.full((48, 64, 3), number % 251, np.uint8))
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    shown, seen = 0, 0
    while not (done.is_set() and shown == 3000):
        news = reader.newest(shown)
        if news is not None:
            assert news[0] > shown
            shown, seen = news[0], seen + 1
            met.set()
            assert (news[1] == (shown - 1) % 251).all()
    thread.join()
    assert seen > 1
    reader.close()
    writer.close()
