"""A picture or a text as numbers: what is alike has vectors that point the same way."""

from typing import Annotated, Any

import numpy as np
from nodegraph_kit import Image, Text, Vector, param

from hf_tasks.served import Served, pillow

LENGTH_ONE = param(True, "Make the vector's length 1, so that only its direction tells.")


class _Features(Served):
    automatic = "AutoModel"
    spare = r"(^|\.)pooler\.|position_ids$"  # what a pooler makes of the features is not asked for


class ImageVector(_Features):
    """Makes a vector of a picture: pictures that show alike things have vectors of about one direction."""

    title = "Image features"

    def run(
        self, image: Annotated[Image, "The picture."], length_one: bool = LENGTH_ONE
    ) -> Annotated[Vector, "What the network sees in it."]:
        inputs = self.processor(images=pillow(image), return_tensors="pt")
        if hasattr(self.network.model, "get_image_features"):  # CLIP and its like see pictures and words alike
            return _vector(self.ask(inputs, self.network.model.get_image_features).pooler_output[0], length_one)
        outputs = self.ask(inputs)
        found = outputs.last_hidden_state[0]
        if found.ndim == 3:  # a map of features (C, H, W)
            return _vector(found.mean(dim=(1, 2)), length_one)
        # Of tokens (N, C) the first stands for the whole picture, if there is one for that.
        return _vector(found[0] if self._has_class_token() else found.mean(dim=0), length_one)

    def _has_class_token(self) -> bool:
        return any(name.endswith(("cls_token", "class_embedding")) for name, _ in self.network.model.named_parameters())


class TextVector(_Features):
    """Makes a vector of a text: texts that say alike things have vectors of about one direction."""

    title = "Text features"
    reader = "AutoTokenizer"

    def run(
        self, text: Annotated[Text, "The text."], length_one: bool = LENGTH_ONE
    ) -> Annotated[Vector, "What the network reads in it."]:
        inputs = self.processor([text], return_tensors="pt", truncation=True)
        return _vector(self.ask(inputs).last_hidden_state[0].mean(dim=0), length_one)


def _vector(found: Any, length_one: bool) -> Vector:
    numbers = found.numpy().astype(np.float32)
    return numbers / max(float(np.linalg.norm(numbers)), 1e-12) if length_one else numbers
