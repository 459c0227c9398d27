from itertools import islice

import pytest

from nodegraph.sdk import NodeError
from nodes.source.screen import Screen


def test_without_a_display_it_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(NodeError, match=r"screen cannot be captured.*DISPLAY must be set"):
        next(Screen().stream())


@pytest.mark.display
def test_the_screen_comes_as_bgr_in_the_size_asked_for():
    stream = Screen(left=10, top=20, width=300, height=200, fps=100).stream()
    frames = list(islice((item for item in stream if item is not None), 3))
    stream.close()
    assert [frame.value.shape for frame in frames] == [(200, 300, 3)] * 3
    assert frames[0].time < frames[1].time < frames[2].time


@pytest.mark.display
def test_parts_reach_to_the_edge_and_not_beyond():
    stream = Screen(left=1200, top=700).stream()
    assert next(stream).value.shape == (100, 80, 3)
    stream.close()
    with pytest.raises(NodeError, match=r"outside the screen \(1280×800\)"):
        next(Screen(left=5000).stream())
    with pytest.raises(NodeError, match=r"There is no screen 9"):
        next(Screen(monitor=9).stream())
