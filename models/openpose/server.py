"""Find people and their points: RTMO-s, one network for all people at once, by OpenVINO."""

import zipfile
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from nodegraph_kit import Image, Keypoints, Number, Refusal, bgr, model, param, serve, weights
from nodegraph_kit.body import coco17_to_openpose18
from numpy.typing import NDArray
from onnx_kit import Network, letterboxed, not_doubled, planes

ARCHIVE, MEMBER = "rtmo-s.zip", "end2end.onnx"
SIDE = 640
OVERLAP = 0.45  # boxes that overlap more are one person, as the authors' own program has it
Floats = NDArray[np.float32]


class Poses(NamedTuple):
    poses: Annotated[Keypoints, "OpenPose's 18 points of each person and how they are joined; unseen ones are missing."]
    people: Annotated[Number, "How many people there are."]


@model(title="OpenPose", description="Find people and the 18 points of each: nose, neck, shoulders, elbows and so on.")
class OpenPose:
    def setup(self) -> None:
        data = member(weights.find(ARCHIVE), MEMBER)
        outputs = {"dets": (1, 0, 5), "keypoints": (1, 0, 17, 3)}
        self.network = Network(data, {"input": (1, 3, SIDE, SIDE)}, outputs, name=f"{MEMBER} in {ARCHIVE}")
        self.run(np.zeros((SIDE, SIDE, 3), np.uint8), threshold=0.5, points=0.3)

    def run(
        self,
        image: Annotated[Image, "The picture to search."],
        threshold: float = param(0.5, "Least score of a person; lower finds more and errs more.", ge=0.01, le=1),
        points: float = param(0.3, "Least score of a point; the others of that person are missing.", ge=0, le=1),
    ) -> Poses:
        fitted = letterboxed(bgr(image), SIDE, SIDE)
        answer = self.network({"input": planes(fitted.image)})
        across, down = fitted.scale
        people = read(answer, threshold, image.shape[1] * across, image.shape[0] * down)
        return Poses(coco17_to_openpose18(people, points), float(len(people)))


def read(answer: dict[str, Floats], threshold: float, width: float, height: float) -> Floats:
    """People surest first, (N, 17, 3): x and y as fractions of a picture that is width × height in the input, score."""
    boxes, scores = answer["dets"][0, :, :4], answer["dets"][0, :, 4]
    sure = np.flatnonzero(scores >= threshold)
    people = answer["keypoints"][0][sure[not_doubled(boxes[sure], scores[sure], OVERLAP)]]
    fractions = people[:, :, :2] / np.array([width, height], np.float32)
    # A point beyond the picture's edge is a guess, and no point is not a number.
    seen = np.isfinite(people).all(axis=2) & ((fractions >= 0) & (fractions <= 1)).all(axis=2)
    return np.concatenate([fractions, np.where(seen, people[:, :, 2], -1)[:, :, None]], axis=2).astype(np.float32)


def member(archive: Path, name: str) -> bytes:
    """The file called `name` in any folder of a zip archive, read without unpacking. Raises Refusal."""
    try:
        with zipfile.ZipFile(archive) as opened:
            found = next((one for one in opened.namelist() if Path(one).name == name), None)
            if found is not None:
                return opened.read(found)
    except (OSError, zipfile.BadZipFile) as error:
        raise Refusal(f"{archive.name} is no zip archive, or damaged: {error}. Fetch it again.", "failed") from error
    raise Refusal(f"{archive.name} has no {name} in it: it is another archive than this model needs.", "failed")


if __name__ == "__main__":
    serve(OpenPose)
