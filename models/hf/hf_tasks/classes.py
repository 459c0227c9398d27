"""What a picture shows, as one of many kinds: those a network was trained for, or those told in words."""

from typing import Annotated, Any, NamedTuple

import numpy as np
from nodegraph_kit import Image, Json, Text, Vector, param

from hf_tasks.detection import WORDS
from hf_tasks.served import Served, pillow, words_in


class Kinds(NamedTuple):
    """The outputs."""

    label: Annotated[Text, "The likeliest kind."]
    kinds: Annotated[Json, "The likeliest kinds: label and score of each."]
    scores: Annotated[Vector, "The score of every kind, in the network's order."]


TOP = param(5, "How many kinds are named.", ge=1, le=100)


class ImageClasses(Served):
    """Tells which of the kinds it was trained for a picture shows."""

    title = "Image classification"
    automatic = "AutoModelForImageClassification"

    def run(self, image: Annotated[Image, "The picture."], top: int = TOP) -> Kinds:
        logits = self.ask(self.processor(images=pillow(image), return_tensors="pt")).logits[0]
        several = self.config.problem_type == "multi_label_classification"
        scores = logits.sigmoid() if several else logits.softmax(-1)
        return ranked([self.label(index) for index in range(len(scores))], scores.numpy(), top)


class WordClasses(Served):
    """Tells which of several descriptions in words fits a picture best."""

    title = "Classification by words"
    automatic = "AutoModelForZeroShotImageClassification"
    reader = "AutoProcessor"
    spare = r"position_ids$"  # numbers from 0 upwards, which old checkpoints saved and new ones do not

    def run(
        self,
        image: Annotated[Image, "The picture."],
        text: Annotated[Text, "The descriptions, instead of the parameter words."] | None = None,
        words: str = param("person, dog, car", WORDS),
        sentence: str = param("This is a photo of {}.", "What is said of each; {} is where the words go."),
        top: int = TOP,
    ) -> Kinds:
        wanted = words_in(words if text is None else text)
        said = [sentence.replace("{}", word) if "{}" in sentence else f"{sentence} {word}" for word in wanted]
        each = "siglip" in self.config.model_type  # trained with texts of one length, and to judge each by itself
        inputs = self.processor(
            text=said,
            images=pillow(image),
            return_tensors="pt",
            padding="max_length" if each else True,
            truncation=True,
        )
        logits = self.ask(inputs).logits_per_image[0]
        return ranked(wanted, (logits.sigmoid() if each else logits.softmax(-1)).numpy(), top)


def ranked(labels: list[str], scores: Any, top: int) -> Kinds:
    """The `top` likeliest of `labels`; of equal ones the first of the network's order comes first."""
    order = np.argsort(-scores, kind="stable")[:top]
    kinds = [{"label": labels[index], "score": float(scores[index])} for index in order]
    return Kinds(str(kinds[0]["label"]), kinds, scores.astype(np.float32))
