"""Boxes around things: of the kinds a network was trained for, or of kinds told in words."""

from typing import Annotated, Any

import numpy as np
from nodegraph_kit import Detections, Image, Text, param
from nodegraph_kit.coco import names_in

from hf_tasks.served import Served, pillow, words_in

THRESHOLD = param(0.5, "Least score of a box; lower finds more and errs more.", ge=0, le=1)
WORDS = "What to look for, with commas between."


class ObjectDetection(Served):
    """Finds things of the kinds it was trained for and gives a box and a score for each."""

    title = "Object detection"
    automatic = "AutoModelForObjectDetection"
    faster = {"d_fine": ("logits", "pred_boxes")}
    unordered = True
    reduced = False  # a place has only 8 bits in half precision: boxes would be off by several pixels

    def run(
        self,
        image: Annotated[Image, "The picture to search."],
        threshold: float = THRESHOLD,
        only: str = param("", "Kinds of things to keep, with commas between, such as person, dog; empty for all."),
    ) -> Annotated[Detections, "A box for each thing, the surest first."]:
        outputs = self.ask(self.processor(images=pillow(image), return_tensors="pt"))
        sizes = [image.shape[:2]]
        found = self.processor.post_process_object_detection(outputs, threshold=threshold, target_sizes=sizes)[0]
        labels = [self.label(index) for index in found["labels"].tolist()]
        return boxes(found, labels, image, names_in(only))


class WordDetection(Served):
    """Finds the things that are told in words and gives a box and a score for each."""

    title = "Detection by words"
    automatic = "AutoModelForZeroShotObjectDetection"
    reader = "AutoProcessor"
    reduced = False

    def run(
        self,
        image: Annotated[Image, "The picture to search."],
        text: Annotated[Text, "What to look for, instead of the parameter words."] | None = None,
        words: str = param("person, dog, car", WORDS),
        threshold: float = param(0.2, "Least score of a box; lower finds more and errs more.", ge=0, le=1),
    ) -> Annotated[Detections, "A box for each thing, the surest first."]:
        wanted = words_in(words if text is None else text)
        grounded = "dino" in self.config.model_type
        # Grounding DINO reads one text of phrases that end with dots; the others a list, each as long as in training.
        asked: Any = " ".join(f"{word.lower()}." for word in wanted) if grounded else [wanted]
        padding = True if grounded else "max_length"
        inputs = self.processor(text=asked, images=pillow(image), return_tensors="pt", padding=padding, truncation=True)
        outputs = self.ask(inputs)
        more = {"input_ids": inputs["input_ids"]} if grounded else {}
        found = self.processor.post_process_grounded_object_detection(
            outputs, threshold=threshold, target_sizes=[image.shape[:2]], text_labels=[wanted], **more
        )[0]
        return boxes(found, [str(label) for label in found["text_labels"]], image, frozenset())


def boxes(found: Any, labels: list[str], image: Image, only: frozenset[str]) -> Detections:
    """What a processor found, in pixels, as fractions of `image`; kinds that are not in `only` are left out."""
    height, width = image.shape[:2]
    scores = found["scores"].numpy()
    order = [index for index in np.argsort(-scores, kind="stable") if not only or labels[index] in only]
    places = found["boxes"].numpy().reshape(-1, 4)[order] / (width, height, width, height)
    return Detections.of(np.clip(places, 0, 1), [labels[index] for index in order], scores[order])
