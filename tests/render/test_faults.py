"""What goes wrong on the way: lost workers, failing nodes, films whose table lies, a person who stops it."""

import errno
import logging
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from nodegraph.core.errors import NodegraphError
from nodegraph.render import single
from nodegraph.render.job import Stopped
from nodegraph.render.order import Order
from nodegraph.render.render import render
from nodegraph.render.schedule import RenderFailed
from nodegraph.session import Session
from tests.render.support import Threads, clip, frames_of, graph_of, pools, rendered

FAILING = """
from nodegraph.sdk import Filter, Image, NodeError, Stamp

class Picky(Filter, id="t.picky", category="Test"):
    def process(self, image: Image, stamp: Stamp) -> Image:
        if stamp.index == 40:
            raise NodeError("Not this one.", "Leave it out.")
        return image
"""


def test_a_lost_segment_is_rendered_again(tmp_path, caplog):
    film, made = clip(tmp_path / "film.mp4"), []
    with caplog.at_level(logging.WARNING, "nodegraph.render"):
        result = rendered(graph_of(film, tmp_path / "a.mkv", codec="ffv1"), made=made, lose={2: 2})
    assert result.retried == 2
    assert made[0].started.count(2) == 3
    assert "are rendered again: it was killed." in caplog.text
    rendered(graph_of(film, tmp_path / "b.mkv", codec="ffv1"), workers=1)
    assert frames_of(tmp_path / "a.mkv") == frames_of(tmp_path / "b.mkv")


def test_a_successor_that_finds_no_room_is_not_waited_for(tmp_path):
    class Crowded(Threads):
        def ready(self, worker):
            return worker == 1 or self.lose[0] > 0

    graph = graph_of(clip(tmp_path / "film.mp4"), tmp_path / "a.mkv", codec="ffv1")
    made = []

    @contextmanager
    def make(job, count):
        with closing(Crowded(job, count, {0: 1})) as pool:
            made.append(pool)
            yield pool

    with Session() as session:
        done = render(session, Order(graph, 2, length=13, here=False), make, lambda progress: None, lambda: False)
    assert (done.frames, done.retried) == (60, 1)
    assert made[0].started.count(0) == 2


def test_a_segment_that_is_lost_too_often_ends_the_render(tmp_path):
    graph = graph_of(clip(tmp_path / "film.mp4"), tmp_path / "out.mp4")
    with pytest.raises(NodegraphError, match="Frames 24 to 35 could not be rendered in 2 tries: it was killed"):
        rendered(graph, lose={2: 9}, retries=1)
    assert not (tmp_path / "out.mp4").exists()


def test_a_failing_node_ends_the_render_with_its_frame_and_the_older_file_stays(tmp_path):
    nodes = tmp_path / "nodes"
    nodes.mkdir()
    (nodes / "picky.py").write_text(FAILING)
    (tmp_path / "out.mp4").write_bytes(b"older")
    graph = graph_of(clip(tmp_path / "film.mp4"), tmp_path / "out.mp4", filters=("t.picky",))

    for workers in (1, 2):
        order = Order(graph, workers, length=13, here=workers == 1, node_folders=(nodes,))
        with Session(node_folders=[nodes]) as session, pytest.raises(RenderFailed, match="f0, frame 40: Not") as failed:
            render(session, order, pools(), lambda progress: None, lambda: False)
        assert (failed.value.node, failed.value.frame, failed.value.hint) == ("f0", 40, "Leave it out.")
        assert (tmp_path / "out.mp4").read_bytes() == b"older"
        assert sorted(one.name for one in tmp_path.iterdir()) == [".out.mp4.parts", "film.mp4", "nodes", "out.mp4"]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_person_can_stop_it_and_nothing_is_left(tmp_path, workers):
    graph = graph_of(clip(tmp_path / "film.mp4", frames=300), tmp_path / "out.mp4")
    with pytest.raises(Stopped):
        rendered(graph, workers=workers, stopped=lambda: True)
    assert [one.name for one in tmp_path.iterdir()] == ["film.mp4"]


def test_a_table_that_lies_is_found_out_and_the_frames_are_counted(tmp_path, monkeypatch, caplog):
    from nodes.source import video_file

    honest = video_file.positions_of
    monkeypatch.setattr(video_file, "positions_of", lambda path: [*honest(path)[:30], *honest(path)[31:]])
    film = clip(tmp_path / "film.mp4")
    with caplog.at_level(logging.WARNING, "nodegraph.render"):
        made = rendered(graph_of(film, tmp_path / "a.mkv", codec="ffv1"))
    assert "its own table is wrong" in caplog.text
    assert made.frames == 60
    assert len(made.segments) == 5
    rendered(graph_of(film, tmp_path / "b.mkv", codec="ffv1"), workers=1)
    assert frames_of(tmp_path / "a.mkv") == frames_of(tmp_path / "b.mkv")


def test_a_torn_film_gives_the_frames_an_ordinary_render_gives(tmp_path):
    film = clip(tmp_path / "film.mkv", options={"g": "10"})
    film.write_bytes(film.read_bytes()[: film.stat().st_size * 2 // 3])
    parts = rendered(graph_of(film, tmp_path / "a.mkv", codec="ffv1"))
    whole = rendered(graph_of(film, tmp_path / "b.mkv", codec="ffv1"), workers=1)
    assert 5 < parts.frames == whole.frames < 60
    assert frames_of(tmp_path / "a.mkv") == frames_of(tmp_path / "b.mkv")


def test_progress_counts_every_frame_once(tmp_path):
    seen = []
    rendered(graph_of(clip(tmp_path / "film.mp4"), tmp_path / "out.mp4"), show=seen.append, lose={1: 1})
    assert seen[-1].done == seen[-1].total == 60
    assert seen[-1].segments == (5, 5)
    assert all(0 <= one.done <= 60 for one in seen)


def test_a_disk_that_is_full_when_the_film_is_put_there_keeps_no_half_of_it(tmp_path, monkeypatch):
    made, path = tmp_path / "made.mkv", tmp_path / "elsewhere" / "out.mkv"
    made.write_bytes(b"film")

    def half(source, target):
        target.write_bytes(b"fi")
        raise OSError(errno.ENOSPC, "No space left on device")

    stat = Path.stat
    monkeypatch.setattr("nodegraph.render.single.shutil.copyfile", half)
    monkeypatch.setattr(
        Path,
        "stat",
        lambda self, **more: (
            SimpleNamespace(st_dev=1, st_mode=stat(self, **more).st_mode) if self == path.parent else stat(self, **more)
        ),
    )
    with pytest.raises(NodegraphError, match=r"Cannot write .*out\.mkv: No space left"):
        single._put(made, path)
    monkeypatch.undo()
    assert list(path.parent.iterdir()) == []
