"""One face: its head's and its look's direction, by Open Model Zoo's networks where their files are there."""

from collections.abc import Mapping
from typing import Any

import gaze
import numpy as np
from nodegraph_kit import Image, weights
from numpy.typing import NDArray
from onnx_kit import Network, planes

HEAD, GAZE = "head-pose-estimation-adas-0001", "gaze-estimation-adas-0002"
SIDE = 60  # pixels of the networks' pictures
EYE = 0.86  # of the distance between the eyes: how large a square around an eye is; 1.8 widths of an eye of 3 cm
ANGLES = {"angle_y_fc|fc_y": (1, 1), "angle_p_fc|fc_p": (1, 1), "angle_r_fc|fc_r": (1, 1)}
Floats = NDArray[np.floating]


class Look:
    """Tells directions. Without a file it makes do with the five points of the face, and says so."""

    def __init__(self) -> None:
        self.head = optional(HEAD, {"data": (1, 3, SIDE, SIDE)}, ANGLES)
        eyes = {"left_eye_image": (1, 3, SIDE, SIDE), "right_eye_image": (1, 3, SIDE, SIDE), "head_pose_angles": (1, 3)}
        self.gaze = optional(GAZE, eyes, {"gaze_vector": (1, 3)})

    def of(self, image: Image, box: Floats, points: Floats) -> dict[str, Any]:
        """How the head is turned (yaw, pitch, roll in degrees), the direction of the look, and how that was told.

        box and points in pixels. `method` is "eyes" or, where only the head's direction is known, "head".
        """
        angles = self._angles(image, box, points)
        if self.gaze is None:
            return {"head": angles, "direction": gaze.forward(angles[0], angles[1]), "method": "head"}
        return {"head": angles, "direction": self._direction(self.gaze, image, points, angles), "method": "eyes"}

    def _angles(self, image: Image, box: Floats, points: Floats) -> tuple[float, float, float]:
        if self.head is None:
            return gaze.head_angles(points)
        middle, size = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
        answer = self.head({"data": planes(sampled(image, middle, size, 0.0))})
        yaw, pitch, roll = (float(answer[name.split("|")[0]][0, 0]) for name in ANGLES)
        return yaw, pitch, roll

    def _direction(self, network: Network, image: Image, points: Floats, angles: tuple[float, float, float]) -> Floats:
        """The eyes are turned upright, and the answer back, as Open Model Zoo's own program does it."""
        side = np.full(2, EYE * max(float(np.linalg.norm(points[1] - points[0])), 1.0))
        # The picture's left eye is the person's right one.
        left, right = (planes(sampled(image, eye, side, angles[2])) for eye in (points[0], points[1]))
        head = np.array([[angles[0], angles[1], 0.0]], np.float32)
        answer = network({"left_eye_image": left, "right_eye_image": right, "head_pose_angles": head})["gaze_vector"][0]
        x, y, z = answer / max(float(np.linalg.norm(answer)), 1e-9)
        turn = np.radians(angles[2])
        # The network's page and its program do not agree which way z points; whose eyes are seen looks this way.
        return np.array([x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn), abs(z)], np.float64)


def optional(
    stem: str, inputs: Mapping[str, tuple[int, ...]], outputs: Mapping[str, tuple[int, ...]]
) -> Network | None:
    """The network in `stem`.xml and .bin, or None when neither is there. Raises Refusal when it is not right."""
    if not any((weights.folder() / f"{stem}.{end}").exists() for end in ("xml", "bin")):
        return None
    weights.find(f"{stem}.bin")
    network = Network(weights.find(f"{stem}.xml"), inputs, outputs)
    network({name: np.zeros(shape, np.float32) for name, shape in inputs.items()})
    return network


def sampled(image: Image, middle: Floats, size: Floats, degrees: float) -> Image:
    """SIDE × SIDE pixels of the part of `image` around `middle`, turned back by `degrees` clockwise; smoothed.

    Beyond the picture's edge its last pixels go on.
    """
    steps = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    across, down = np.meshgrid(steps * size[0], steps * size[1])
    turn = np.radians(degrees)
    x = (middle[0] + across * np.cos(turn) - down * np.sin(turn) - 0.5).clip(0, image.shape[1] - 1)
    y = (middle[1] + across * np.sin(turn) + down * np.cos(turn) - 0.5).clip(0, image.shape[0] - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, bottom = np.minimum(left + 1, image.shape[1] - 1), np.minimum(top + 1, image.shape[0] - 1)
    u, v = (x - left)[..., None], (y - top)[..., None]
    upper = image[top, left] * (1 - u) + image[top, right] * u
    lower = image[bottom, left] * (1 - u) + image[bottom, right] * u
    return np.asarray(upper * (1 - v) + lower * v + 0.5, np.uint8)
