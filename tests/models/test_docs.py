"""The tutorial's model runs as it is printed, and its entry is what the server says."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "writing-models.md").read_text()


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_tutorials_model_runs_and_its_entry_is_right(start: Callable[..., Any]) -> None:
    client = start(block("python")).wait().client()
    image = np.zeros((60, 80, 3), np.uint8)
    image[30, 40] = 255
    glowing = client.infer({"image": image}, {"radius": 3.0, "strength": 2.0}, 20)["image"]
    assert glowing[30, 44].min() > 0
    dark = np.zeros((60, 80), np.uint8)
    assert np.array_equal(client.infer({"image": image, "mask": dark}, {}, 20)["image"], image)
    said, entry = client.describe(), json.loads(block("json"))
    for part in ("inputs", "outputs", "parameters"):
        for name, fields in entry[part].items():
            assert fields.items() <= said[part][name].items()
        assert entry[part].keys() == said[part].keys()
