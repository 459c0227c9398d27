"""Values on the wire: the kit's and nodegraph's copies of the rules agree, and hostile ones are refused."""

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nodegraph_kit import Detections, Keypoints, Refusal, Segmentation, message, values

from nodegraph.core import types as core
from nodegraph.runtime.protocols import native_message, native_values

RNG = np.random.default_rng(3)
BOXES = RNG.random((2, 4), np.float32)
POINTS = RNG.random((1, 3, 3), np.float32)
LABELS = RNG.integers(0, 2, (4, 5)).astype(np.int32)
COLOURS = np.array([[0, 0, 0], [1, 2, 3]], np.uint8)
SAME: dict[str, Any] = {
    "image": RNG.integers(0, 255, (4, 5, 4), np.uint8),
    "mask": RNG.integers(0, 255, (4, 5), np.uint8),
    "flow": RNG.random((4, 5, 2), np.float32),
    "vector": RNG.random(7, np.float32),
    "text": "naïve \U0001f573",
    "category": "a",
    "number": 0.5,
    "integer": -3,
    "boolean": True,
    "json": {"a": [1, None, "x"]},
    "file": Path("/in/a b.png"),
}
PAIRS = [(kind, value, value) for kind, value in SAME.items()] + [
    ("detections", core.Detections.of(BOXES, "ab", [1, 0]), Detections.of(BOXES, "ab", [1, 0])),
    ("keypoints", core.Keypoints(POINTS, ("x", "y", "z"), ((0, 2),)), Keypoints(POINTS, ("x", "y", "z"), ((0, 2),))),
    ("segmentation", core.Segmentation(LABELS, ("n", "m"), COLOURS), Segmentation(LABELS, ("n", "m"), COLOURS)),
]


def plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return (value.dtype.name, value.tolist())
    fields = getattr(value, "__dataclass_fields__", None)
    return {name: plain(getattr(value, name)) for name in fields} if fields else value


@pytest.mark.parametrize(("kind", "ours", "theirs"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_a_value_arrives_as_it_left_in_both_directions(kind: str, ours: Any, theirs: Any) -> None:
    sent = native_values.Packer()
    header = json.loads(json.dumps(native_values.pack(kind, ours, sent)))
    assert plain(values.unpack(kind, header, sent.to_bytes())) == plain(theirs)
    back = values.Packer()
    header = json.loads(json.dumps(values.pack(kind, theirs, back)))
    assert plain(native_values.unpack(kind, header, back.to_bytes())) == plain(ours)


def test_an_array_that_is_not_contiguous_is_sent_in_c_order() -> None:
    image = np.asfortranarray(RNG.integers(0, 255, (6, 8, 3), np.uint8))[::-1, ::2]
    packer = native_values.Packer()
    header = native_values.pack("image", image, packer)
    assert np.array_equal(values.unpack("image", header, packer.to_bytes()), image)


REFERENCE = {"dtype": "uint8", "shape": [2, 2, 3], "offset": 0}
HOSTILE = [
    {**REFERENCE, "shape": [1 << 40, 1 << 40, 3]},
    {**REFERENCE, "shape": [-1, 2, 3]},
    {**REFERENCE, "shape": [2, 2, 3, 1, 1]},
    {**REFERENCE, "shape": [True, 2, 3]},
    {**REFERENCE, "shape": "223"},
    {**REFERENCE, "offset": 64},
    {**REFERENCE, "offset": -64},
    {**REFERENCE, "offset": 3},
    {**REFERENCE, "offset": 1e3},
    {**REFERENCE, "dtype": "object"},
    {**REFERENCE, "dtype": ["uint8"]},
    {"dtype": "uint8"},
    None,
    [],
]


@pytest.mark.parametrize("reference", HOSTILE)
def test_a_hostile_array_is_refused_on_both_sides(reference: Any) -> None:
    value = {"type": "image", "array": reference}
    body = np.zeros(64, np.uint8)
    with pytest.raises(Refusal):
        values.unpack("image", value, body)
    with pytest.raises((ValueError, TypeError, KeyError)):
        native_values.unpack("image", value, body)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("image", np.zeros((2, 2, 3)), "float64"),
        ("image", np.zeros((2, 2), np.uint8), "3 dimensions"),
        ("image", np.zeros((0, 2, 3), np.uint8), "with pixels"),
        ("image", [1, 2], "numpy array"),
        ("flow", np.zeros((2, 2, 3), np.float32), "H×W×2"),
        ("text", 3, "expected text"),
        ("integer", True, "expected integer"),
        ("number", "1", "expected number"),
        ("detections", Detections(BOXES, ("a",), np.zeros(2, np.float32)), "1 labels"),
        ("detections", None, "NoneType"),
    ],
)
def test_a_wrong_result_of_a_model_is_said_in_a_sentence(kind: str, value: Any, said: str) -> None:
    with pytest.raises(Refusal, match=said) as caught:
        values.pack(kind, value, values.Packer())
    assert caught.value.kind == "model"
    assert f"where {kind} is promised" in caught.value.message


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        (message.PREFIX.pack(b"GET ", 0, 0), "not a native message"),
        (message.PREFIX.pack(message.MAGIC, 1 << 31, 0), "header has"),
        (message.PREFIX.pack(message.MAGIC, 2, 1 << 60), "this server accepts 99"),
    ],
)
def test_a_prefix_that_is_nonsense_or_huge_is_refused(prefix: bytes, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        message.sizes(prefix, 99)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_header_that_is_no_json_object_is_refused(text: bytes) -> None:
    with pytest.raises(Refusal, match="header"):
        message.parse(text)


def test_both_sides_write_the_same_bytes_and_begin_the_body_aligned() -> None:
    header = {"id": 1, "inputs": {}}
    assert message.head(header, 5) == native_message.head(header, 5)
    assert len(message.head(header, 5)) % 8 == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([pair[0] for pair in PAIRS]), JSON, JSON)
def test_no_json_does_worse_than_a_refusal(kind: str, one: Any, two: Any) -> None:
    body = np.zeros(64, np.uint8)
    parts = ("array", "value", "boxes", "labels", "scores", "points", "names", "edges", "colors")
    for value in (one, {"type": kind} | dict.fromkeys(parts, one), {"type": kind, "labels": two, "boxes": REFERENCE}):
        with contextlib.suppress(Refusal):
            values.unpack(kind, value, body)
