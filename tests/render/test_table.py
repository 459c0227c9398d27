from fractions import Fraction
from itertools import islice, pairwise

import pytest

from nodegraph.core.errors import UsageError
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.render.table import edges_of, segments_of, table_of
from nodegraph.session import Session
from tests.render.support import clip, uneven_times

CLIPS = {
    "24.mp4": {"rate": Fraction(24)},
    "ntsc.mp4": {"rate": Fraction(30000, 1001), "frames": 61},
    "vfr.mkv": {"times": uneven_times(60)},
    "vfr.mp4": {"times": uneven_times(60), "options": {"bf": "3", "g": "11"}},
    "open-gop.mp4": {"options": {"x264-params": "open-gop=1:keyint=12:bframes=5:b-adapt=0"}},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": "keyint=16:min-keyint=16:bframes=4:log-level=none"}},
    "stream.ts": {},
    "one.mp4": {"frames": 1},
}


@pytest.fixture(scope="module")
def session():
    with Session() as session:
        yield session


def source(session, path, **params):
    return session.registry.find("source.video_file").make({"path": path, **params}, {})


@pytest.mark.parametrize("name", CLIPS)
def test_every_frame_can_be_begun_at_and_is_the_one_of_the_whole_film(session, tmp_path, name):
    video = source(session, clip(tmp_path / name, **CLIPS[name]))
    film = list(video.stream())
    assert list(video.positions()) == [frame.time for frame in film]
    for first in range(0, len(film), 3):
        got = list(islice(video.stream_at(film[first].time), 2))
        assert [one.time for one in got] == [one.time for one in film[first : first + 2]]
        assert all((a.value.image == b.value.image).all() for a, b in zip(got, film[first:], strict=False))


def test_the_source_s_own_start_and_end_are_kept(session, tmp_path):
    video = source(session, clip(tmp_path / "c.mp4"), start=0.5, end=1.5)
    assert list(video.positions()) == [frame.time for frame in video.stream()]


@pytest.mark.parametrize("speed", [1.0, 1.7])
def test_the_table_numbers_and_times_frames_as_a_run_does(session, tmp_path, speed):
    path = clip(tmp_path / "c.mkv", times=uneven_times(60))
    stamps = []
    graph = Graph({"clip": GraphNode("clip", "source.video_file", {"path": str(path), "speed": speed})})
    with session.run(graph, "offline") as run:
        run.wait()
        last = run.streams["clip"].last[1]
    table = table_of(source(session, path, speed=speed))
    stamps = [(one.index, one.time, one.media) for one in table]
    assert stamps[-1] == (last.index, last.time, last.media)
    assert stamps[0] == (0, 0.0, 0.0)
    assert table == table_of(source(session, path, speed=speed), counted=True)


def test_the_table_ends_where_it_is_told_to(session, tmp_path):
    video = source(session, clip(tmp_path / "c.mp4"))
    assert len(table_of(video, frames=7)) == 7
    assert len(table_of(video, seconds=0.99)) == 25


def test_a_source_without_an_end_needs_a_limit(session, monkeypatch):
    monkeypatch.setattr("nodegraph.render.table.MOST", 500)
    pattern = session.registry.find("source.test_pattern").make({}, {})
    with pytest.raises(UsageError, match="does not end"):
        table_of(pattern)
    assert len(table_of(pattern, frames=40)) == 40


@pytest.mark.parametrize(("frames", "workers", "length"), [(1000, 2, None), (1001, 7, None), (5, 3, 2), (1, 4, None)])
def test_segments_hold_every_frame_once(session, frames, workers, length):
    table = table_of(session.registry.find("source.test_pattern").make({}, {}), frames=frames)
    segments = segments_of(table, edges_of(frames, workers, length))
    assert segments[0].kept == 0
    assert segments[-1].stop == frames
    assert all(one.stop == two.kept for one, two in pairwise(segments))
    assert all(one.frames > 0 and one.begin.index == one.kept for one in segments)


def test_an_overlap_begins_earlier_but_never_before_the_film(session):
    table = table_of(session.registry.find("source.test_pattern").make({}, {}), frames=100)
    segments = segments_of(table, edges_of(100, 1, 40), overlap=50)
    assert [one.begin.index for one in segments] == [0, 0, 16]
    assert [one.kept for one in segments] == [0, 33, 66]
