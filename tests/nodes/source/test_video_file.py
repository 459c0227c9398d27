import logging
import struct
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from nodegraph.sdk import NodeError
from nodes.source.video_file import VideoFile


def frames_of(path, **params):
    return list(VideoFile(path=path, **params).stream())


def test_every_frame_comes_once_with_its_time_and_the_file(make_video, read_number):
    path = make_video()
    frames = frames_of(path)
    assert [read_number(frame.value.image) for frame in frames] == list(range(30))
    assert [frame.time for frame in frames] == pytest.approx([i / 30 for i in range(30)], abs=1e-3)
    assert frames[0].rate == pytest.approx(30)
    assert {frame.value.file for frame in frames} == {path}


def test_a_variable_frame_rate_keeps_each_frames_own_time(make_video, read_number):
    times = [0.0, 0.1, 0.11, 0.5, 0.52, 0.9, 2.0, 2.05, 2.1, 3.0]
    frames = frames_of(make_video(times=times))
    assert [frame.time for frame in frames] == pytest.approx(times, abs=1e-3)
    assert [read_number(frame.value.image) for frame in frames] == list(range(10))


@pytest.mark.parametrize("start", [0.0, 0.1, 0.333334, 1.0, 1.51, 1.9])
@pytest.mark.parametrize(
    ("suffix", "codec"), [("mp4", "libx264"), ("mkv", "libx264"), ("avi", "mpeg4"), ("ts", "libx264")]
)
def test_the_start_is_exact_to_the_frame(make_video, read_number, start, suffix, codec):
    sharp = {"qmin": "1", "qmax": "1"} if codec == "mpeg4" else None
    path = make_video(f"clip.{suffix}", [i / 30 for i in range(60)], codec=codec, clock=30, options=sharp)
    first = next(VideoFile(path=path, start=start).stream())
    wanted = next(i for i in range(60) if i / 30 >= start - 0.001)
    assert read_number(first.value.image) == wanted
    assert first.time == pytest.approx(wanted / 30, abs=2e-3)


def test_the_start_is_exact_with_a_variable_frame_rate(make_video, read_number):
    times = [i / 60 for i in range(30)] + [5 + i / 5 for i in range(25)]
    path = make_video(times=times)
    for start in (0.2, 0.45, 5.0, 5.7, 9.1):
        first = next(VideoFile(path=path, start=start).stream())
        wanted = next(i for i, time in enumerate(times) if time >= start - 0.001)
        assert read_number(first.value.image) == wanted, start


def test_the_end_is_left_out(make_video, read_number):
    frames = frames_of(make_video(), start=0.2, end=0.5)
    assert [read_number(frame.value.image) for frame in frames] == list(range(6, 15))


def test_it_can_be_streamed_again_for_a_loop(make_video):
    node = VideoFile(path=make_video(), start=0.5)
    assert [frame.time for frame in node.stream()] == [frame.time for frame in node.stream()]


def test_a_start_past_the_end_says_how_long_the_video_is(make_video):
    with pytest.raises(NodeError, match=r"1\.00 s long; nothing is at 7 s"):
        frames_of(make_video(), start=7)


def test_an_end_before_the_start_is_refused(make_video):
    with pytest.raises(NodeError, match=r"end \(1 s\) is not after the start \(2 s\)"):
        frames_of(make_video(), start=2, end=1)


def test_spaces_and_unicode_in_the_path_are_fine(make_video):
    assert len(frames_of(make_video("mein Ördner ♥/клип 100% #1.mp4"))) == 30


def test_odd_sizes_come_as_they_are(make_video):
    path = make_video("odd.mkv", size=(31, 17), codec="ffv1", pixels="bgr0", options={})
    assert frames_of(path)[0].value.image.shape == (17, 31, 3)


@pytest.mark.parametrize(
    ("codec", "pixels", "options"),
    [("libx265", "yuv420p10le", {"x265-params": "log-level=none"}), ("libsvtav1", "yuv420p10le", {"preset": "12"})],
)
def test_ten_bit_and_av1_are_read_as_eight_bit_bgr(make_video, read_number, codec, pixels, options):
    frames = frames_of(make_video("ten.mkv", size=(128, 96), codec=codec, pixels=pixels, options=options))
    assert len(frames) == 30
    assert frames[7].value.image.dtype == np.uint8
    assert read_number(frames[7].value.image) == 7


@pytest.mark.parametrize(("codec", "pixels", "suffix"), [("prores_ks", "yuva444p10le", "mov"), ("ffv1", "bgra", "mkv")])
def test_transparency_is_kept(make_video, codec, pixels, suffix):
    def half(number, width, height):
        image = np.full((height, width, 4), (200, 100, 50, 128), np.uint8)
        image[:, : number + 1, 3] = 0
        return image

    options = {"profile": "4444"} if codec == "prores_ks" else {}
    path = make_video(f"a.{suffix}", codec=codec, pixels=pixels, options=options, picture=half)
    frames = frames_of(path, start=0.5)
    assert [frame.time for frame in frames] == pytest.approx([i / 30 for i in range(15, 30)], abs=1e-3)
    assert np.abs(frames[0].value.image[24, 40].astype(int) - (200, 100, 50, 128)).max() <= 3
    assert (frames[0].value.image[24, :, 3] < 10).sum() == 16


