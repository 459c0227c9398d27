"""Video files, read with OpenCV; what OpenCV cannot say (why, how long, torn) is asked of PyAV."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from nodegraph.sdk import File, Image, NodeError, Source, Stamped, param
from nodes.source._decoded import has_alpha, pictures_with_alpha
from nodes.source._opencv import open_file, rate_of
from nodes.source._positions import positions_of
from nodes.source._reasons import check_file, why_no_video
from nodes.source._torn import length_of, warn_if_torn

VIDEO_FILES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg", ".ts", ".gif")
SLACK = 0.0005
"""Seconds: positions are whole ticks of the file's clock, so they can miss a decimal number by this much."""
DAMAGED = 30
"""Frames in a row that may be unreadable before that is taken for the end."""


class VideoFrame(NamedTuple):
    """A frame and the file it is from."""

    image: Image
    file: File


class VideoFile(Source, id="source.video_file", category="Source/File", keywords=("movie", "clip", "mp4", "read")):
    """Read a video file frame by frame.

    Image: uint8 H×W×3 BGR, or H×W×4 where the file has transparency (ProRes 4444, FFV1, PNG), upright: rotation noted
    by phones is applied. File: the path, for a video sink that shall take over the sound. Each frame keeps its own
    time, also in files with a variable frame rate.
    """

    path: Path = param(Path(), "The video to read.", accept=VIDEO_FILES, restart=True)
    start: float = param(0.0, "Begin at this position.", ge=0, le=86400, step=0.1, unit="s", restart=True)
    end: float = param(
        0.0, "Stop before this position; 0 is the end.", ge=0, le=86400, step=0.1, unit="s", restart=True
    )
    loop: bool = param(False, "Begin again when the end is reached.")
    speed: float = param(1.0, "2 plays twice as fast, 0.5 at half speed.", ge=0.1, le=10, step=0.1)

    _told = False

    def expected_frames(self, seconds: float | None = None) -> int | None:
        length = length_of(self.path)
        if not length or (self.loop and seconds is None):
            return None
        capture = open_file(self.path)
        rate = rate_of(capture) or 30.0
        capture.release()
        span = max(0.0, min(length, self.end or length) - self.start)
        if seconds is not None:
            span = seconds * self.speed if self.loop else min(span, seconds * self.speed)
        return round(span * rate)

    def stream(self) -> Iterator[Stamped[VideoFrame]]:
        """Yield the frames between `start` and `end`. Raises NodeError when there is none."""
        return self.stream_at(self.start)

    def positions(self) -> Iterator[float]:
        """The frames' times, without decoding where the file tells them."""
        times = positions_of(self.path)
        if times is None:
            return super().positions()
        return (one for one in times if one >= self.start - SLACK and not (self.end and one >= self.end - SLACK))

    def stream_at(self, position: float) -> Iterator[Stamped[VideoFrame]]:
        """Yield the frames from `position` to `end`. Raises NodeError when there is none."""
        check_file(self.path, "video")
        if 0 < self.end <= self.start:
            raise NodeError(f"The end ({self.end:g} s) is not after the start ({self.start:g} s).", "Set end to 0.")
        capture = open_file(self.path)
        try:
            if not capture.isOpened():
                raise why_no_video(self.path)
            rate = rate_of(capture)
            if has_alpha(capture):
                yield from self._frames(pictures_with_alpha(self.path, position), position, rate)
            else:
                if not seek(capture, position):
                    capture.release()
                    capture = open_file(self.path)
                yield from self._frames(pictures(capture, rate), position, rate)
        finally:
            capture.release()

    def _frames(
        self, pictures: Iterable[tuple[float, Image]], start: float, rate: float | None
    ) -> Iterator[Stamped[VideoFrame]]:
        last = None
        for seconds, image in pictures:
            if self.end and seconds >= self.end - SLACK:
                return
            if seconds >= start - SLACK:
                yield Stamped(VideoFrame(image, self.path), seconds, rate)
            last = seconds
        if last is None or last < start - SLACK:
            raise self._nothing_came(last)
        if not self._told:  # once, not in every round of a loop
            self._told = True
            warn_if_torn(self.path, last, rate)

    def _nothing_came(self, last: float | None) -> NodeError:
        length = length_of(self.path) or last or 0.0
        if self.start > 0 and length <= self.start:
            return NodeError(f"{self.path} is {length:.2f} s long; nothing is at {self.start:g} s.", "Lower the start.")
        return why_no_video(self.path)


def pictures(capture: cv2.VideoCapture, rate: float | None) -> Iterator[tuple[float, Image]]:
    """Position in seconds and picture until the capture ends; positions strictly increase.

    The position is asked for after the read: before, it is a guess from the average rate. A read that fails may be
    the end or one damaged frame, so it is tried again some times.
    """
    last, failures = -1.0, 0
    while failures < DAMAGED:
        good, image = capture.read()
        if not good:
            failures += 1
            continue
        failures = 0
        seconds = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if seconds <= last:  # a raw stream without times, or a broken one
            seconds = last + 1 / (rate or 30.0)
        last = seconds
        yield seconds, np.asarray(image, np.uint8)


def seek(capture: cv2.VideoCapture, start: float) -> bool:
    """Go to a frame at or before `start`; False when only a fresh capture, read from its beginning, will do.

    OpenCV computes the place from the average rate, which is wrong for variable rates, so look where it landed and
    go further back until that is early enough; the caller reads forward to the exact frame. There is no way back to
    the beginning either: in an MPEG transport stream frame 0 is then some later one.
    """
    if start <= 0:
        return True
    for margin in (0.0, 2.0, 10.0):
        if start - margin <= 0:
            break
        capture.set(cv2.CAP_PROP_POS_MSEC, max(0.0, (start - margin) * 1000 - 1))
        if capture.grab() and capture.get(cv2.CAP_PROP_POS_MSEC) / 1000 < start - SLACK:
            return True
    return False
