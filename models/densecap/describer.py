"""Descriptions of the regions of a picture by Florence-2."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from nodegraph_kit import Image, Refusal
from regions import Region, count_regions, find_regions
from torch_kit import Network, load_model, load_processor
from transformers import AutoModelForImageTextToText, StoppingCriteriaList

TASK = "<DENSE_REGION_CAPTION>"
LONGEST = 1000  # tokens; a region is about fifteen


class Describer:
    """Florence-2 in a folder. Raises Refusal (kind ``failed``) when it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.processor = load_processor(folder)
        network = load_model(AutoModelForImageTextToText, folder)
        if network.config.model_type != "florence2":
            words = f"The checkpoint {folder.name} is {network.config.model_type}; densecap knows Florence-2."
            raise Refusal(words, "failed")
        self.longest = min(LONGEST, network.config.text_config.max_position_embeddings - 8)
        self.network = Network(network)
        grey = np.full((480, 640, 3), 128, np.uint8)
        self.network.warm_up(lambda: self.describe(grey, 60, 8))

    @torch.inference_mode()
    def describe(self, image: Image, most: int, longest: int = LONGEST) -> list[Region]:
        """At most `most` regions of a BGR picture, in the order in which the model speaks of them."""
        inputs = self.processor(text=TASK, images=np.ascontiguousarray(image[..., ::-1]), return_tensors="pt")
        made = self.network.model.generate(
            **self.network.inputs(inputs),
            max_new_tokens=min(longest, self.longest),
            num_beams=1,
            do_sample=False,
            repetition_penalty=1.0,
            no_repeat_ngram_size=0,
            output_logits=True,
            return_dict_in_generate=True,
            stopping_criteria=StoppingCriteriaList([self._enough(most)]),
        )
        written = made.sequences[0, -len(made.logits) :]
        logarithms = [
            float(step[0].float().log_softmax(dim=-1)[token]) for step, token in zip(made.logits, written, strict=True)
        ]
        tokenizer = self.processor.tokenizer
        tokens = tokenizer.convert_ids_to_tokens(written.tolist())
        spoken = tokenizer.convert_tokens_to_string
        return find_regions(tokens, logarithms, spoken, tokenizer.all_special_tokens)[:most]

    def _enough(self, most: int) -> Any:
        """Ends the writing after so many regions: the rest would take its time and be thrown away."""

        def is_enough(ids: torch.Tensor, _scores: Any, **_more: Any) -> torch.Tensor:
            tokens = self.processor.tokenizer.convert_ids_to_tokens(ids[0].tolist())
            return torch.tensor([count_regions(tokens) >= most], device=ids.device)

        return is_enough
