import logging
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from nodegraph.sdk import NodeError, Stamp
from nodes.sink.video_file import VideoFileSink
from tests.nodes.sink.films import read

CODECS = [("h264", "mp4"), ("h264", "mkv"), ("h265", "mp4"), ("h265", "mov"), ("vp9", "webm"), ("vp9", "mp4")]
ALL_CODECS = [*CODECS, ("prores", "mov"), ("ffv1", "mkv")]


def parameters(path):
    with av.open(str(path)) as container:
        return container.streams.video[0].codec_context


@pytest.mark.parametrize(("codec", "suffix"), ALL_CODECS)
def test_every_codec_writes_every_frame_at_its_time(tmp_path, feed, picture, codec, suffix):
    path = tmp_path / f"clip.{suffix}"
    feed(VideoFileSink(path=path, codec=codec, effort="fast"), [picture(i, 128, 96) for i in range(12)])
    frames = read(path)
    assert [time for time, _ in frames] == pytest.approx([i / 30 for i in range(12)], abs=1e-3)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("codec", "suffix"), ALL_CODECS)
def test_colours_survive(tmp_path, feed, picture, codec, suffix):
    path = tmp_path / f"clip.{suffix}"
    image = picture(3, 320, 240)
    feed(VideoFileSink(path=path, codec=codec, quality=100), [image] * 4)
    wrong = np.abs(read(path)[2][1].astype(int) - image)[40::80, 40::80]
    assert wrong.max() <= 3


@pytest.mark.parametrize(("codec", "suffix"), CODECS)
def test_colours_are_tagged_so_that_browsers_do_not_guess(tmp_path, feed, picture, codec, suffix):
    path = tmp_path / f"clip.{suffix}"
    feed(VideoFileSink(path=path, codec=codec), [picture()] * 3)
    context = parameters(path)
    assert context.pix_fmt == "yuv420p"
    assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (6, 1, 1, 1)


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="no ffprobe")
def test_ffprobe_agrees_about_the_tags(tmp_path, feed, picture):
    path = tmp_path / "clip.mp4"
    feed(VideoFileSink(path=path), [picture()] * 3)
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "default=nw=1", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    expected = {"codec_name=h264", "color_range=tv", "color_space=smpte170m", "color_primaries=bt709", "nb_frames=3"}
    assert expected <= set(said)


def test_h265_in_mp4_has_the_tag_that_apple_players_want(tmp_path, feed, picture):
    path = tmp_path / "clip.mp4"
    feed(VideoFileSink(path=path, codec="h265"), [picture()] * 3)
    assert parameters(path).codec_tag == "hvc1"


def test_a_finished_mp4_is_an_ordinary_one_with_its_index(tmp_path, feed, picture):
    path = tmp_path / "clip.mp4"
    feed(VideoFileSink(path=path), [picture(i) for i in range(90)])
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == 90
        assert float(container.streams.video[0].duration * container.streams.video[0].time_base) == pytest.approx(3)
    assert b"moof" not in path.read_bytes()[:64]


def test_variable_times_are_kept(tmp_path, feed, picture):
    times = [5.0, 5.1, 5.11, 5.5, 7.0, 7.02]
    path = tmp_path / "clip.mp4"
    feed(VideoFileSink(path=path), [picture(i) for i in range(6)], times)
    assert [time for time, _ in read(path)] == pytest.approx([time - 5 for time in times], abs=1e-4)


def test_a_fixed_rate_repeats_and_leaves_out_frames(tmp_path, feed, picture):
    path = tmp_path / "clip.mkv"
    images = [picture(i) for i in range(5)]
    feed(VideoFileSink(path=path, codec="ffv1", fps=10), images, [0.0, 0.02, 0.1, 0.4, 0.52])
    frames = read(path)
    assert [time for time, _ in frames] == pytest.approx([i / 10 for i in range(6)], abs=1e-3)
    shown = [next(i for i, image in enumerate(images) if np.array_equal(image, frame)) for _, frame in frames]
    assert shown == [0, 2, 2, 2, 3, 4]


@pytest.mark.parametrize("fps", [0.0001, 23.976, 240.0])
def test_extreme_rates_are_fine(tmp_path, feed, picture, fps):
    path = tmp_path / "clip.mp4"
    feed(VideoFileSink(path=path, fps=fps), [picture()] * 2, [0.0, 1 / fps])
    assert [time for time, _ in read(path)] == pytest.approx([0, 1 / fps], abs=1e-4)


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (63, 47), (64, 47)])
@pytest.mark.parametrize(("codec", "suffix"), [("h264", "mp4"), ("vp9", "webm"), ("prores", "mov"), ("ffv1", "mkv")])
def test_odd_and_tiny_sizes_are_padded_to_even(tmp_path, feed, picture, size, codec, suffix):
    path = tmp_path / f"clip.{suffix}"
    feed(VideoFileSink(path=path, codec=codec), [picture(i, *size) for i in range(3)])
    assert read(path)[0][1].shape == (size[1] + size[1] % 2, size[0] + size[0] % 2, 3)


