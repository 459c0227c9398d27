"""Say in a sentence what a picture shows: several captions, each with its probability."""

from typing import Annotated, NamedTuple

from nodegraph_kit import Image, Json, Number, Text, bgr, model, param, serve
from nodegraph_kit.weights import checkpoint


class Captions(NamedTuple):
    caption: Annotated[Text, "The most probable one."]
    probability: Annotated[Number, "How probable the model finds exactly this caption, 0 to 1."]
    captions: Annotated[Json, "All of them, best first: caption, prob, and score, which does not fall with length."]


@model(title="im2txt", description="Say in a sentence what a picture shows.")
class Im2txt:
    def setup(self) -> None:
        from captioner import Captioner  # it takes seconds to import, in which the server says that it is loading

        self.captioner = Captioner(checkpoint("blip"))

    def run(
        self,
        image: Image,
        prompt: Annotated[Text, "How the caption begins, such as: a photo of"] | None = None,
        captions: int = param(3, "How many captions.", ge=1, le=10),
        beams: int = param(3, "Search this many ways at once; more finds better captions, slowly.", ge=1, le=10),
        length: int = param(20, "The longest caption, in tokens (about words).", ge=4, le=60),
        randomness: float = param(0.0, "0 takes the most probable words; above it, words are drawn.", ge=0, le=2),
        seed: int = param(0, "Another number draws other words.", ge=0, le=2**31 - 1),
    ) -> Captions:
        found = self.captioner.write(bgr(image), prompt or "", captions, beams, length, randomness, seed)
        return Captions(found[0]["caption"], found[0]["prob"], found)


if __name__ == "__main__":
    serve(Im2txt)
