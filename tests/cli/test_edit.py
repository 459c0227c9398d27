"""`nodegraph edit` where no window can be opened: one line, exit code 2, never an abort."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest


def edit(*arguments: str, display: str | None) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    env |= {} if display is None else {"DISPLAY": display}
    command = [sys.executable, "-m", "nodegraph", "edit", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def assert_one_line(run: subprocess.CompletedProcess[str], *words: str) -> None:
    assert (run.returncode, run.stdout) == (2, "")
    lines = run.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert all(word in lines[0] for word in words)


def test_without_a_display_it_ends_with_one_line() -> None:
    assert_one_line(edit("starter", display=None), "no display", "xvfb-run")


def test_a_display_that_does_not_answer_is_named() -> None:
    assert_one_line(edit(display=":4711"), "':4711'", "does not answer")


@pytest.fixture
def display_without_opengl() -> Iterator[str]:
    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-extension", "GLX", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.mark.display
def test_a_display_without_opengl_is_no_place_for_a_window(display_without_opengl: str) -> None:
    assert_one_line(edit(display=display_without_opengl), "no OpenGL", "libgl1-mesa-dri")


@pytest.mark.display
def test_an_unknown_preset_is_told_before_a_window_opens(display: str) -> None:
    run = edit("no-such-preset", display=display)
    assert run.returncode == 2
    assert "There is no preset 'no-such-preset'" in run.stderr


@pytest.mark.display
def test_a_broken_preset_is_told_with_exit_code_three(display: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    broken = tmp_path_factory.mktemp("broken") / "broken.json"
    broken.write_text("{")
    assert edit(str(broken), display=display).returncode == 3
