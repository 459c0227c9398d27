"""How values are shown in fields and read back."""

from pathlib import Path
from typing import Any

import pytest

from nodegraph.core.spec import Param
from nodegraph.editor.state.inspector.values import (
    chosen_text,
    file_of,
    hex_of,
    json_of,
    json_text,
    number_of,
    number_style,
    path_text,
    picks_folder,
    rgb_of,
)


def number(**values: Any) -> Param:
    return Param("x", values.pop("kind", "number"), values.pop("default", 0.0), **values)


@pytest.mark.parametrize(
    ("param", "value", "slider", "format"),
    [
        (number(ge=0, le=1), 0.5, True, "%.2f"),
        (number(ge=0, le=100, step=1, unit="%"), 40.0, True, "%.0f%%"),
        (number(ge=0, le=100, step=0.5, unit="px"), 3.0, True, "%.1f px"),
        (number(ge=-360, le=360, step=1, unit="°"), 12.5, True, "%.1f°"),
        (number(ge=0, le=86400, unit="s"), 4.0, False, "%.0f s"),
        (number(kind="integer", ge=0, le=500), 4, True, "%.0f"),
        (number(kind="integer", ge=0, le=10**9), 4, False, "%.0f"),
        (number(), 0.123456789, False, "%.6f"),
    ],
)
def test_a_number_gets_a_slider_where_its_range_is_small_and_the_decimals_it_needs(
    param: Param, value: float, slider: bool, format: str
) -> None:
    style = number_style(param, value)
    assert (style.slider, style.format) == (slider, format)
    assert style.speed > 0


def test_a_range_with_one_end_still_bounds_what_is_dragged() -> None:
    style = number_style(number(ge=0), 3.0)
    assert (style.low, style.slider) == (0, False)
    assert style.high > 1e17


def test_a_drag_moves_in_steps_and_a_typed_number_counts_as_it_is() -> None:
    param = number(ge=0, le=10, step=0.5)
    assert number_of(param, 3.3, dragged=True) == 3.5
    assert number_of(param, 3.3, dragged=False) == 3.3
    assert number_of(param, 33, dragged=False) == 10


def test_an_integer_stays_whole_however_it_is_given() -> None:
    param = number(kind="integer", ge=0, le=10)
    for dragged in (True, False):
        value = number_of(param, 3.7, dragged=dragged)
        assert value == 4
        assert isinstance(value, int)


def test_colours_are_shown_as_hex() -> None:
    assert hex_of((0, 128, 255)) == "#ff8000"
    assert rgb_of("#ff8000") == (255, 128, 0)
    assert rgb_of("no colour") == (128, 128, 128)


@pytest.mark.parametrize("value", [None, {"a": [1, 2.5, "ö"]}, [], "text", 3, True])
def test_data_survives_being_shown_and_read(value: Any) -> None:
    assert json_of(json_text(value)) == (value, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": }', "This is not JSON: expecting value at line 1, column 7."),
        ("[NaN]", "A document cannot hold [0] = nan."),
        ("[" * 100_000, "This JSON is too deep or holds too large a number."),
    ],
)
def test_text_that_is_no_data_is_answered_with_a_sentence(text: str, words: str) -> None:
    assert json_of(text) == (None, words)


def test_no_path_is_shown_as_nothing() -> None:
    assert path_text(Path()) == ""
    assert path_text("a/b.mp4") == "a/b.mp4"


def test_a_chosen_file_beside_the_document_is_named_relative_to_it(tmp_path: Path) -> None:
    assert chosen_text(tmp_path / "clips" / "a.mp4", tmp_path) == "clips/a.mp4"
    assert chosen_text(tmp_path / "a.mp4", tmp_path / "other") == str(tmp_path / "a.mp4")
    assert chosen_text(tmp_path / "a.mp4", None) == str(tmp_path / "a.mp4")


def test_a_path_means_a_file_beside_the_document_or_a_shipped_one(tmp_path: Path) -> None:
    assert file_of("", tmp_path) is None
    assert file_of("a.mp4", tmp_path) == tmp_path / "a.mp4"
    shipped = file_of("asset:sample.mp4", tmp_path)
    assert shipped is not None
    assert shipped.is_file()
    assert file_of("asset:../secret", tmp_path) is None
    assert file_of("~nobody-at-all/a.mp4", tmp_path) == tmp_path / "~nobody-at-all/a.mp4"


def test_a_parameter_that_speaks_of_a_folder_asks_for_one() -> None:
    assert picks_folder(Param("path", "file", Path(), "The folder with the pictures."))
    assert not picks_folder(Param("path", "file", Path(), "The picture.", accept=(".png",)))
