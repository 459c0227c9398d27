"""Captions of a picture by BLIP or GIT, with their true probabilities."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from nodegraph_kit import Image, Refusal
from torch_kit import Network, load_model, load_processor
from transformers import AutoModelForImageTextToText

PROMPT = 40  # tokens at most
_HONEST = {
    "return_dict_in_generate": True,
    "repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
    "min_length": 0,
    "min_new_tokens": 0,
}
"""What a checkpoint's own settings could say otherwise, so that the probabilities were none."""


class Captioner:
    """A captioner in a folder. Raises Refusal (kind ``failed``) when it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.processor = load_processor(folder)
        network = load_model(AutoModelForImageTextToText, folder)
        self.kind = network.config.model_type
        if self.kind not in ("blip", "git"):
            words = f"The checkpoint {folder.name} is {self.kind}; im2txt knows BLIP and GIT."
            raise Refusal(f"{words} Use the node for Hugging Face models for others.", "failed")
        self.network = Network(network)
        grey = np.full((480, 640, 3), 128, np.uint8)
        self.network.warm_up(lambda: self.write(grey, "", 1, 1, 12, 0.0, 0))

    @torch.inference_mode()
    def write(
        self, image: Image, prompt: str, captions: int, beams: int, length: int, randomness: float, seed: int
    ) -> list[dict[str, Any]]:
        """At most `captions` different ones, best first: ``caption``, ``prob`` and ``score``, both 0..1.

        prob: of the whole caption after the prompt, with its end. score: the same per token (its geometric mean).
        """
        torch.manual_seed(seed)
        made = self.network.model.generate(
            **self._inputs(image, prompt), **_how(captions, beams, randomness), **_HONEST, max_new_tokens=length
        )
        written = made.sequences[:, 1:]  # the first token only means that a text begins; BLIP's has no word for it
        texts = self.processor.batch_decode(written, skip_special_tokens=True)
        return _best(zip(texts, *self._probabilities(made), strict=True), captions)

    def _inputs(self, image: Image, prompt: str) -> dict[str, Any]:
        pixels = self.processor.image_processor(images=np.ascontiguousarray(image[..., ::-1]), return_tensors="pt")
        inputs = {"pixel_values": pixels["pixel_values"]}
        if prompt.strip():
            tokenizer = self.processor.tokenizer
            words = tokenizer(prompt.strip(), add_special_tokens=False)["input_ids"]
            if len(words) > PROMPT:
                raise Refusal(f"The prompt is {len(words)} tokens long; at most {PROMPT} make sense.")
            # BLIP puts its own beginning over the first token and takes the last away.
            tail = [tokenizer.sep_token_id] if self.kind == "blip" else []
            inputs["input_ids"] = torch.tensor([[tokenizer.cls_token_id, *words, *tail]])
        return self.network.inputs(inputs)

    def _probabilities(self, made: Any) -> tuple[list[float], list[int]]:
        """The log probability of each caption, and how many tokens were written for it, its end among them."""
        if "beam_indices" in made:  # without a penalty for length a beam's score is the logarithm of its probability
            return made.sequences_scores.tolist(), (made.beam_indices >= 0).sum(dim=1).tolist()
        written = made.sequences[:, -len(made.logits) :]
        steps = [step.float().log_softmax(dim=-1) for step in made.logits]
        each = torch.stack([step.gather(1, written[:, at : at + 1]) for at, step in enumerate(steps)], dim=1)[..., 0]
        ends = written == self.processor.tokenizer.sep_token_id
        counts = torch.where(ends.any(dim=1), ends.int().argmax(dim=1) + 1, written.shape[1])
        within = torch.arange(written.shape[1], device=written.device) < counts[:, None]
        return torch.where(within, each, 0.0).sum(dim=1).tolist(), counts.tolist()


def _how(captions: int, beams: int, randomness: float) -> dict[str, Any]:
    """Which words `generate` takes: drawn ones, or those of the most probable captions."""
    if randomness > 0:
        drawn = {"do_sample": True, "temperature": randomness, "top_p": 0.9, "top_k": 0, "output_logits": True}
        return {**drawn, "num_beams": 1, "num_return_sequences": captions}
    beams = max(beams, captions)
    if beams == 1:
        return {"do_sample": False, "num_beams": 1, "output_logits": True}
    searched = {"do_sample": False, "num_beams": beams, "num_return_sequences": captions, "output_scores": True}
    return {**searched, "length_penalty": 0.0, "early_stopping": False}


def _best(found: Iterable[tuple[str, float, int]], most: int) -> list[dict[str, Any]]:
    """Captions with their log probabilities and token counts as what is answered, without doubles."""
    made: dict[str, dict[str, Any]] = {}
    for text, logarithm, count in sorted(found, key=lambda one: -one[1]):
        words = " ".join(text.split())
        score = math.exp(logarithm / max(count, 1))
        made.setdefault(words, {"caption": words, "prob": math.exp(logarithm), "score": score})
    return list(made.values())[:most]
