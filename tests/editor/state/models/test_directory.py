"""The model directory: cards with everything an entry says, and the search in them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph.core.types import NAMES
from nodegraph.editor.state.models.directory import ModelCard, card_of, search, types_of
from nodegraph.runtime.catalog.catalog import load_catalog
from nodegraph.runtime.entry import Description, ModelEntry
from nodegraph.session import Session


@pytest.fixture(scope="module")
def cards() -> Iterator[list[ModelCard]]:
    with Session() as session:
        yield [card_of(entry) for entry in session.models]


def ids(found: list[ModelCard]) -> set[str]:
    return {card.id for card in found}


def test_every_model_has_a_card_with_its_licence_and_types(cards: list[ModelCard]) -> None:
    assert len(cards) >= 6
    for card in cards:
        assert card.summary
        assert card.licence
        assert card.type_id == f"model.{card.id}"
        assert card.input_types | card.output_types <= set(NAMES)


def test_every_word_of_a_search_must_be_somewhere(cards: list[ModelCard]) -> None:
    assert search(cards, "pedestrian")[0].id == "people"
    assert ids(search(cards, "boxes image")) >= {"people", "faces"}
    assert search(cards, "people zebra") == []


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("image captioning", {"im2txt", "densecap"}),
        ("pose estimation", {"openpose", "vitpose"}),
        ("background removal", {"green-screen", "segment"}),
        ("super-resolution", {"upscale"}),
        ("depth map", {"depth"}),
        ("eye tracking", {"gazecapture"}),
        ("edge detection", {"lineart"}),
        ("yolov8", {"yolo"}),
    ],
)
def test_a_model_is_found_by_what_people_call_its_task(cards: list[ModelCard], words: str, first: set[str]) -> None:
    assert {card.id for card in search(cards, words)[: len(first)]} == first


def test_in_a_sentence_a_word_is_looked_for_by_its_beginning(cards: list[ModelCard]) -> None:
    assert ids(search(cards, "gan")) == {"upscale"}
    assert "openpose" in ids(search(cards, "shoulder"))


def test_a_name_comes_before_a_description(cards: list[ModelCard]) -> None:
    assert search(cards, "people")[0].id == "people"
    assert len(search(cards, "")) == len(cards)


def test_filters_by_category_and_types(cards: list[ModelCard]) -> None:
    extract = ids(search(cards, category="extract"))
    assert {"people", "faces", "flow", "segment", "yolo"} <= extract
    assert not extract & ids(search(cards, category="transform"))
    assert ids(search(cards, output_type="mask")) == {"segment", "green-screen", "depth"}
    assert ids(search(cards, input_type="text")) == {"im2txt"}
    assert types_of(cards, "input") == ["detections", "image", "text"]


def test_an_entry_that_says_nothing_has_a_card_too() -> None:
    card = card_of(ModelEntry("x", "X", "models.json[0]"))
    assert (card.summary, card.size, card.places) == ("", "", ("url",))
    assert card.output_types == {"json"}


def test_the_first_sentence_stands_in_for_a_short_description() -> None:
    entry = ModelEntry("x", "X", "", description=Description(first="Finds birds. In trees, mostly."), size=12_000_000)
    assert card_of(entry).summary == "Finds birds."
    assert card_of(entry).size == "12 MB"


def test_a_picture_from_the_web_is_not_fetched_and_a_strange_one_is_none() -> None:
    for name in ("https://example.org/a.png", "no/such.png", "a\0b.png", "/etc/passwd", f"{'a' * 5000}.png"):
        assert card_of(ModelEntry("x", "X", "", description=Description(image=name))).picture is None


def test_the_shipped_models_have_pictures_and_a_file_of_the_persons_own_is_shown(
    cards: list[ModelCard], tmp_path: Path
) -> None:
    without = {card.id for card in cards if card.picture is None and "process" in card.places}
    assert without == {"faces"}
    (tmp_path / "a.png").write_bytes(b"anything")
    card = card_of(ModelEntry("x", "X", "", description=Description(image=str(tmp_path / "a.png"))))
    assert card.picture == tmp_path / "a.png"


def test_entries_of_the_2018_format_have_cards(tmp_path: Path) -> None:
    old = tmp_path / "models.json"
    entry = {"id": "im2txt", "name": "im2txt", "tag": "runway/im2txt:1", "available": False}
    old.write_text(json.dumps([{**entry, "description": {"first": "Captions."}}]))
    found = [card_of(entry) for entry in load_catalog(old).entries]
    assert [(card.name, card.available, card.summary) for card in found] == [("im2txt", False, "Captions.")]
