import json

import pytest

from nodegraph.cli import render as command
from nodegraph.render import outlook
from tests.render.support import clip, frames_of, pools


@pytest.fixture
def stateless(preset):
    nodes = {"clip": {"type": "source.video_file"}, "out": {"type": "sink.video_file", "params": {"path": "out.mp4"}}}
    return preset(nodes, ["clip.image->out.image", "clip.file->out.audio"])


@pytest.fixture
def in_threads(monkeypatch):
    """Workers in threads, in place of Ray's processes."""
    make = pools()
    monkeypatch.setattr(command, "_pool", lambda address, job, workers: make(job, workers))
    monkeypatch.setattr(outlook.Outlook, "worth", lambda self, done: True)


def test_a_film_is_rendered_in_segments_with_a_report(cli, stateless, tmp_path, in_threads):
    film = clip(tmp_path / "film.mp4")
    result = cli(
        "render",
        stateless,
        "--input",
        film,
        "--output",
        "new/film.mkv",
        "--workers",
        2,
        "--segment",
        20,
        "--report",
        "r.json",
    )
    assert result.code == 0
    assert "60 frames" in result.out
    assert "3 segments" in result.out
    assert f"wrote {tmp_path / 'new' / 'film.mkv'}" in result.out
    assert len(frames_of(tmp_path / "new" / "film.mkv")) == 60
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["result"] == "done"
    assert [one["frames"] for one in report["segments"]] == [20, 20, 20]
    assert report["one_piece"] == report["errors"] == report["warnings"] == []


def test_one_worker_needs_no_ray_and_says_nothing_about_parts(cli, stateless, tmp_path):
    result = cli("render", stateless, "--input", clip(tmp_path / "film.mp4"), "--workers", 1)
    assert result.code == 0
    assert "in one piece" not in result.out
    assert len(frames_of(tmp_path / "out.mp4")) == 60


def test_why_it_was_one_piece_is_told(cli, preset, tmp_path, in_threads):
    nodes = {
        "clip": {"type": "source.video_file"},
        "trails": {"type": "filter.trails"},
        "out": {"type": "sink.video_file", "params": {"path": "out.mp4"}},
    }
    path = preset(nodes, ["clip.image->trails.image", "trails.image->out.image"])
    film = clip(tmp_path / "film.mp4")
    result = cli("render", path, "--input", film, "--workers", 2)
    assert result.code == 0
    assert "trails: Trails remembers earlier frames." in result.out
    assert "segments" in cli("render", path, "--input", film, "--workers", 2, "--overlap", 5, "--segment", 20).out


def test_json_is_all_that_is_printed(cli, stateless, tmp_path, in_threads):
    result = cli("render", stateless, "--input", clip(tmp_path / "film.mp4"), "--workers", 2, "--json")
    assert json.loads(result.out)["frames"] == 60
    assert not result.err


def test_a_failure_is_one_sentence_and_is_in_the_report(cli, stateless, tmp_path):
    (tmp_path / "film.mp4").write_bytes(b"")
    result = cli("render", stateless, "--input", tmp_path / "film.mp4", "--workers", 1, "--report", "r.json")
    assert result.code == 1
    assert "is empty (0 bytes)" in result.err
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["result"] == "failed"
    assert "is empty" in report["errors"][0]["message"]
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--workers", "0"), "not a whole number above 0"),
        (("--address", "a:1"), "Add --workers"),
        (("--overlap", "-1"), "whole number"),
    ],
)
def test_wrong_usage_is_said(cli, stateless, arguments, said):
    result = cli("render", stateless, *arguments)
    assert result.code == 2
    assert said in result.err
