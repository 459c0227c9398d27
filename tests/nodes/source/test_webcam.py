import logging
from itertools import islice

import cv2
import numpy as np
import pytest

from nodegraph.sdk import NodeError
from nodes.source import _cameras, _live, webcam
from nodes.source._cameras import Camera, open_camera, pick
from nodes.source.webcam import Webcam

BUILT_IN = Camera(0, "Integrated Camera", "/dev/video0")
USB = Camera(2, "Logitech BRIO", "/dev/video2")


class FakeCapture:
    """As much of cv2.VideoCapture as a camera needs; `pictures` reads succeed, then it is unplugged."""

    def __init__(self, pictures: int = 5, opened: bool = True) -> None:
        self.left, self.opened, self.released, self.settings = pictures, opened, False, []

    def isOpened(self) -> bool:
        return self.opened

    def set(self, name: int, value: float) -> bool:
        self.settings.append((name, value))
        return True

    def get(self, name: int) -> float:
        return {cv2.CAP_PROP_FPS: 25.0}.get(name, 0.0)

    def read(self):
        self.left -= 1
        return (True, np.zeros((48, 64, 3), np.uint8)) if self.left >= 0 else (False, None)

    def release(self) -> None:
        self.released = True


@pytest.fixture
def plug(monkeypatch):
    """plug(cameras, captures): what is found, and what opening gives, one after the other."""

    def put(cameras, captures):
        waiting = iter(captures)
        monkeypatch.setattr(webcam, "list_cameras", lambda: cameras)
        monkeypatch.setattr(webcam, "open_capture", lambda *_wishes: next(waiting))

    now = [0.0]
    monkeypatch.setattr(_live, "monotonic", lambda: now[0])
    monkeypatch.setattr(_live, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return put


def test_pictures_come_with_the_rate_the_camera_really_has(plug):
    capture = FakeCapture()
    plug([BUILT_IN], [capture])
    stream = Webcam(fps=60).stream()
    frames = list(islice(stream, 3))
    stream.close()
    assert [frame.rate for frame in frames] == [25.0] * 3
    assert frames[0].time < frames[1].time < frames[2].time
    assert frames[0].value.shape == (48, 64, 3)
    assert capture.released


def test_without_a_camera_it_says_what_was_found(plug):
    plug([], [])
    with pytest.raises(NodeError, match=r'^No camera "BRIO"\. Found: none\. .*test_pattern'):
        next(Webcam(device="BRIO").stream())
    with pytest.raises(NodeError, match=r"^No camera\. Found: none\."):
        next(Webcam().stream())


def test_this_machines_own_cameras_can_be_asked_for():
    for camera in _cameras.found_cameras():
        assert camera.name


def test_a_camera_is_picked_by_number_path_name_or_part_of_it():
    cameras = [BUILT_IN, USB]
    assert pick("", cameras) is BUILT_IN
    assert pick("2", cameras) is USB
    assert pick("/dev/video2", cameras) is USB
    assert pick("logitech brio", cameras) is USB
    assert pick(" brio ", cameras) is USB
    with pytest.raises(NodeError, match=r'No camera "1"\. Found: 0 \(Integrated Camera\), 2 \(Logitech BRIO\)\.'):
        pick("1", cameras)


def test_a_camera_in_use_is_said_to_be_that(plug):
    capture = FakeCapture(opened=False)
    plug([BUILT_IN], [capture])
    with pytest.raises(NodeError, match=r"cannot be opened\. Close other programs"):
        next(Webcam().stream())
    assert capture.released


def test_an_unplugged_camera_is_waited_for_with_heartbeats(plug, caplog):
    first, refused, second = FakeCapture(2), FakeCapture(opened=False), FakeCapture(2)
    plug([BUILT_IN], [first, refused, second])
    stream = Webcam().stream()
    with caplog.at_level(logging.WARNING, "nodegraph.nodes"):
        times = []
        heartbeats = 0
        while len(times) < 4:
            item = next(stream)
            if item is None:
                heartbeats += 1
            else:
                times.append(item.time)
    stream.close()
    assert times == sorted(set(times))
    assert heartbeats >= 2
    assert (first.released, refused.released, second.released) == (True, True, True)
    assert "gives no more pictures; waiting for it" in caplog.text


def test_it_waits_also_while_no_camera_is_listed_at_all(plug, monkeypatch):
    plug([BUILT_IN], [FakeCapture(1), FakeCapture(1)])
    stream = Webcam().stream()
    assert next(stream) is not None
    monkeypatch.setattr(webcam, "list_cameras", list)
    assert [next(stream) for _ in range(3)] == [None] * 3
    monkeypatch.setattr(webcam, "list_cameras", lambda: [BUILT_IN])
    item = next(item for item in stream if item is not None)
    stream.close()
    assert item.value.shape == (48, 64, 3)


def test_motion_jpeg_is_asked_for_before_the_size(monkeypatch):
    capture = FakeCapture()
    monkeypatch.setattr(cv2, "VideoCapture", lambda *_where: capture)
    open_camera(BUILT_IN, 1280, 0, 30)
    assert capture.settings == [
        (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
        (cv2.CAP_PROP_FRAME_WIDTH, 1280),
        (cv2.CAP_PROP_FPS, 30),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    ]


def test_opening_a_camera_that_is_not_there_prints_nothing(capfd, monkeypatch):
    monkeypatch.setattr(webcam, "list_cameras", lambda: [Camera(63, "Ghost")])
    with pytest.raises(NodeError, match="cannot be opened"):
        next(Webcam().stream())
    assert capfd.readouterr().err == ""
