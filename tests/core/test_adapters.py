"""What fits what, and how values change on the way."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.core.adapters import ADAPTERS, driven, fits
from nodegraph.core.errors import NodeError
from nodegraph.core.plain import plain
from nodegraph.core.spec import Param
from nodegraph.core.types import NAMES, Detections, Keypoints, Segmentation

VALUES: dict[str, Any] = {
    "integer": 3,
    "number": 2.5,
    "boolean": True,
    "category": "cat",
    "text": "hello",
    "file": Path("a.png"),
    "json": {"a": [1, None]},
    "vector": np.array([1.0, 2.0], np.float32),
    "mask": np.array([[0, 255]], np.uint8),
    "image": np.array([[[10, 20, 30], [255, 255, 255]]], np.uint8),
    "segmentation": Segmentation(np.array([[0, 2]], np.uint8), ("sky", "cat", "dog")),
    "detections": Detections.of([[0, 0, 0.5, 1]], ["cat"], [0.5]),
    "keypoints": Keypoints(np.array([[[0.1, 0.2, np.nan]]], np.float32), ("nose",)),
}
PYTHON = {"number": float, "integer": int, "boolean": bool, "text": str, "category": str, "file": Path}


@pytest.mark.parametrize("pair", sorted(ADAPTERS))
def test_every_adapter_gives_its_target_s_type(pair: tuple[str, str]) -> None:
    source, target = pair
    assert source in NAMES
    assert target in NAMES
    convert = ADAPTERS[pair]
    value = VALUES[source] if convert is None else convert(VALUES[source])
    if target in PYTHON:
        assert isinstance(value, PYTHON[target])
    elif target in ("mask", "image"):
        assert value.dtype == np.uint8
        assert value.ndim == (2 if target == "mask" else 3)
    else:
        assert target == "json"
        assert value == plain(value)


def test_same_types_and_any_pass_as_they_are() -> None:
    assert fits(("image",), ("mask", "image")).convert is None  # type: ignore[union-attr]
    assert fits(("any",), ("image",)) is not None
    assert fits(("keypoints",), ("any",)) is not None
    assert fits(("text",), ("image",)) is None


def test_luma_follows_bt601_and_alpha_is_the_mask_of_an_image_that_has_one() -> None:
    convert = ADAPTERS["image", "mask"]
    assert convert is not None
    assert convert(VALUES["image"]).tolist() == [[(29 * 10 + 150 * 20 + 77 * 30) >> 8, 255]]
    assert convert(np.array([[[1, 2, 3, 77]]], np.uint8)).tolist() == [[77]]


def test_plain_gives_strict_json() -> None:
    assert plain(VALUES["detections"]) == [{"box": [0, 0, 0.5, 1], "label": "cat", "score": 0.5}]
    assert plain(VALUES["keypoints"])["objects"][0][0][2] is None
    assert plain({"a": (1, float("inf"))}) == {"a": [1, None]}


NUMBER = Param("amount", "number", 1.0, ge=0, le=10)
WHOLE = Param("count", "integer", 1, ge=0, le=10)


@pytest.mark.parametrize(("param", "value", "becomes"), [(NUMBER, 99, 10.0), (NUMBER, -1, 0.0), (WHOLE, 2.6, 3)])
def test_a_driven_number_is_clamped_into_its_range(param: Param, value: float, becomes: float) -> None:
    assert driven(param, value) == becomes


def test_other_driven_kinds_are_converted_or_refused() -> None:
    assert driven(Param("on", "boolean", False), 2.0) is True
    assert driven(Param("label", "text", ""), [1, 2]) == "[1, 2]"
    assert driven(Param("color", "color", (0, 0, 0)), np.array([300, 1.6, -4], np.float32)) == (255, 2, 0)
    with pytest.raises(NodeError):
        driven(NUMBER, float("nan"))
    with pytest.raises(NodeError):
        driven(Param("mode", "choice", "a", choices=("a", "b")), "c")
