"""What a node writes for a value: short, for people, and never an exception."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.core.types import NAMES, Detections, Keypoints, Segmentation
from nodegraph.editor.state.shown import shown
from nodegraph.testing.nodes import sample

NAN = float("nan")
POSE = Keypoints(np.full((2, 2, 3), 0.5, np.float32), ("nose", "left eye"))


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (0.42, "0.42"),
        (1 / 3, "0.3333"),
        (1280.0, "1280"),
        (12345.678, "12345.7"),
        (-2.5, "−2.5"),
        (NAN, "not a number"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (1e300, "1e+300"),
        (10**400, "1e+300"),
        (np.float32(0.1), "0.1"),
        (np.int32(7), "7"),
        (True, "on"),
        (np.bool_(False), "off"),
        ("", "(empty)"),
        (" \n ", "(empty)"),
        ("日本語", "日本語"),
        ("a\tb\x07c", "a b c"),
        (Path("/clips/melt.mp4"), "melt.mp4"),
        (Detections.of(), "nothing found"),
        (Detections.of([(0, 0, 1, 1)] * 4, ["person", "car", "person", "person"]), "3 person, 1 car"),
        (Detections.of([(0, 0, 1, 1)]), "1 thing"),
        (POSE, "2 people"),
        (Keypoints(np.zeros((0, 17, 3), np.float32)), "nobody found"),
        (np.zeros((720, 1280, 3), np.uint8), "1280 × 720"),
        (np.zeros((720, 1280, 4), np.uint8), "1280 × 720 + alpha"),
        (np.zeros((0, 0, 3), np.uint8), "0 × 0"),
        (np.asarray([0.25, 0.5, NAN], np.float32), "0.25, 0.5, not a number"),
        (np.zeros(0, np.float32), "(empty)"),
        (np.asarray(3.0), "3"),
        ({}, "{}"),
        ([1, 2.5, None], "[1, 2.5, nothing]"),
        ({"a": {"b": "ü"}}, "{a: {b: ü}}"),
    ],
)
def test_a_value_is_a_short_line(value: Any, line: str) -> None:
    assert shown(value, ("any",))[0] == line


def test_nothing_has_no_line() -> None:
    assert shown(None, ("image",)) == []


def test_a_long_text_is_broken_between_words_and_ends_with_an_ellipsis() -> None:
    lines = shown("Ein Bild von einem Hund, der über die Wiese läuft " * 50, ("text",), 20)
    assert lines[0] == "Ein Bild von einem"
    assert len(lines) == 3
    assert lines[-1].endswith("…")


def test_a_text_that_just_fits_has_no_ellipsis() -> None:
    assert shown("x" * 24, ("text",)) == ["x" * 24]
    assert shown("one two", ("text",), 3) == ["one", "two"]


def test_a_long_vector_says_how_long_it_is() -> None:
    lines = shown(np.arange(256, dtype=np.float32), ("vector",))
    assert lines[1] == "256 numbers"
    assert lines[0].startswith("0, 1, 2, 3")


def test_a_segmentation_names_what_there_is_most_of_first() -> None:
    labels = np.ones((90, 160), np.uint8)
    labels[:10] = 9
    assert shown(Segmentation(labels, ("ground", "sky")), ("segmentation",)) == ["sky, label 9", "160 × 90"]


def test_a_flow_has_no_alpha() -> None:
    assert shown(np.zeros((4, 6, 2), np.float32), ("flow",)) == ["6 × 4"]


def test_huge_and_deep_data_cost_little_and_say_so_briefly() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    assert shown(deep, ("json",))
    assert len(shown({str(n): "x" * 10_000 for n in range(20_000)}, ("json",))[0]) == 24
    assert shown("y" * 5_000_000, ("text",))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
)


@given(PLAIN, st.integers(1, 60))
def test_no_line_is_too_long_and_none_has_a_control_character(value: Any, width: int) -> None:
    for line in shown(value, ("json",), width):
        assert len(line) <= width
        assert line.isprintable()


@pytest.mark.parametrize("name", NAMES)
def test_no_type_shows_how_python_writes_it(name: str) -> None:
    text = " ".join(shown(sample(name), (name,)))
    assert text
    assert "array" not in text
    assert "(" not in text
    assert "dtype" not in text