def test_an_encoder_that_refuses_a_size_is_a_sentence(tmp_path, feed, picture):
    with pytest.raises(
        NodeError, match=r"^H\.265 refuses these pictures \(.*clip\.mp4\): Invalid argument\. Try another"
    ):
        feed(VideoFileSink(path=tmp_path / "clip.mp4", codec="h265"), [picture(0, 1, 1)])
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_another_size_is_fitted_into_the_first_ones(tmp_path, feed):
    path = tmp_path / "clip.mkv"
    first, tall = np.full((48, 64, 3), 40, np.uint8), np.full((200, 100, 3), 200, np.uint8)
    feed(VideoFileSink(path=path, codec="ffv1"), [first, tall, first])
    frames = [image for _, image in read(path)]
    assert [image.shape for image in frames] == [(48, 64, 3)] * 3
    assert frames[1][:, 20:44].min() == 200
    assert frames[1][:, :20].max() == frames[1][:, 44:].max() == 0


@pytest.mark.parametrize(("codec", "suffix", "off"), [("ffv1", "mkv", 0), ("prores", "mov", 3)])
def test_transparency_is_kept_where_the_codec_can(tmp_path, feed, picture, codec, suffix, off):
    path = tmp_path / f"clip.{suffix}"
    image = picture(5, 320, 240, 4)
    feed(VideoFileSink(path=path, codec=codec, quality=100), [image] * 3)
    with av.open(str(path)) as container:
        back = next(container.decode(video=0)).to_ndarray(format="bgra")
    assert np.abs(back.astype(int) - image)[40::80, 40::80].max() <= off


def test_transparency_becomes_black_where_the_codec_cannot(tmp_path, feed):
    path = tmp_path / "clip.mp4"
    image = np.full((48, 64, 4), 200, np.uint8)
    image[:, :32, 3], image[:, 32:, 3] = 0, 128
    feed(VideoFileSink(path=path, quality=100), [image] * 3)
    back = read(path)[1][1]
    assert back[:, :24].max() <= 3
    assert np.abs(back[:, 40:].astype(int) - 100).max() <= 3


def test_quality_and_effort_change_the_size(tmp_path, feed, picture):
    def size(**params):
        path = tmp_path / "clip.mp4"
        noise = [np.random.default_rng(i).integers(0, 256, (96, 128, 3), np.uint8) for i in range(10)]
        feed(VideoFileSink(path=path, **params), noise)
        return path.stat().st_size

    assert size(quality=20) < size(quality=70) < size(quality=100)


def test_a_container_that_cannot_hold_the_codec_names_those_that_can(tmp_path):
    with pytest.raises(NodeError, match=r"\.webm file cannot hold H\.264.*\.mp4, \.mov, \.mkv"):
        VideoFileSink(path=tmp_path / "clip.webm", codec="h264").open()


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(NodeError, match=r"clip\.txt is of a kind.*\.mp4"):
        VideoFileSink(path=tmp_path / "clip.txt").open()
    with pytest.raises(NodeError, match="No file to write"):
        VideoFileSink().open()


def test_missing_folders_are_made_and_odd_names_are_fine(tmp_path, feed, picture):
    path = tmp_path / "neu ♥" / "100% %04d #1" / "клип.mp4"
    feed(VideoFileSink(path=path), [picture()] * 2)
    assert len(read(path)) == 2


def test_a_file_in_place_of_a_folder_is_told_on_opening(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NodeError, match=r"Cannot write .*clip\.mp4: a part of the path is a file"):
        VideoFileSink(path=tmp_path / "file" / "clip.mp4").open()


def test_a_place_one_may_not_write_to_is_told_on_opening():
    with pytest.raises(NodeError, match=r"Cannot write /proc/nothing/clip\.mp4"):
        VideoFileSink(path=Path("/proc/nothing/clip.mp4")).open()


def test_without_a_frame_no_file_is_left_and_it_is_said(tmp_path, feed, caplog):
    path = tmp_path / "clip.mp4"
    with caplog.at_level(logging.WARNING, "nodegraph.nodes"):
        feed(VideoFileSink(path=path), [])
    assert "clip.mp4 was not written: no frame came" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_until_the_new_one_is_whole(tmp_path, picture):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"older")
    sink = VideoFileSink(path=path)
    sink.open()
    sink.process(picture(), None, Stamp(0, 0.0, 0.0, 30.0, 0.0))
    assert path.read_bytes() == b"older"
    sink.close()
    assert len(read(path)) == 1


