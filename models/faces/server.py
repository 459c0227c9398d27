"""Find faces that look at the camera, and eyes in them: boosted cascades of Haar-like features."""

from typing import Annotated

import cv2
import numpy as np
from nodegraph_kit import Detections, Image, bgr, fitted, model, param, serve
from numpy.typing import NDArray

EYES_SIZE = (64, 400)  # px: a face is shown to the eye detector at a width in this range


@model(title="Faces", description="Find faces that look at the camera, and the eyes in them.")
class Faces:
    def setup(self) -> None:
        self.faces = _cascade("haarcascade_frontalface_alt2.xml")
        self.eyes = _cascade("haarcascade_eye_tree_eyeglasses.xml")

    def run(
        self,
        image: Annotated[Image, "The picture to search."],
        threshold: float = param(0.45, "Least score of a face; lower finds more and errs more.", ge=0, le=1),
        size: int = param(480, "The picture is searched at this size (longer side).", ge=120, le=1920, unit="px"),
        smallest: float = param(0.05, "Smallest face, as a part of the picture's shorter side.", ge=0.01, le=1),
        eyes: bool = param(False, "Look for eyes in each face, too."),
    ) -> Annotated[Detections, "A box for each face, surest first; with eyes on, one for each eye, too."]:
        grey = cv2.cvtColor(bgr(image), cv2.COLOR_BGR2GRAY)
        small = cv2.equalizeHist(fitted(grey, size))
        least = max(20, round(smallest * min(small.shape)))
        found, scores = _search(self.faces, small, least)
        found = found[scores >= threshold] * (image.shape[0] / small.shape[0])
        scores = scores[scores >= threshold]
        boxes, labels, all_scores = [*found], ["face"] * len(found), [*scores]
        for face in found if eyes else ():
            for box, score in self._eyes_in(grey, face):
                boxes.append(box)
                labels.append("eye")
                all_scores.append(score)
        height, width = image.shape[:2]
        fractions = np.asarray(boxes).reshape(-1, 4) / (width, height, width, height)
        return Detections.of(fractions, labels, all_scores)

    def _eyes_in(self, grey: NDArray[np.uint8], face: NDArray[np.float64]) -> list[tuple[NDArray[np.float64], float]]:
        """The two best eyes in the upper part of a face, in pixels of `grey`."""
        left, top, right, bottom = (max(0, round(value)) for value in face)
        part = grey[top : top + round((bottom - top) * 0.62), left:right]
        if min(part.shape) < 8:
            return []
        zoom = np.clip(part.shape[1], *EYES_SIZE) / part.shape[1]
        part = cv2.resize(part, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_LINEAR)
        boxes, scores = _search(self.eyes, cv2.equalizeHist(part), max(10, part.shape[1] // 8))
        best = np.argsort(-scores, kind="stable")[:2]
        offset = np.array([left, top, left, top])
        return [(boxes[index] / zoom + offset, float(scores[index])) for index in best]


def _cascade(name: str) -> cv2.CascadeClassifier:
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + name)
    if cascade.empty():
        raise RuntimeError(f"This OpenCV has no {name}; install opencv-python-headless 4.14.")
    return cascade


def _search(
    cascade: cv2.CascadeClassifier, grey: NDArray[np.uint8], least: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Boxes (left, top, right, bottom) and scores: the more neighbouring windows agree, the surer."""
    boxes, votes = cascade.detectMultiScale2(grey, 1.1, 2, 0, (least, least))
    corners = np.asarray(boxes, np.float64).reshape(-1, 4)
    counts = np.asarray(votes, np.float64).reshape(-1)
    corners[:, 2:] += corners[:, :2]
    order = np.lexsort((corners[:, 1], corners[:, 0], -counts))  # its threads report in any order
    return corners[order], counts[order] / (counts[order] + 4)


if __name__ == "__main__":
    serve(Faces)
