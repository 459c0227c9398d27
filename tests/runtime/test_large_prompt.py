"""A prompt of a megabyte, as an input and as a parameter, arrives whole or is refused with a sentence."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nodegraph.core.errors import ModelError

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
from serving import Server, start_servers  # noqa: F401

ECHO = """
from nodegraph_kit import *

@model(title="Echo")
def echo(prompt: Text, style: str = param("", "How.")) -> Text:
    return f"{len(prompt)} {len(style)} {prompt[-3:]}{style[-3:]}"

serve(echo)
"""
PROMPT = "ä" * 1_000_000 + "end"


@pytest.mark.parametrize("transport", ["memfd", "http"])
def test_a_megabyte_of_text_arrives_whole(start: Callable[..., Server], transport: str) -> None:
    client = start(ECHO).wait().client(transport)
    answer = client.infer({"prompt": PROMPT}, {"style": PROMPT}, 30)
    assert answer["text"] == "1000003 1000003 endend"


@pytest.mark.parametrize("transport", ["memfd", "http"])
def test_more_than_a_server_takes_is_refused_and_the_next_call_works(
    start: Callable[..., Server], transport: str
) -> None:
    client = start(ECHO).wait().client(transport)
    with pytest.raises(ModelError) as caught:
        client.infer({"prompt": "x"}, {"style": "y" * 17_000_000}, 30)
    assert len(caught.value.message) < 500
    assert client.infer({"prompt": "abc"}, {}, 30)["text"] == "3 0 abc"
