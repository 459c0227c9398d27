"""Cameras plugged into this machine."""

import logging
from collections.abc import Callable, Generator, Iterator

import cv2
import numpy as np

from nodegraph.sdk import Image, NodeError, Source, Stamped, param
from nodes.source._cameras import Camera, found_cameras, open_camera, pick
from nodes.source._live import BackOff, LiveClock
from nodes.source._opencv import rate_of

_log = logging.getLogger("nodegraph.nodes")

list_cameras: Callable[[], list[Camera]] = found_cameras
open_capture: Callable[[Camera, int, int, float], cv2.VideoCapture] = open_camera
"""Both are looked up at every use: tests put a camera of their own here."""


class Webcam(Source, id="source.webcam", category="Source/Device", live=True, keywords=("camera", "usb", "v4l2")):
    """Give the pictures of a camera.

    A camera gives what it can, which need not be what is asked for. When it is unplugged the node waits for it to
    come back. Image: uint8 H×W×3 BGR.
    """

    device: str = param("", "A number, a name or a part of one; empty is the first camera found.", restart=True)
    width: int = param(1280, "Width to ask for; 0 leaves it to the camera.", ge=0, le=7680, unit="px", restart=True)
    height: int = param(720, "Height to ask for; 0 leaves it to the camera.", ge=0, le=4320, unit="px", restart=True)
    fps: float = param(30.0, "Rate to ask for; 0 leaves it to the camera.", ge=0, le=240, unit="fps", restart=True)

    def stream(self) -> Iterator[Stamped[Image] | None]:
        """Yield pictures, or None while the camera is away. Raises NodeError when it is not there at the start."""
        clock, back_off = LiveClock(), BackOff()
        capture = self._open()
        if not capture.isOpened():
            capture.release()
            raise NodeError(f'Camera "{self.device}" cannot be opened.', "Close other programs that use it.")
        while True:
            try:
                for frame in self._frames(capture, clock):
                    back_off.worked()
                    yield frame
            finally:
                capture.release()
            _log.warning('Camera "%s" gives no more pictures; waiting for it.', self.device)
            capture = yield from self._again(back_off)

    def _open(self) -> cv2.VideoCapture:
        return open_capture(pick(self.device, list_cameras()), self.width, self.height, self.fps)

    def _frames(self, capture: cv2.VideoCapture, clock: LiveClock) -> Iterator[Stamped[Image]]:
        """Pictures until a read fails. The rate is asked for after opening: it is what the camera really does."""
        rate = rate_of(capture)
        _log.info('Camera "%s": %s fps', self.device, rate)
        while True:
            good, image = capture.read()
            if not good or image is None:
                return
            yield Stamped(np.asarray(image, np.uint8), clock.now(), rate)

    def _again(self, back_off: BackOff) -> Generator[None, None, cv2.VideoCapture]:
        """Try until the camera can be opened, yielding None; returns the capture."""
        while True:
            yield from back_off.wait()
            try:
                capture = self._open()
            except NodeError:
                continue
            if capture.isOpened():
                return capture
            capture.release()
