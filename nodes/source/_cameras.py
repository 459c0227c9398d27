"""Finding and opening cameras through OpenCV."""

import sys
from dataclasses import dataclass

import cv2
from cv2_enumerate_cameras import enumerate_cameras

from nodegraph.sdk import NodeError
from nodes.source import _opencv

_BACKENDS = {"linux": cv2.CAP_V4L2, "darwin": cv2.CAP_AVFOUNDATION, "win32": cv2.CAP_DSHOW}
BACKEND: int = _BACKENDS.get(sys.platform, cv2.CAP_ANY)
"""One backend, named: asking all of them lists cameras twice and prints every refusal."""


@dataclass(frozen=True)
class Camera:
    """A camera that is plugged in: OpenCV's number, the maker's name, the device's path where there is one."""

    index: int
    name: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.index} ({self.name})"


def found_cameras() -> list[Camera]:
    """The cameras this machine has, in the order of their numbers."""
    _opencv.quiet()
    try:
        infos = enumerate_cameras(BACKEND)
    except (OSError, NotImplementedError):
        return []
    cameras = {info.index: Camera(info.index, info.name, info.path or "") for info in infos}
    return [cameras[index] for index in sorted(cameras)]


def pick(device: str, cameras: list[Camera]) -> Camera:
    """The camera called `device`: a number, a path, a name or part of one; "" is the first. Raises NodeError."""
    wanted = device.strip().casefold()
    tests = (
        lambda camera: not wanted,
        lambda camera: wanted == str(camera.index) or wanted == camera.path.casefold(),
        lambda camera: wanted == camera.name.casefold(),
        lambda camera: not wanted.isdecimal() and wanted in camera.name.casefold(),
    )
    for test in tests:
        for camera in cameras:
            if test(camera):
                return camera
    found = ", ".join(map(str, cameras)) or "none"
    hint = "Set device to one of them." if cameras else "Plug one in, or use source.test_pattern instead."
    raise NodeError(f'No camera "{device}". Found: {found}.' if device else f"No camera. Found: {found}.", hint)


def open_camera(camera: Camera, width: int, height: int, fps: float) -> cv2.VideoCapture:
    """Open with wishes; what the camera really gives is read from the capture. Ask `isOpened()`.

    The order matters: a camera that stays at YUYV cannot give large pictures at full rate, so MJPG comes first. One
    buffer instead of four keeps the picture young.
    """
    capture = cv2.VideoCapture(camera.index, BACKEND)
    if capture.isOpened():
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        for wish, value in (
            (cv2.CAP_PROP_FRAME_WIDTH, width),
            (cv2.CAP_PROP_FRAME_HEIGHT, height),
            (cv2.CAP_PROP_FPS, fps),
        ):
            if value:
                capture.set(wish, value)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture
