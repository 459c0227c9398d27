"""A render that was stopped goes on with the segments that it had finished."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nodegraph.core.errors import NodegraphError
from nodegraph.render import kept as keeping
from nodegraph.render.job import Stopped
from nodegraph.render.kept import kept_beside
from tests.render.support import clip, frames_of, graph_of, rendered

HALTING = """
import os, threading
from pathlib import Path
from nodegraph.sdk import Filter, Image, Stamp

class Halting(Filter, id="t.halting", category="Test"):
    def process(self, image: Image, stamp: Stamp) -> Image:
        with Path(os.environ["SEEN"]).open("a") as file:
            file.write(f"{stamp.index}\\n")
        if stamp.index == 25 and "HALT" in os.environ:
            Path(os.environ["HALT"]).write_text("here")  # a pipe: somebody waits at its other end
            threading.Event().wait()
        return image
"""
PRESET = {
    "format": 1,
    "id": "p",
    "graph": {
        "nodes": {
            "clip": {"type": "source.video_file"},
            "halting": {"type": "t.halting"},
            "out": {"type": "sink.video_file", "params": {"codec": "ffv1"}},
        },
        "wires": [
            {"from": "clip.image", "to": "halting.image"},
            {"from": "halting.image", "to": "out.image"},
            {"from": "clip.file", "to": "out.audio"},
        ],
    },
}


@pytest.fixture
def film(tmp_path):
    return clip(tmp_path / "film.mp4", sound=True)


def stop_after(segments):
    """A person who stops a render when so many segments are made; `rendered` takes it."""
    now = [0]

    def show(progress):
        now[0] = progress.segments[0]

    return {"show": show, "stopped": lambda: now[0] >= segments}


def finished(tmp_path):
    """How many segments an earlier render has left."""
    return len(list((tmp_path / ".out.mkv.parts").glob("0*.json")))


def test_what_was_finished_before_kill_9_is_not_rendered_again(tmp_path, film):
    nodes, pipe = tmp_path / "nodes", tmp_path / "pipe"
    nodes.mkdir()
    (nodes / "halting.py").write_text(HALTING)
    (tmp_path / "p.json").write_text(json.dumps(PRESET))
    os.mkfifo(pipe)
    out = tmp_path / "out.mkv"
    command = [sys.executable, "-m", "nodegraph", "render", str(tmp_path / "p.json"), "--input", str(film)]
    command += ["--output", str(out), "--workers", "1", "--segment", "10", "--nodes", str(nodes)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}

    first = subprocess.Popen(command, env={**env, "SEEN": str(tmp_path / "first"), "HALT": str(pipe)})
    assert pipe.read_text() == "here"  # in the third segment
    first.kill()
    first.wait()
    assert not out.exists()

    seen = tmp_path / "second"
    second = subprocess.run(command, env={**env, "SEEN": str(seen)}, capture_output=True, text=True, timeout=60)
    assert second.returncode == 0, second.stderr
    assert "finished 2 of 6 segments: going on" in second.stderr
    assert "60 frames" in second.stdout
    assert "6 segments, 2 of them from before" in second.stdout
    assert sorted(map(int, seen.read_text().split())) == list(range(20, 60))
    rendered(graph_of(film, tmp_path / "whole.mkv", filters=(), sound=True, codec="ffv1"), workers=1)
    assert frames_of(out) == frames_of(tmp_path / "whole.mkv")
    assert not (tmp_path / ".out.mkv.parts").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_render_that_a_person_stopped_goes_on_with_honest_progress(tmp_path, film, workers, caplog):
    graph = graph_of(film, tmp_path / "out.mkv", codec="ffv1")
    order = {"workers": workers, "length": 13, "here": workers == 1}
    with pytest.raises(Stopped):
        rendered(graph, **order, **stop_after(2))
    assert "segments are finished and kept in" in caplog.text
    seen = []
    made = rendered(graph, **order, show=seen.append)
    assert made.resumed >= 2
    assert (made.frames, made.fresh) == (60, 60 - 12 * made.resumed)
    assert seen[0].kept == 12 * made.resumed <= seen[0].done
    assert seen[-1].done == seen[-1].total == 60
    rendered(graph.with_param("out", "path", str(tmp_path / "whole.mkv")), workers=1)
    assert frames_of(tmp_path / "out.mkv") == frames_of(tmp_path / "whole.mkv")


def test_another_number_of_workers_goes_on_too(tmp_path, film):
    graph = graph_of(film, tmp_path / "out.mkv", codec="ffv1")
    with pytest.raises(Stopped):
        rendered(graph, workers=1, length=13, **stop_after(2))
    assert rendered(graph, workers=3, length=13).resumed >= 2


@pytest.mark.parametrize("other", ["parameter", "film", "length", "record", "fresh"])
def test_what_is_of_another_render_is_not_taken(tmp_path, film, other):
    graph = graph_of(film, tmp_path / "out.mkv", codec="ffv1")
    with pytest.raises(Stopped):
        rendered(graph, workers=1, length=13, **stop_after(2))
    order = {"workers": 1, "length": 13}
    if other == "parameter":
        graph = graph.with_param("f0", "height", 1.0)
    elif other == "film":
        clip(film, frames=61)
    elif other == "length":
        order["length"] = 20
    elif other == "fresh":
        order["fresh"] = True
    else:
        (tmp_path / ".out.mkv.parts" / "00000.json").write_text("{")  # as a disk that was full may leave it
    usable = finished(tmp_path) - 1 if other == "record" else 0
    assert rendered(graph, **order).resumed == usable
    rendered(graph.with_param("out", "path", str(tmp_path / "whole.mkv")), workers=1)
    assert frames_of(tmp_path / "out.mkv") == frames_of(tmp_path / "whole.mkv")


def test_a_part_that_was_cut_off_is_rendered_again(tmp_path, film):
    graph = graph_of(film, tmp_path / "out.mkv", codec="ffv1")
    with pytest.raises(Stopped):
        rendered(graph, workers=1, length=13, **stop_after(2))
    part = next((tmp_path / ".out.mkv.parts").glob("00001-*.mkv"))
    part.write_bytes(part.read_bytes()[:-1])
    finished_before = finished(tmp_path)
    assert rendered(graph, workers=1, length=13).resumed == finished_before - 1
    assert len(frames_of(tmp_path / "out.mkv")) == 60


def test_a_render_whose_parts_could_not_be_joined_only_joins_the_next_time(tmp_path, film, monkeypatch):
    from nodes.sink.video_file import VideoFileSink

    graph = graph_of(film, tmp_path / "out.mkv", codec="ffv1")

    def full(*_):
        raise NodegraphError("Cannot write out.mkv: the disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(VideoFileSink, "join", full)
        with pytest.raises(NodegraphError, match="disk is full"):
            rendered(graph, workers=1, length=13)
    made = rendered(graph, workers=1, length=13)
    assert (made.resumed, made.fresh, made.frames) == (5, 0, 60)


def test_two_renders_of_one_output_do_not_spoil_each_other(tmp_path):
    output = tmp_path / "out.mp4"
    with kept_beside(output):
        second = kept_beside(output)
        with pytest.raises(NodegraphError, match=r"Another render is at work on .*out\.mp4"):
            second.__enter__()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_told_with_the_folder(tmp_path, monkeypatch):
    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "write_atomically", full)
    film = clip(tmp_path / "film.mp4")
    with pytest.raises(NodegraphError, match=r"Cannot write to .*\.out\.mkv\.parts: No space left") as error:
        rendered(graph_of(film, tmp_path / "out.mkv"), workers=1, length=13)
    assert "make room" in error.value.hint


def test_what_was_finished_outlives_a_render_that_could_not_begin(tmp_path, film, caplog):
    graph = graph_of(film, tmp_path / "out.mkv", codec="ffv1")
    with pytest.raises(Stopped):
        rendered(graph, workers=1, length=13, **stop_after(2))
    left = finished(tmp_path)
    assert left >= 2
    away = film.rename(tmp_path / "away.mp4")  # as on a disk that is not there
    with pytest.raises(NodegraphError):
        rendered(graph, workers=1, length=13)
    assert finished(tmp_path) == left
    assert "begun anew" not in caplog.text
    away.rename(film)
    assert rendered(graph, workers=1, length=13).resumed == left


def test_a_film_that_takes_long_to_read_is_read_when_something_of_it_is_finished(tmp_path, film, monkeypatch):
    graph = graph_of(film, tmp_path / "out.mkv", codec="ffv1")
    with pytest.raises(Stopped):
        rendered(graph, workers=1, length=13, **stop_after(2))
    monkeypatch.setattr("nodegraph.render.divided._PATIENCE", -1.0)
    assert rendered(graph, workers=1, length=13).resumed >= 2
