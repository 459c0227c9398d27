"""Answers of Cog as the values of outputs, whatever kind of file or value they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nodegraph.core.errors import ModelAnswerError
from nodegraph.core.spec import Port
from nodegraph.core.types import Detections
from nodegraph.runtime.protocols.cog_answer import Reader
from nodegraph.runtime.protocols.cog_files import KEPT, Content, Shelf
from tests.runtime.hostile import PIXEL

BASE = "http://model:5000"
FILE = (Port("image", ("image",), optional=True), Port("file", ("file", "text"), optional=True))
WORDS = "data:text/plain;base64,aGVsbG8="
SOUND = "data:audio/wav;base64,UklGRg=="


@pytest.fixture
def reader() -> Iterator[Reader]:
    shelf, asked = Shelf(), []

    def fetch(url: str) -> tuple[str, bytes]:
        asked.append(url)
        return "application/octet-stream", b"RIFF"

    reader = Reader(BASE, fetch, shelf, (10, 10), "M")
    yield reader
    shelf.close()


def one(reader: Reader, output: Any, *types: str, optional: bool = False) -> Any:
    return reader.outputs(output, [Port("x", types, optional=optional)])["x"]


@pytest.mark.parametrize(
    ("output", "types", "value"),
    [
        (3, ("number",), 3.0),
        (3.0, ("integer",), 3),
        (True, ("boolean",), True),
        ("hello", ("text",), "hello"),
        (2, ("text",), "2"),
        (["a", "b"], ("text",), "ab"),
        (WORDS, ("text",), "hello"),
        ({"a": [1, None]}, ("json",), {"a": [1, None]}),
        (None, ("number",), None),
        ("data:,hi%20there", ("text",), "hi there"),
    ],
)
def test_plain_values(reader: Reader, output: Any, types: tuple[str, ...], value: Any) -> None:
    assert one(reader, output, *types) == value


def test_a_vector_and_boxes_can_be_declared_for_what_is_json(reader: Reader) -> None:
    assert one(reader, [1, 2.5], "vector").tolist() == [1, 2.5]
    found = one(reader, {"boxes": [[0, 0, 1, 1]], "labels": ["cat"]}, "detections")
    assert isinstance(found, Detections)
    assert found.labels == ("cat",)


def test_pictures_and_other_files_find_their_outputs(reader: Reader) -> None:
    answer = reader.outputs([SOUND, PIXEL, SOUND], FILE)
    assert answer["image"].shape == (1, 1, 4)
    assert (answer["file"].suffix, answer["file"].read_bytes()) == (".wav", b"RIFF")
    assert reader.outputs(PIXEL, FILE)["file"] is None
    assert reader.outputs(WORDS, FILE) == {"image": None, "file": "hello"}


def test_a_file_on_the_server_is_fetched_and_one_elsewhere_is_not(reader: Reader) -> None:
    assert reader.outputs(f"{BASE}/files/a.mp3", FILE)["file"].suffix == ".mp3"
    for foreign in ("http://other:5000/a.png", "https://model:5000/a.png", "http://model/a.png", "http://model:5001/a"):
        assert reader.outputs(foreign, FILE) == {"image": None, "file": foreign}
    assert one(reader, "file:///etc/passwd", "text") == "file:///etc/passwd"


def test_an_object_goes_by_its_properties_and_lacking_ones_are_none(reader: Reader) -> None:
    ports = [Port("mask", ("image", "file", "text")), Port("a_b", ("number",)), Port("more", ("text",))]
    answer = reader.outputs({"mask": PIXEL, "a b": 0.5}, ports)
    assert answer["mask"].shape == (1, 1, 4)
    assert (answer["a_b"], answer["more"]) == (0.5, None)


@pytest.mark.parametrize(
    ("output", "types", "said"),
    [
        ("many", ("number",), "M answered something that is not number on 'x': 'many' is not a number"),
        ([1, 2], ("text",), "not text on 'x': it is list"),
        (3, ("image",), "not image on 'x': it is int"),
        (SOUND, ("image",), "not image on 'x': 1 files, none of that kind"),
        ("data:image/png;base64,AAAA", ("image",), "not image on 'x': .* are not a picture"),
        ("data:image/png;base64,!", ("image",), "not image on 'x': .* are not base64"),
        ("data:broken", ("image",), "not image on 'x': a data URI that begins"),
    ],
)
def test_what_does_not_fit_is_named(reader: Reader, output: Any, types: tuple[str, ...], said: str) -> None:
    with pytest.raises(ModelAnswerError, match=said):
        one(reader, output, *types)


def test_old_files_go_and_all_go_in_the_end(reader: Reader) -> None:
    files = [one(reader, SOUND, "file") for _ in range(KEPT + 3)]
    assert [path.exists() for path in files] == [False] * 3 + [True] * KEPT
    reader.shelf.close()
    assert not files[-1].parent.exists()


def test_files_of_a_program_that_was_killed_are_cleared_away_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with monkeypatch.context() as killed:
        killed.setattr("os.getpid", lambda: 4_194_300)
        left = Shelf().keep(Content("audio/wav", b"RIFF"), "a.wav")
    shelf = Shelf()
    kept = shelf.keep(Content("audio/wav", b"RIFF"), "a.wav")
    assert kept.exists()
    assert not left.exists()
    shelf.close()
