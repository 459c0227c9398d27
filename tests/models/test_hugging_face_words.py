"""What a person writes to say what is to be found in a picture."""

import pytest
from loading import module
from nodegraph_kit import Refusal

served = module("hf", "hf_tasks.served")


def test_words_are_between_commas_and_line_ends() -> None:
    assert served.words_in(" a red car, dog,,\ncat ") == ["a red car", "dog", "cat"]


@pytest.mark.parametrize(("text", "said"), [(" ,\n", "no words to look for"), ("dog," * 250_000, "250000 words")])
def test_none_and_a_megabyte_of_them_are_refused(text: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        served.words_in(text)
