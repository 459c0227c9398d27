"""What is rendered in parts is what is rendered in one piece."""

import av
import pytest

from nodegraph.core.graph import GraphNode, Wire
from tests.render.support import clip, frames_of, graph_of, rendered, sound_of, uneven_times

LOSSLESS = {"codec": "ffv1"}
CLIPS = {
    "plain": {},
    "uneven": {"times": uneven_times(60), "options": {"bf": "3"}},
    "odd": {"frames": 53, "size": (66, 50)},
}


def both(tmp_path, film, suffix=".mkv", **graph):
    """The film rendered in parts and in one piece."""
    parts, whole = tmp_path / f"parts{suffix}", tmp_path / f"whole{suffix}"
    made = rendered(graph_of(film, parts, **graph))
    assert not made.whole
    assert len(made.segments) > 2
    assert "too short to divide" in rendered(graph_of(film, whole, **graph), workers=1).whole[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([film.name, parts.name, whole.name])
    return parts, whole


@pytest.mark.parametrize("kind", CLIPS)
def test_pixels_and_times_are_the_same_to_the_last_bit(tmp_path, kind):
    parts, whole = both(tmp_path, clip(tmp_path / "film.mp4", **CLIPS[kind]), **LOSSLESS)
    assert frames_of(parts) == frames_of(whole)
    assert len(frames_of(parts)) == CLIPS[kind].get("frames", 60)


@pytest.mark.parametrize(
    ("suffix", "codec"), [(".mp4", "h264"), (".mkv", "h264"), (".mp4", "h265"), (".webm", "vp9"), (".mov", "prores")]
)
def test_every_codec_is_joined_with_its_times_and_its_sound(tmp_path, suffix, codec):
    film = clip(tmp_path / "film.mp4", sound=True, times=uneven_times(60))
    parts, whole = both(tmp_path, film, suffix, codec=codec, effort="fast", sound=True)
    assert [time for time, _ in frames_of(parts)] == [time for time, _ in frames_of(whole)]
    assert sound_of(parts) == sound_of(whole)
    with av.open(str(parts)) as one, av.open(str(whole)) as two:
        for name in ("codec_tag", "width", "height", "pix_fmt", "colorspace", "color_range"):
            joined, written = (file.streams.video[0].codec_context for file in (one, two))
            assert getattr(joined, name) == getattr(written, name)
        rates = [float(file.streams.video[0].average_rate) for file in (one, two)]
        assert rates[0] == pytest.approx(rates[1], rel=0.02)  # of a variable rate, FFmpeg's guess


def test_the_source_s_speed_start_and_end_count(tmp_path):
    film = clip(tmp_path / "film.mp4", sound=True)
    source = {"clip_speed": 2.0, "clip_start": 0.3, "clip_end": 2.2}
    parts, whole = both(tmp_path, film, sound=True, **source, **LOSSLESS)
    assert frames_of(parts) == frames_of(whole)
    assert sound_of(parts) == sound_of(whole)


@pytest.mark.parametrize(("sink", "suffix"), [("sink.json_lines", ".jsonl"), ("sink.csv", ".csv")])
def test_tables_and_lines_are_joined(tmp_path, sink, suffix):
    film = clip(tmp_path / "film.mp4")
    parts, whole = both(tmp_path, film, suffix, sink=sink, filters=("filter.average_color",))
    assert parts.read_bytes() == whole.read_bytes()


def test_several_files_of_one_source_are_written_together(tmp_path):
    graph = graph_of(clip(tmp_path / "film.mp4"), tmp_path / "a.mkv", **LOSSLESS)
    graph = graph.with_node(GraphNode("lines", "sink.json_lines", {"path": str(tmp_path / "b.jsonl")}))
    graph = graph.with_wire(Wire("f0", "image", "lines", "value"))
    made = rendered(graph)
    assert not made.whole
    assert len(frames_of(tmp_path / "a.mkv")) == len((tmp_path / "b.jsonl").read_text().splitlines()) == 60


def test_views_are_left_out_with_what_only_they_need(tmp_path):
    graph = graph_of(clip(tmp_path / "film.mp4"), tmp_path / "a.mkv", **LOSSLESS)
    graph = graph.with_node(GraphNode("trails", "filter.trails")).with_node(GraphNode("view", "sink.preview"))
    graph = graph.with_wire(Wire("clip", "image", "trails", "image")).with_wire(
        Wire("trails", "image", "view", "image")
    )
    assert not rendered(graph).whole


def test_an_overlap_is_rendered_and_not_written(tmp_path):
    film = clip(tmp_path / "film.mp4")
    graph = graph_of(film, tmp_path / "parts.mkv", filters=("filter.frame_difference",), **LOSSLESS)
    made = rendered(graph, overlap=1)
    assert not made.whole
    rendered(graph.with_param("out", "path", str(tmp_path / "whole.mkv")), workers=1)
    assert frames_of(tmp_path / "parts.mkv") == frames_of(tmp_path / "whole.mkv")


def test_a_limit_ends_the_film(tmp_path):
    film = clip(tmp_path / "film.mp4")
    rendered(graph_of(film, tmp_path / "a.mkv", **LOSSLESS), frames=31)
    rendered(graph_of(film, tmp_path / "b.mkv", **LOSSLESS), seconds=1.0)
    assert len(frames_of(tmp_path / "a.mkv")) == 31
    assert len(frames_of(tmp_path / "b.mkv")) == 25


def test_a_pattern_is_divided_too(tmp_path):
    nodes = {"clip": GraphNode("clip", "source.test_pattern", {"kind": "counter", "width": 96, "height": 54})}
    for name, workers in (("parts", 2), ("whole", 1)):
        graph = graph_of("", tmp_path / f"{name}.mkv", **LOSSLESS)
        graph = graph.with_node(nodes["clip"])
        rendered(graph, frames=40, workers=workers)
    assert frames_of(tmp_path / "parts.mkv") == frames_of(tmp_path / "whole.mkv")
