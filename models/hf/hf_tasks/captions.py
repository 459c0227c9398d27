"""Pictures into sentences."""

import math
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from nodegraph_kit import Image, Json, Refusal, Text, param

from hf_tasks.served import Served, pillow


class Said(NamedTuple):
    """The outputs."""

    text: Annotated[Text, "The likeliest sentence."]
    captions: Annotated[Json, "All sentences, the likeliest first: caption and prob of each."]


_HONEST = {
    "do_sample": False, "length_penalty": 0.0, "repetition_penalty": 1.0, "no_repeat_ngram_size": 0, "min_length": 0,
    "min_new_tokens": None, "output_scores": True, "return_dict_in_generate": True,
}  # fmt: skip
"""Over what a checkpoint's own settings say: so a beam's score is the logarithm of its sentence's probability."""


class _PictureAndWords:
    """A picture's processor and a tokenizer, for checkpoints that keep them apart."""

    def __init__(self, images: Any, words: Any) -> None:
        self.images, self.tokenizer = images, words

    def __call__(self, images: Any, return_tensors: str) -> Any:
        return self.images(images=images, return_tensors=return_tensors)


class Captions(Served):
    """Says in words what a picture shows, or answers a question about it."""

    title = "Captions"
    automatic = "AutoModelForImageTextToText"
    reader = "AutoProcessor"
    spare = r"position_ids$"

    def read(self, folder: Path) -> Any:
        """What prepares picture and words. Raises Refusal."""
        import torch_kit

        processor = super().read(folder)
        if hasattr(processor, "image_processor"):
            return processor
        return _PictureAndWords(torch_kit.load_processor(folder, "AutoImageProcessor"), processor)

    def run(
        self,
        image: Annotated[Image, "The picture."],
        text: Annotated[Text, "How the sentence begins, or a question; instead of the parameter words."] | None = None,
        words: str = param("", "How the sentence begins, or a question, if the network takes one."),
        captions: int = param(3, "How many sentences.", ge=1, le=10),
        length: int = param(20, "At most so many words or parts of words in each.", ge=1, le=500),
    ) -> Said:
        import torch

        inputs = self._prepared(image, words if text is None else text)
        with torch.inference_mode():
            found = self.network.model.generate(
                **self.network.inputs(inputs),
                **_HONEST,
                max_new_tokens=length,
                num_beams=max(3, captions),
                num_return_sequences=captions,
            )
        begin = 0 if self.config.is_encoder_decoder else self._repeated(inputs, found.sequences)
        said = self.processor.tokenizer.batch_decode(found.sequences[:, begin:], skip_special_tokens=True)
        chances = [math.exp(score) for score in found.sequences_scores.float().tolist()]
        return _best([" ".join(one.split()) for one in said], chances)

    def _prepared(self, image: Image, words: str) -> Any:
        """The network's inputs; a network for conversations is asked as in one."""
        picture = pillow(image)
        if getattr(self.processor, "chat_template", None):
            question = words or "Describe the picture in one sentence."
            content = [{"type": "image", "image": picture}, {"type": "text", "text": question}]
            return self.processor.apply_chat_template(
                [{"role": "user", "content": content}],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                return_tensors="pt",
            )
        if self.config.model_type == "florence2":
            words = words or "<CAPTION>"
        if words and isinstance(self.processor, _PictureAndWords):
            raise Refusal("This network takes no words: leave them away.")
        inputs = dict(self.processor(images=picture, return_tensors="pt", **({"text": words} if words else {})))
        inputs.pop("token_type_ids", None)  # some tokenizers give it, no such network takes it
        if self.config.model_type == "git" and words:  # its tokenizer ends the sentence that is to go on
            inputs |= {name: inputs[name][:, :-1] for name in ("input_ids", "attention_mask")}
        return inputs

    def _repeated(self, inputs: Any, sequences: Any) -> int:
        """How many tokens of the answer are only those of the question."""
        asked = inputs["input_ids"].shape[1] if "input_ids" in inputs else 0
        if not asked or sequences.shape[1] <= asked:
            return 0
        return asked if self.config.model_type not in ("blip", "git") else 0  # these go on with a sentence's beginning


def _best(said: list[str], chances: list[float]) -> Said:
    """Every sentence once, with its best chance, the likeliest first."""
    best: dict[str, float] = {}
    for sentence, chance in zip(said, chances, strict=True):
        best[sentence] = max(chance, best.get(sentence, 0.0))
    ordered = sorted(best.items(), key=lambda one: -one[1])
    return Said(ordered[0][0], [{"caption": sentence, "prob": chance} for sentence, chance in ordered])
