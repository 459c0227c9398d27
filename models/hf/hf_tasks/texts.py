"""Texts: what kind one is of, and how one goes on."""

from pathlib import Path
from typing import Annotated, Any

from nodegraph_kit import Refusal, Text, param

from hf_tasks.classes import TOP, Kinds, ranked
from hf_tasks.served import Served


class TextClasses(Served):
    """Tells of which of the kinds it was trained for a text is, such as its mood."""

    title = "Text classification"
    automatic = "AutoModelForSequenceClassification"
    reader = "AutoTokenizer"

    def run(self, text: Annotated[Text, "The text."], top: int = TOP) -> Kinds:
        logits = self.ask(self.processor([text], return_tensors="pt", truncation=True)).logits[0]
        several = self.config.problem_type == "multi_label_classification" or len(logits) == 1
        scores = logits.sigmoid() if several else logits.softmax(-1)
        return ranked([self.label(index) for index in range(len(scores))], scores.numpy(), top)


class Writing(Served):
    """Goes on with a text, or answers it."""

    title = "Text generation"
    automatic = "AutoModelForCausalLM"
    reader = "AutoTokenizer"
    first = {"length": 4}

    def automatic_for(self, folder: Path) -> str:
        """Networks that read one text and write another have a class of their own."""
        from transformers import AutoConfig

        try:
            config = AutoConfig.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError, KeyError):  # loading the checkpoint will say it better
            return self.automatic
        return "AutoModelForSeq2SeqLM" if config.is_encoder_decoder else self.automatic

    def read(self, folder: Path) -> Any:
        """The tokenizer. Raises Refusal."""
        tokenizer = super().read(folder)
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        return tokenizer

    def run(
        self,
        text: Annotated[Text, "The text to go on with, or the question."],
        length: int = param(40, "At most so many words or parts of words are written.", ge=1, le=2000),
        temperature: float = param(0.0, "0 always takes the likeliest word; more dares more.", ge=0, le=2),
        seed: int = param(0, "Another number, other words, when the temperature is not 0.", ge=0, le=1_000_000),
    ) -> Annotated[Text, "What comes next."]:
        import torch

        inputs = self._prepared(text)
        daring: dict[str, Any] = {"do_sample": False}
        if temperature > 0:
            torch.manual_seed(seed)
            daring = {"do_sample": True, "temperature": temperature}
        with torch.inference_mode():
            written = self.network.model.generate(
                **self.network.inputs(inputs), max_new_tokens=length, pad_token_id=self.processor.pad_token_id, **daring
            )[0]
        begin = 0 if self.config.is_encoder_decoder else inputs["input_ids"].shape[1]
        return str(self.processor.decode(written[begin:], skip_special_tokens=True)).strip()

    def _prepared(self, text: str) -> Any:
        if self.processor.chat_template:
            said = [{"role": "user", "content": text}]
            return self.processor.apply_chat_template(
                said, add_generation_prompt=True, return_tensors="pt", return_dict=True
            )
        inputs = self.processor([text], return_tensors="pt", truncation=True)
        if not inputs["input_ids"].shape[1]:
            raise Refusal("There is no text to go on with.")
        return {name: value for name, value in inputs.items() if name != "token_type_ids"}
