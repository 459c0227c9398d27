"""The sound of a film that is written: copied, encoded anew, cut to the picture, left out with a notice."""

import logging
from fractions import Fraction

import av
import numpy as np
import pytest

from nodegraph.sdk import NodeError, Stamp
from nodes.sink.video_file import VideoFileSink
from tests.nodes.sink.films import read


@pytest.fixture
def clip_with_sound(tmp_path):
    """Two seconds of picture with a tone that begins at second 1; returns a function of the sound's codec."""

    def make(codec="aac", suffix="mp4", seconds=2):
        path = tmp_path / f"source.{suffix}"
        rate = 48000
        tone = np.sin(np.arange(rate * seconds) * 2 * np.pi * 440 / rate) * 0.5
        tone[:rate] = 0
        with av.open(str(path), "w") as container:
            video = container.add_stream("libx264", rate=30)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            audio = container.add_stream(codec, rate=rate)
            audio.codec_context.layout = "stereo"
            for i in range(30 * seconds):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), i, np.uint8), "bgr24")
                frame.pts, frame.time_base = i, Fraction(1, 30)
                container.mux(video.encode(frame))
            container.mux(video.encode())
            kind = audio.codec_context.format
            resampler = av.AudioResampler(kind, "stereo", rate, audio.codec_context.frame_size or 1024)
            samples = av.AudioFrame.from_ndarray(np.stack([tone, tone]).astype(np.float32), "fltp", "stereo")
            samples.sample_rate, samples.pts, samples.time_base = rate, 0, Fraction(1, rate)
            for part in [*resampler.resample(samples), *resampler.resample(None)]:
                container.mux(audio.encode(part))
            container.mux(audio.encode())
        return path

    return make


def heard(path):
    """The codec, length in seconds, and second at which the tone begins, if there is one."""
    with av.open(str(path)) as container:
        track = container.streams.audio[0]
        parts = [(frame.time, frame.to_ndarray()) for frame in container.decode(track)]
    begin = parts[0][0]
    samples = np.concatenate([np.atleast_2d(part).mean(0) for _, part in parts])
    loud = np.flatnonzero(np.abs(samples) > 0.05)
    rate = track.rate
    return track.codec_context.name, begin + len(samples) / rate, begin + loud[0] / rate if len(loud) else None


@pytest.mark.parametrize(
    ("source", "suffix", "codec"),
    [("aac", "mp4", "aac"), ("aac", "mkv", "aac"), ("libopus", "webm", "opus"), ("libmp3lame", "mp4", "mp3float")],
)
def test_the_sound_is_copied_where_the_container_can_hold_it(
    clip_with_sound, tmp_path, feed, picture, source, suffix, codec
):
    clip = clip_with_sound(source, "mp4" if source == "aac" else "mkv")
    path = tmp_path / f"out.{suffix}"
    feed(VideoFileSink(path=path), [picture(i) for i in range(60)], audio=clip)
    name, length, begin = heard(path)
    assert name == codec
    assert length == pytest.approx(2, abs=0.06)
    assert begin == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(
    ("source", "suffix", "codec"), [("flac", "mp4", "aac"), ("aac", "webm", "opus"), ("pcm_s16le", "mp4", "aac")]
)
def test_other_sound_is_encoded_anew(clip_with_sound, tmp_path, feed, picture, source, suffix, codec):
    clip = clip_with_sound(source, "mkv")
    path = tmp_path / f"out.{suffix}"
    feed(VideoFileSink(path=path), [picture(i) for i in range(60)], audio=clip)
    name, length, begin = heard(path)
    assert name == codec
    assert length == pytest.approx(2, abs=0.08)
    assert begin == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_the_sound_begins_and_stops_with_the_picture(clip_with_sound, tmp_path, feed, picture, suffix):
    path = tmp_path / f"out.{suffix}"
    feed(VideoFileSink(path=path), [picture(i) for i in range(30)], start=0.5, audio=clip_with_sound())
    _, length, begin = heard(path)
    assert length == pytest.approx(1, abs=0.08)
    assert begin == pytest.approx(0.5, abs=0.05)


def test_the_sound_ends_with_a_notice_where_the_picture_leaves_it(clip_with_sound, tmp_path, picture, caplog):
    path, clip = tmp_path / "out.mp4", clip_with_sound()
    sink = VideoFileSink(path=path)
    sink.open()
    with caplog.at_level(logging.WARNING, "nodegraph.nodes"):
        for i in range(60):
            sink.process(picture(i), clip, Stamp(i, i / 30, (i % 30) / 30, 30.0, 0.0))
        sink.close()
    assert heard(path)[1] == pytest.approx(1, abs=0.08)
    assert len([record for record in caplog.records if "the sound ends at 1.0 s" in record.getMessage()]) == 1
    assert len(read(path)) == 60


def test_a_source_without_sound_gives_a_silent_video(tmp_path, feed, picture):
    silent, path = tmp_path / "silent.mp4", tmp_path / "out.mp4"
    feed(VideoFileSink(path=silent), [picture()] * 3)
    feed(VideoFileSink(path=path), [picture()] * 3, audio=silent)
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_sound_that_cannot_be_read_is_named(tmp_path, feed, picture):
    with pytest.raises(NodeError, match=r"sound of .*gone\.mp4 cannot be read"):
        feed(VideoFileSink(path=tmp_path / "out.mp4"), [picture()], audio=tmp_path / "gone.mp4")


def test_of_several_sound_tracks_the_first_is_taken_and_that_is_said(clip_with_sound, tmp_path, feed, picture, caplog):
    one, two, path = clip_with_sound(), tmp_path / "two.mp4", tmp_path / "out.mp4"
    with av.open(str(one)) as source, av.open(str(two), "w") as target:
        tracks = [target.add_stream_from_template(source.streams.audio[0]) for _ in range(2)]
        for packet in source.demux(source.streams.audio[0]):
            if packet.size:
                copies = [av.Packet(bytes(packet)) for _ in tracks]
                for copy, track in zip(copies, tracks, strict=True):
                    copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
                    copy.stream = track
                    target.mux(copy)
    feed(VideoFileSink(path=path), [picture()] * 3, audio=two)
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
    assert "has 2 sound tracks; the first one is taken along" in caplog.text
