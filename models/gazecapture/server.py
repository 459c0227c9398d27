"""Find faces and eyes, and the point each person looks at: YuNet and Open Model Zoo's networks, by OpenVINO."""

from typing import Annotated, Any, NamedTuple

import gaze
import numpy as np
from look import EYE, Look
from nodegraph_kit import Detections, Image, Json, Vector, bgr, model, param, serve, weights
from numpy.typing import NDArray
from onnx_kit import Network, inside, letterboxed, planes
from yunet import OUTPUTS, faces

FACES = "face_detection_yunet_2023mar.onnx"
SIDE = 32  # the sides of its input are multiples of the largest stride
Floats = NDArray[np.floating]


class Gazes(NamedTuple):
    faces: Annotated[Detections, "A box for each face, surest first."]
    eyes: Annotated[Detections, "A box for each eye; left_eye is the person's left. Two for each face, in its order."]
    gaze: (
        Annotated[Vector, "Where the largest face looks: cm right of and above the camera; nothing without one."] | None
    )
    gazes: Annotated[Json, "For each face: point_cm (or null), direction, head (yaw, pitch, roll), method."]


@model(title="GazeCapture", description="Find faces and eyes, and where people look, in centimetres from the camera.")
class GazeCapture:
    def setup(self) -> None:
        self.faces = Network(weights.find(FACES), {"input": (1, 3, 0, 0)}, OUTPUTS)
        self.look = Look()
        self.run(np.zeros((640, 640, 3), np.uint8), threshold=1.0, focal=0, size=640)

    def run(
        self,
        image: Annotated[Image, "The picture to search."],
        threshold: float = param(0.6, "Least score of a face; lower finds more and errs more.", ge=0.01, le=1),
        focal: float = param(
            0.0,
            "The camera's focal length; 0 takes the picture's width, a view of 53 degrees.",
            ge=0,
            le=20000,
            unit="px",
        ),
        size: int = param(
            640,
            "Faces are searched in this size (longer side); larger finds smaller faces.",
            ge=160,
            le=1280,
            unit="px",
        ),
    ) -> Gazes:
        colour, side = bgr(image), max(1, round(size / SIDE)) * SIDE
        fitted = letterboxed(colour, side, side)
        answer = self.faces({"input": planes(fitted.image)})
        fitted_boxes, fitted_points, scores = faces(answer, side, side, threshold)
        boxes, points = fitted_boxes / np.array(fitted.scale * 2), fitted_points / np.array(fitted.scale)
        fractions, real = inside(boxes, image.shape[1], image.shape[0])
        real &= np.isfinite(points).all(axis=(1, 2))
        found = Detections.of(fractions[real], ["face"] * int(real.sum()), scores[real])
        looks = [
            self._gaze(colour, *one, focal or image.shape[1]) for one in zip(boxes[real], points[real], strict=True)
        ]
        return Gazes(found, _eyes(points[real], scores[real], image), _largest(boxes[real], looks), looks)

    def _gaze(self, image: Image, box: Floats, points: Floats, focal: float) -> dict[str, Any]:
        """What the output `gazes` says of one face; plain numbers only."""
        told = self.look.of(image, box, points)
        eyes = gaze.eyes_in_space(points[0], points[1], (image.shape[1], image.shape[0]), focal)
        point = gaze.meeting_point(eyes, told["direction"])
        return {
            "point_cm": None if point is None else [round(one, 3) for one in point],
            "direction": [round(float(one), 5) for one in told["direction"]],
            "head": [round(float(one), 3) for one in told["head"]],
            "eyes_cm": [round(float(one), 3) for one in eyes],
            "method": told["method"],
        }


def _eyes(points: Floats, scores: Floats, image: Image) -> Detections:
    """A square around each eye of each face: the person's left eye, then the right one."""
    boxes, labels, sure = [], [], []
    for face, score in zip(points, scores, strict=True):
        half = EYE * float(np.linalg.norm(face[1] - face[0])) / 2
        for label, eye in (("left_eye", face[1]), ("right_eye", face[0])):
            boxes.append([*(eye - half), *(eye + half)])
            labels.append(label)
            sure.append(score)
    fractions, real = inside(np.array(boxes, np.float32).reshape(-1, 4), image.shape[1], image.shape[0])
    keep = np.flatnonzero(real)
    return Detections.of(fractions[keep], [labels[i] for i in keep], np.array(sure)[keep])


def _largest(boxes: Floats, looks: list[dict[str, Any]]) -> Vector | None:
    """The point of the face whose box has the largest area; None when it has none."""
    if not looks:
        return None
    point = looks[int(np.argmax(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)))]["point_cm"]
    return None if point is None else np.array(point, np.float32)


if __name__ == "__main__":
    serve(GazeCapture)