def test_a_failed_run_keeps_the_older_file_and_what_was_written(tmp_path, picture, caplog):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"an older render")
    sink = VideoFileSink(path=path)
    sink.open()
    for number in range(20):
        sink.process(picture(64, 48), None, Stamp(number, number / 20, number / 20, 20.0, 0.0))
    sink.abandon()
    assert path.read_bytes() == b"an older render"
    assert len(read(tmp_path / "clip.part.mp4")) == 20
    assert "clip.part.mp4" in caplog.text


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_full_disk_is_a_sentence_and_what_was_written_plays(small_disk, feed, suffix):
    path = small_disk / f"clip.{suffix}"
    noise = [np.random.default_rng(i).integers(0, 256, (120, 160, 3), np.uint8) for i in range(200)]
    with pytest.raises(NodeError, match=rf"Cannot write .*clip\.{suffix}: the disk is full.*clip\.part\.{suffix}"):
        feed(VideoFileSink(path=path, quality=90, effort="fast"), noise)
    assert not path.exists()
    assert count_playable(small_disk / f"clip.part.{suffix}") > 3


def test_after_a_failure_every_further_picture_fails_alike(small_disk):
    sink = VideoFileSink(path=small_disk / "clip.mp4", quality=100, effort="fast")
    noise = np.random.default_rng(1).integers(0, 256, (240, 320, 3), np.uint8)
    sink.open()
    said = []
    for i in range(150):
        try:
            sink.process(noise, None, Stamp(i, i / 30, i / 30, 30.0, 0.0))
        except NodeError as error:
            said.append(str(error))
    sink.close()
    assert len(said) > 10
    assert len(set(said)) == 1


def test_what_a_broken_off_run_left_is_kept_under_another_name(tmp_path, feed, picture, caplog):
    for content in (b"first", b"second"):
        (tmp_path / "clip.part.mp4").write_bytes(content)
        feed(VideoFileSink(path=tmp_path / "clip.mp4"), [picture()] * 2)
    assert len(read(tmp_path / "clip.mp4")) == 2
    assert (tmp_path / "clip.part-1.mp4").read_bytes() == b"first"
    assert (tmp_path / "clip.part-2.mp4").read_bytes() == b"second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "clip.part-1.mp4", "clip.part-2.mp4"]
    assert "clip.part.mp4 was left by a run that broke off; it is now called clip.part-2.mp4" in caplog.text


def count_playable(path):
    count = 0
    with av.open(str(path)) as container:
        try:
            for _ in container.decode(video=0):
                count += 1
        except av.FFmpegError:
            pass
    return count


KILLED = """
import sys, time, numpy as np
from pathlib import Path
from nodegraph.sdk import Stamp
from nodes.sink.video_file import VideoFileSink
sink = VideoFileSink(path=Path(sys.argv[1]), effort="fast")
sink.open()
rng = np.random.default_rng(1)
for i in range(150):
    image = rng.integers(0, 256, (240, 320, 3), np.uint8)
    sink.process(image, None, Stamp(i, i / 30, i / 30, 30.0, 0.0))
print("written", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm"])
def test_a_killed_render_leaves_a_playable_file(tmp_path, suffix):
    path = tmp_path / f"clip.{suffix}"
    root = Path(__file__).parents[3]
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout.readline() == "written\n"
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    assert not path.exists()
    assert count_playable(tmp_path / f"clip.part.{suffix}") >= 90


@pytest.mark.parametrize(("codec", "suffix"), [("h264", "mp4"), ("h264", "mov"), ("h264", "mkv"), ("vp9", "webm")])
def test_a_slow_render_is_playable_from_its_first_pictures_on(tmp_path, picture, monkeypatch, codec, suffix):
    path, images = tmp_path / f"clip.{suffix}", [picture(i) for i in range(30)]
    monkeypatch.setattr("nodes.sink._picture_stream.PATIENCE", 0.0)
    sink = VideoFileSink(path=path, codec=codec, quality=100)
    sink.open()
    for i, image in enumerate(images):
        sink.process(image, None, Stamp(i, i * i / 30, i * i / 30, 30.0, 0.0))
        if i >= 9:
            assert count_playable(tmp_path / f"clip.part.{suffix}") > i // 2
    sink.close()
    frames = read(path)
    assert [time for time, _ in frames] == pytest.approx([i * i / 30 for i in range(30)], abs=1e-3)
    for (_, frame), image in zip(frames, images, strict=True):
        assert np.abs(frame.astype(int) - image)[8::16, 8::16].max() <= 16


def test_a_slow_h265_render_is_whole_when_it_ends(tmp_path, picture, monkeypatch):
    path, images = tmp_path / "clip.mp4", [picture(i) for i in range(30)]
    monkeypatch.setattr("nodes.sink._picture_stream.PATIENCE", 0.0)
    sink = VideoFileSink(path=path, codec="h265", quality=100)
    sink.open()
    for i, image in enumerate(images):
        sink.process(image, None, Stamp(i, i / 30, i / 30, 30.0, 0.0))
    sink.close()
    assert [time for time, _ in read(path)] == pytest.approx([i / 30 for i in range(30)], abs=1e-3)
