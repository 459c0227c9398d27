"""Place: flip, rotate, move, pin."""

from typing import Any, Literal

import cv2
import numpy as np

from nodegraph.sdk import Filter, Image, param
from nodes.filter._pixels import Pixels, as_frame, has_alpha, size_of

Edge = Literal["black", "transparent", "stretch", "mirror", "repeat"]

_BORDERS = {"stretch": cv2.BORDER_REPLICATE, "mirror": cv2.BORDER_REFLECT, "repeat": cv2.BORDER_WRAP}


def prepared(image: Pixels, edge: str) -> tuple[Pixels, dict[str, Any]]:
    """The image to warp (with alpha where the edge is transparent) and the border arguments for cv2."""
    if edge == "transparent" and not has_alpha(image):
        image = as_frame(cv2.cvtColor(image, cv2.COLOR_BGR2BGRA))
    value = (0, 0, 0, 0) if edge == "transparent" else (0, 0, 0, 255)
    return image, {"borderMode": _BORDERS.get(edge, cv2.BORDER_CONSTANT), "borderValue": value}


class Flip(Filter, id="filter.flip", category="Filter/Geometry", keywords=("mirror", "selfie")):
    """Mirror an image left to right, upside down, or both."""

    direction: Literal["horizontal", "vertical", "both"] = param("horizontal", "Horizontal swaps left and right.")

    def process(self, image: Image) -> Image:
        return as_frame(cv2.flip(image, {"horizontal": 1, "vertical": 0, "both": -1}[self.direction]))


_QUARTERS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


class Rotate(Filter, id="filter.rotate", category="Filter/Geometry"):
    """Turn an image; quarter turns are exact, and the frame can grow to hold all of it."""

    angle: float = param(90.0, "Counter-clockwise.", ge=-360, le=360, step=1, unit="°")
    expand: bool = param(True, "Grow the frame so that nothing is cut off.")
    edge: Edge = param("black", "What is seen beyond the image's edge.")

    def process(self, image: Image) -> Image:
        angle = self.angle % 360
        if angle == 0:
            return image
        if angle == 180 or (angle in _QUARTERS and (self.expand or image.shape[0] == image.shape[1])):
            return as_frame(cv2.rotate(image, _QUARTERS[int(angle)]))
        width, height = size_of(image)
        turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
        room = width, height
        if self.expand:
            cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
            room = max(1, round(width * cosine + height * sine)), max(1, round(width * sine + height * cosine))
            turn[0, 2] += (room[0] - width) / 2
            turn[1, 2] += (room[1] - height) / 2
        picture, border = prepared(image, self.edge)
        return as_frame(cv2.warpAffine(picture, turn, room, **border))


class Transform(
    Filter, id="filter.transform", category="Filter/Geometry", keywords=("move", "translate", "scale", "zoom")
):
    """Move, zoom and turn an image inside its frame."""

    x: float = param(0.0, "Move to the right, as a fraction of the width.", ge=-2, le=2, step=0.01)
    y: float = param(0.0, "Move down, as a fraction of the height.", ge=-2, le=2, step=0.01)
    scale: float = param(1.0, "Zoom around the centre.", ge=0.01, le=20, step=0.01)
    angle: float = param(0.0, "Counter-clockwise turn around the centre.", ge=-360, le=360, step=1, unit="°")
    edge: Edge = param("black", "What is seen beyond the image's edge.")

    def process(self, image: Image) -> Image:
        if (self.x, self.y, self.scale, self.angle % 360) == (0, 0, 1, 0):
            return image
        width, height = size_of(image)
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), self.angle, self.scale)
        matrix[:, 2] += np.array((self.x * width, self.y * height))
        picture, border = prepared(image, self.edge)
        return as_frame(cv2.warpAffine(picture, matrix, (width, height), **border))


class CornerPin(
    Filter, id="filter.corner_pin", category="Filter/Geometry", keywords=("perspective", "projection mapping")
):
    """Move the four corners of an image, as for projecting onto a slanted surface (0 and 1 are the frame's edges)."""

    top_left_x: float = param(0.1, "Top left corner, from the left.", ge=-1, le=2, step=0.005)
    top_left_y: float = param(0.1, "Top left corner, from the top.", ge=-1, le=2, step=0.005)
    top_right_x: float = param(0.9, "Top right corner, from the left.", ge=-1, le=2, step=0.005)
    top_right_y: float = param(0.0, "Top right corner, from the top.", ge=-1, le=2, step=0.005)
    bottom_right_x: float = param(1.0, "Bottom right corner, from the left.", ge=-1, le=2, step=0.005)
    bottom_right_y: float = param(1.0, "Bottom right corner, from the top.", ge=-1, le=2, step=0.005)
    bottom_left_x: float = param(0.0, "Bottom left corner, from the left.", ge=-1, le=2, step=0.005)
    bottom_left_y: float = param(0.9, "Bottom left corner, from the top.", ge=-1, le=2, step=0.005)
    inverse: bool = param(False, "Straighten instead: pull the four corners out to the frame.")
    edge: Edge = param("black", "What is seen beyond the image's edge.")

    def process(self, image: Image) -> Image:
        width, height = size_of(image)
        frame = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
        pins = self._pins() * np.array([width, height], np.float32)
        matrix = cv2.getPerspectiveTransform(*((pins, frame) if self.inverse else (frame, pins)))
        picture, border = prepared(image, self.edge)
        return as_frame(cv2.warpPerspective(picture, matrix, (width, height), **border))

    def _pins(self) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
        return np.array(
            [
                (self.top_left_x, self.top_left_y),
                (self.top_right_x, self.top_right_y),
                (self.bottom_right_x, self.bottom_right_y),
                (self.bottom_left_x, self.bottom_left_y),
            ],
            np.float32,
        )
