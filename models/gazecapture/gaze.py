"""Where a face looks: directions, and the point they meet the camera's plane at, as GazeCapture counts it.

A direction is x to the right in the picture, y up, z from the face to the camera. The plane is counted from the camera
in centimetres, x to the right as the person who looks sees it, y up. Krafka, K. et al.: Eye Tracking for Everyone,
CVPR 2016, counts like this.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PUPILS = 6.3  # centimetres between the pupils of most grown-ups
FARTHEST = 0.05  # of a direction's length towards the camera; less misses its plane
Point = Sequence[float] | NDArray[np.floating]


def eyes_in_space(right: Point, left: Point, size: tuple[int, int], focal: float) -> NDArray[np.float64]:
    """The middle between two eyes (pixels) in centimetres: x right in the picture, y down, z away from the camera.

    size: width and height of the picture; focal: the focal length in pixels.
    """
    apart = float(np.hypot(left[0] - right[0], left[1] - right[1]))
    depth = focal * PUPILS / max(apart, 1e-6)
    u, v = (right[0] + left[0]) / 2, (right[1] + left[1]) / 2
    return np.array([(u - size[0] / 2) * depth / focal, (v - size[1] / 2) * depth / focal, depth])


def meeting_point(eyes: Point, direction: Point) -> tuple[float, float] | None:
    """Where a look from `eyes` (from `eyes_in_space`) meets the camera's plane, in cm; None when it looks away."""
    x, y, z = np.asarray(direction, float) / max(float(np.linalg.norm(direction)), 1e-9)
    if not z > FARTHEST:
        return None
    along = eyes[2] / z
    return float(-(eyes[0] + along * x)), float(along * y - eyes[1])


def forward(yaw: float, pitch: float) -> NDArray[np.float64]:
    """The direction of a head turned by `yaw` (to the right in the picture) and `pitch` (down), in degrees."""
    turned, bent = np.radians([yaw, pitch])
    return np.array([np.sin(turned) * np.cos(bent), -np.sin(bent), np.cos(turned) * np.cos(bent)])


def head_angles(points: NDArray[np.floating]) -> tuple[float, float, float]:
    """Yaw, pitch and roll of a head in degrees, guessed from five points in pixels (x, y).

    points: right eye, left eye, tip of the nose, right and left corner of the mouth; the person's right. The nose
    stands out from the plane of eyes and mouth, so it moves to the side the head turns to. This is a rough measure, to
    ten degrees at best: it supposes the mean face below, seen from afar.
    """
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    across, down = points[1] - points[0], mouth - eyes
    roll = float(np.degrees(np.arctan2(across[1], across[0])))
    turn = np.radians(-roll)
    upright = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    nose, across, down = upright @ (points[2] - eyes), upright @ across, upright @ down
    wide, high = max(abs(float(across[0])), 1e-6), max(abs(float(down[1])), 1e-6)
    yaw = np.degrees(np.arctan2(nose[0] / wide, NOSE / APART))
    pitch = np.degrees(np.arctan2(nose[1] / high - REST, NOSE / DOWN))
    return float(yaw), float(pitch), roll


# A mean face, in centimetres: how far the nose stands out, the eyes are apart, and the mouth is below them; and where
# the tip of the nose is between eyes (0) and mouth (1) of a head that looks straight ahead.
NOSE, APART, DOWN, REST = 3.0, PUPILS, 6.5, 0.58
