"""This process begins alone; other workers are started when they pay, and take over when they are there."""

from contextlib import contextmanager

import pytest

from nodegraph.core.errors import NodegraphError
from nodegraph.render.order import Order
from nodegraph.render.outlook import Outlook, processors
from nodegraph.render.render import render
from nodegraph.session import Session
from tests.render.support import clip, frames_of, graph_of, rendered


class Clocks:
    """A wall's clock and a processor's, set by hand."""

    def __init__(self, asked):
        self.seconds = self.worked = 0.0
        self.outlook = Outlook(1000, asked, lambda: self.seconds, lambda: self.worked)

    def worth(self, seconds, busy, done):
        self.seconds, self.worked = seconds, seconds * busy * processors()
        return self.outlook.worth(done)


@pytest.mark.parametrize(
    ("asked", "seconds", "busy", "done", "worth"),
    [
        (False, 10, 0.2, 100, True),
        (False, 10, 0.9, 100, False),  # one process uses the machine by itself
        (True, 10, 0.9, 100, True),  # but a person insists
        (True, 10, 0.2, 900, False),  # it is done in a second
        (True, 0.5, 0.2, 1, False),  # too early to tell
        (False, 10, 0.2, 0, True),  # its first frame takes so long
    ],
)
def test_others_are_worth_their_start_when_there_is_time_left_and_room(asked, seconds, busy, done, worth):
    assert Clocks(asked).worth(seconds, busy, done) is worth


@pytest.mark.parametrize("workers", [2, None])
def test_a_short_film_is_rendered_without_others(tmp_path, monkeypatch, workers):
    monkeypatch.setattr(Outlook, "most", staticmethod(lambda: 2))
    graph, made = graph_of(clip(tmp_path / "film.mp4"), tmp_path / "out.mkv"), []
    result = rendered(graph, here=True, made=made, workers=workers)
    assert (result.frames, result.alone) == (60, workers == 2)
    assert made == []


def test_the_others_take_over_when_they_are_there(tmp_path, monkeypatch):
    monkeypatch.setattr(Outlook, "worth", lambda self, done: True)
    film, made = clip(tmp_path / "film.mp4", frames=300), []
    result = rendered(graph_of(film, tmp_path / "out.mkv", codec="ffv1"), here=True, made=made)
    assert (result.frames, result.alone) == (300, False)
    started = made[0].started
    assert 0 < len(started) < len(result.segments)
    assert started == sorted(started)
    rendered(graph_of(film, tmp_path / "whole.mkv", codec="ffv1"), workers=1)
    assert frames_of(tmp_path / "out.mkv") == frames_of(tmp_path / "whole.mkv")


@contextmanager
def broken(job, count):
    """Workers that cannot be started."""
    raise NodegraphError("There is no room.")
    yield


def test_what_keeps_the_others_from_beginning_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(Outlook, "worth", lambda self, done: True)
    graph = graph_of(clip(tmp_path / "film.mp4", frames=300), tmp_path / "out.mkv")
    with Session() as session, pytest.raises(NodegraphError, match="There is no room"):
        render(session, Order(graph, 2, length=13), broken, lambda progress: None, lambda: False)


def test_a_render_that_asked_for_no_others_goes_on_without_them(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(Outlook, "worth", lambda self, done: True)
    monkeypatch.setattr(Outlook, "most", staticmethod(lambda: 2))
    graph = graph_of(clip(tmp_path / "film.mp4", frames=300), tmp_path / "out.mkv")
    with Session() as session:
        made = render(session, Order(graph, None, length=13), broken, lambda progress: None, lambda: False)
    assert made.frames == 300
    assert caplog.text.count("goes on alone: There is no room.") == 1
