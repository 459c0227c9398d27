"""Fuzzy search: what people type finds what they mean, first."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.editor.state.fuzzy import best, score

TITLES = [
    "Gaussian Blur",
    "Box Blur",
    "Background Subtraction",
    "Blend",
    "Chroma Key",
    "Canny Edges",
    "Kaleidoscope",
    "Video File",
    "Video File Out",
    "Webcam",
    "Text Overlay",
    "FlowToColours",
    "Ébène",
    "Grüße",
    "LUT (.cube)",
]


def titles(query: str) -> list[str]:
    return best(query, TITLES, lambda title: (title,))


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("gbl", "Gaussian Blur"),
        ("blur g", "Gaussian Blur"),
        ("BLUR BOX", "Box Blur"),
        ("bl", "Blend"),
        ("ck", "Chroma Key"),
        ("video file", "Video File"),
        ("vfo", "Video File Out"),
        ("ftc", "FlowToColours"),
        ("ebene", "Ébène"),
        ("grusse", "Grüße"),
        ("GRÜSSE", "Grüße"),
        ("cube", "LUT (.cube)"),
        ("kaliedoscope", "Kaleidoscope"),
        ("guassian", "Gaussian Blur"),
        ("webcan", "Webcam"),
        ("kalied", "Kaleidoscope"),
    ],
)
def test_what_people_type_finds_what_they_mean_first(query: str, title: str) -> None:
    assert titles(query)[0] == title


@pytest.mark.parametrize("query", ["xyz", "blur xyz", "zzzzzz", "!?", "blurblurblur"])
def test_what_is_not_there_is_not_found(query: str) -> None:
    assert titles(query) == []


def test_letters_that_are_there_by_chance_are_not_a_match() -> None:
    assert score("bur", "Contribute a lot of colour") is None
    assert score("ab", "a b") is not None


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("blu", "Blur", "Blend Lut"),
        ("edge", "Edge", "Edges"),
        ("ma", "Mask", "Image"),
        ("map", "Color Map", "Make Picture"),
        ("fb", "FastBlur", "Fabulous"),
    ],
)
def test_runs_and_beginnings_of_words_count_more(query: str, better: str, worse: str) -> None:
    assert (score(query, better) or 0) > (score(query, worse) or 0)


def test_an_empty_query_finds_everything_the_most_used_first() -> None:
    assert best("  ", ["a", "b", "c"], lambda text: (text,), lambda text: 2.0 if text == "b" else 1.0) == [
        "b",
        "a",
        "c",
    ]


def test_a_boost_decides_between_equals() -> None:
    assert best("blur", ["Box Blur", "Fox Blur"], lambda one: (one,), lambda one: 1.5 if one[0] == "F" else 1.0) == [
        "Fox Blur",
        "Box Blur",
    ]


def test_the_title_counts_more_than_a_keyword() -> None:
    items = {"Lens": ("Lens", "blur"), "Blur": ("Blur", "lens")}
    assert best("blur", items, items.__getitem__) == ["Blur", "Lens"]
    assert best("lens", items, items.__getitem__) == ["Lens", "Blur"]


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_the_search(query: str, text: str) -> None:
    found = score(query, text)
    assert found is None or found == found
    best(query, [text, query], lambda one: (one,))


@given(st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=30))
def test_every_text_finds_itself(text: str) -> None:
    assert score(text, text) is not None


def test_a_very_long_query_costs_little() -> None:
    begun = time.process_time()
    best("a" * 5000, ["a" * 200] * 20, lambda one: (one,))
    assert time.process_time() - begun < 1


def test_300_items_take_less_than_5_ms_per_key() -> None:
    chance = random.Random(1)
    words = ["gaussian", "blur", "edges", "colour", "detect", "mask", "optical", "flow", "image", "video", "overlay"]
    items = [" ".join(chance.sample(words, 3)).title() for _ in range(300)]
    texts = {item: (item, *chance.sample(words, 3)) for item in items}

    def slowest() -> float:
        times = []
        for query in ("b", "bl", "blu", "gau bl", "e", "guassian", "zzz"):
            begun = time.process_time()
            best(query, items, texts.__getitem__)
            times.append(time.process_time() - begun)
        return max(times)

    assert min(slowest() for _ in range(4)) < 0.005
