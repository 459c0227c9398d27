"""Progress where there is no terminal."""

import pytest

from nodegraph.cli import progress
from nodegraph.engine.events import RunStats


def stats(frames: int) -> RunStats:
    return RunStats(1.0, frames, frames, 0, float(frames), {}, {})


def test_a_run_that_waits_says_the_same_line_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_LINE_EVERY", 0.0)
    with progress.progress(None, None) as show:
        for frames in (0, 0, 0, 2, 2, 0):
            show(stats(frames))
    assert capsys.readouterr().err.splitlines() == ["frame 0, 0.0 fps", "frame 2, 2.0 fps", "frame 0, 0.0 fps"]
