"""Figures in a few words."""

import pytest

from nodegraph.editor.state.running import words
from nodegraph.editor.state.running.render import Render
from nodegraph.editor.state.running.sampling import Sample
from nodegraph.editor.state.running.shows import NodeShow


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, ""), (0.001, "<0.01 ms"), (0.421, "0.42 ms"), (4.25, "4.2 ms"), (31.6, "32 ms"), (1340, "1.3 s")],
)
def test_milliseconds(value: float, text: str) -> None:
    assert words.milliseconds(value) == text


@pytest.mark.parametrize(
    ("show", "text"),
    [
        (NodeShow("running", ms=4.0, rate=29.9), "4.0 ms · 30/s"),
        (NodeShow("running", ms=1400.0, rate=0.7), "1.4 s · 0.7/s"),
        (NodeShow("idle", ms=4.0), "4.0 ms"),
        (NodeShow(), ""),
        (NodeShow("waiting", message="It is loading."), "It is loading."),
        (NodeShow("muted", ms=3.0), ""),
    ],
)
def test_a_nodes_footer(show: NodeShow, text: str) -> None:
    assert words.footer(show) == text


def test_the_status_bars_figures() -> None:
    sample = Sample(fps=29.84, age_ms=41, result_age_ms=180, dropped=1200, late=3, memory=1240)
    assert words.fps(sample) == "29.8 fps"
    assert words.age(sample) == "age 41 ms (results 180 ms)"
    assert words.age(Sample(fps=30, result_age_ms=180)) == "results 180 ms old"
    assert words.dropped(sample) == "1,200 dropped (+3)"
    assert words.memory(sample) == "1.2 GB"
    assert (words.fps(Sample()), words.age(Sample()), words.dropped(Sample()), words.memory(Sample())) == (
        "",
        "",
        "",
        "0 MB",
    )


@pytest.mark.parametrize(
    ("render", "text"),
    [
        (Render("queued"), "waiting"),
        (Render("starting"), "starting"),
        (Render("running", 120, 300, 41.2, 4.6), "120 of 300 · 41 fps · 5 s left"),
        (Render("running", 1200, None, 4.25), "1,200 frames · 4.2 fps"),
        (Render("running", 1, 9999, 1.0, 4800), "1 of 9,999 · 1.0 fps · 1 h 20 min left"),
    ],
)
def test_how_far_a_render_is(render: Render, text: str) -> None:
    assert words.progress(render) == text
