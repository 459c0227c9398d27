"""Find what is in a picture and say what each thing is, in a few words with a box."""

from typing import Annotated, NamedTuple

from nodegraph_kit import Detections, Image, Text, bgr, model, param, serve
from nodegraph_kit.weights import checkpoint


class Described(NamedTuple):
    regions: Annotated[Detections, "Boxes, each with its description as label."]
    text: Annotated[Text, "The descriptions, one in a line."]


@model(title="Densecap", description="Find what is in a picture and say what each thing is.")
class Densecap:
    def setup(self) -> None:
        from describer import Describer  # it takes seconds to import, in which the server says that it is loading

        self.describer = Describer(checkpoint("florence2-base"))

    def run(
        self,
        image: Image,
        regions: int = param(12, "At most this many; each takes its time.", ge=1, le=60),
        threshold: float = param(
            0.0, "Least score of a region: how sure the model is of its words and box.", ge=0, le=1
        ),
    ) -> Described:
        found = [one for one in self.describer.describe(bgr(image), regions) if one.score >= threshold]
        boxes = Detections.of([one.box for one in found], [one.caption for one in found], [one.score for one in found])
        return Described(boxes, "\n".join(one.caption for one in found))


if __name__ == "__main__":
    serve(Densecap)
