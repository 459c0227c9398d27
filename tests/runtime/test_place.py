"""A place in a preset is a person's text: what makes no sense is a sentence with what is allowed."""

from typing import Any

import pytest

from nodegraph.core.errors import ModelError
from nodegraph.runtime.place import Place, place_of


def test_nothing_is_the_usual_place() -> None:
    assert place_of({}, "YOLO") == Place()
    assert place_of({"kind": None, "url": None, "memory": None, "replicas": None, "frames": None}, "YOLO") == Place()


def test_a_full_place_is_read() -> None:
    place = {"kind": "container", "device": "gpu", "engine": "ssh://me@box", "memory": 512, "network": "on"}
    assert place_of({**place, "replicas": 3, "frames": "raw", "later": "?"}, "YOLO") == Place(
        "container", "gpu", "", "ssh://me@box", 512 << 20, True, 3, "raw"
    )


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"kind": "moon"}, "YOLO cannot run at 'moon'"),
        ({"kind": ["url"]}, "YOLO cannot run at"),
        ({"device": "tpu"}, "YOLO cannot run on 'tpu'"),
        ({"network": True}, "cannot have the network True"),
        ({"url": 5}, "The url of YOLO's place, 5, is not text"),
        ({"engine": {"a": 1}}, "The engine of YOLO's place"),
        ({"engine": "gpu.example"}, "cannot run on the Docker engine 'gpu.example'"),
        ({"memory": "much"}, "cannot have 'much' MB"),
        ({"memory": -1}, "cannot have -1 MB"),
        ({"memory": True}, "cannot have True MB"),
        ({"memory": float("nan")}, "cannot have nan MB"),
        ({"memory": 10**30}, "MB of memory"),
        ({"frames": "webp"}, "cannot be sent frames as 'webp'"),
        ({"frames": ["jpeg"]}, "cannot be sent frames as"),
        ({"replicas": 0.5}, "cannot run as 0.5 replicas"),
        ({"replicas": -2}, "cannot run as -2 replicas"),
        ({"replicas": 10**6}, "replicas"),
        ({"replicas": "x" * 5000}, "replicas"),
    ],
)
def test_nonsense_is_a_short_sentence(place: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError) as caught:
        place_of(place, "YOLO")
    assert said in caught.value.message
    assert len(caught.value.message) < 150
    assert caught.value.hint