def test_a_picture_marked_as_rotated_comes_upright(make_video):
    def left_half_white(_number, width, height):
        image = np.zeros((height, width, 3), np.uint8)
        image[:, : width // 2] = 255
        return image

    path = make_video(picture=left_half_white)
    rotate_clockwise(path)
    image = frames_of(path)[0].value.image
    assert image.shape == (64, 48, 3)
    assert image[:30].mean() > 250
    assert image[34:].mean() < 5


def rotate_clockwise(path: Path) -> None:
    """Write a phone's rotation into the track header's matrix (ISO 14496-12, 8.3.2): 90° clockwise."""
    data = bytearray(path.read_bytes())
    identity = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    header = data.index(b"tkhd")
    place = data.index(identity, header)
    data[place : place + 36] = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 48 << 16, 0, 0x40000000)
    path.write_bytes(data)


def test_a_missing_video_is_named_with_its_path(tmp_path):
    with pytest.raises(NodeError, match=r"nothing here\.mp4 does not exist"):
        frames_of(tmp_path / "nothing here.mp4")


def test_no_path_asks_for_one():
    with pytest.raises(NodeError, match="No video is chosen"):
        frames_of(Path())


def test_a_folder_is_not_a_video(tmp_path):
    with pytest.raises(NodeError, match="is a folder"):
        frames_of(tmp_path)


def test_a_zero_byte_video_is_named_with_its_path(tmp_path):
    path = tmp_path / "empty.mp4"
    path.touch()
    with pytest.raises(NodeError, match=r"empty\.mp4 is empty \(0 bytes\)"):
        frames_of(path)


def test_text_that_calls_itself_a_video_is_told_from_one(tmp_path):
    path = tmp_path / "page.mp4"
    path.write_text("<html>not found</html>" * 100)
    with pytest.raises(NodeError, match=r"page\.mp4 is not a video"):
        frames_of(path)


def test_a_half_written_video_is_called_that(make_video):
    path = make_video()
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])
    with pytest.raises(NodeError, match=r"moov atom not found.*half-written"):
        frames_of(path)


def test_sound_without_a_picture_is_said_to_be_that(tmp_path):
    import wave

    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(8000))
    with pytest.raises(NodeError, match="no picture, only sound"):
        frames_of(path)


def cut_in_the_middle_of_a_frame(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def noisy(number, width, height):
    return np.random.default_rng(number).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("name", "muxing"),
    [
        ("torn.mp4", {"movflags": "faststart"}),
        ("torn.mkv", {}),
        ("torn.mp4", {"movflags": "frag_keyframe+empty_moov"}),
        ("torn.avi", {}),
    ],
)
def test_a_video_that_ends_mid_frame_keeps_its_good_frames_and_says_so(make_video, caplog, name, muxing):
    path = make_video(name, [i / 30 for i in range(90)], muxing=muxing, picture=noisy)
    cut_in_the_middle_of_a_frame(path, 0.55)
    with caplog.at_level(logging.WARNING, "nodegraph.nodes"):
        frames = frames_of(path)
    assert 20 < len(frames) < 70
    assert len(caplog.records) == 1
    said = caplog.records[0].getMessage()
    assert name in said
    assert "ends early" in said or "middle of a frame" in said


def test_a_whole_video_gives_no_warning(make_video, caplog):
    for name in ("a.mp4", "a.mkv", "a.avi", "a.mov"):
        frames_of(make_video(name))
    assert caplog.records == []


def test_a_last_picture_that_is_shown_for_long_is_not_a_torn_video(make_video, caplog):
    path = make_video("slides.mp4", times=[0, 4, 8, 12], hold=4.0, clock=1000)
    assert len(frames_of(path)) == 4
    assert caplog.records == []


def test_an_animated_gif_is_a_video(tmp_path):
    path = tmp_path / "a.gif"
    pictures = [Pillow.new("RGB", (16, 16), color) for color in ("red", "lime", "blue")]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=200)
    frames = frames_of(path)
    assert [frame.time for frame in frames] == pytest.approx([0, 0.2, 0.4])
    assert [frame.value.image[8, 8, :3].tolist() for frame in frames] == [[0, 0, 255], [0, 255, 0], [255, 0, 0]]


def test_a_partly_destroyed_video_gives_what_can_be_read(make_video):
    path = make_video("hurt.mp4", [i / 30 for i in range(90)], muxing={"movflags": "faststart"}, picture=noisy)
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 3000] = bytes(3000)
    path.write_bytes(data)
    times = [frame.time for frame in frames_of(path)]
    assert len(times) > 40
    assert all(a < b for a, b in pairwise(times))


def test_the_capture_is_released_when_the_stream_is_closed(make_video, monkeypatch):
    released = []
    real = cv2.VideoCapture

    class Watched:
        def __init__(self, *args):
            self._capture = real(*args)

        def __getattr__(self, name):
            return getattr(self._capture, name)

        def release(self):
            released.append(True)
            self._capture.release()

    monkeypatch.setattr(cv2, "VideoCapture", Watched)
    stream = VideoFile(path=make_video()).stream()
    next(stream)
    stream.close()
    assert released == [True]
