"""What is said of a chosen file."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nodegraph.editor.views.inspector.picture import about


def test_a_picture_is_shown_small_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.new("RGB", (640, 320), (255, 0, 0)).save(path)
    found = about(path)
    assert found.words.startswith("640 × 320, ")
    assert not found.missing
    assert found.pixels is not None
    assert found.pixels.shape == (80, 160, 4)
    assert found.pixels.dtype == np.float32
    assert found.pixels[0, 0].tolist() == [1.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("size", "words"), [(12, "12 bytes"), (5_000, "5.0 kB"), (2_300_000, "2.3 MB"), (0, "0 bytes")]
)
def test_of_another_file_the_size_is_said(tmp_path: Path, size: int, words: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(size))
    assert about(path).words == words


def test_a_folder_is_called_one(tmp_path: Path) -> None:
    assert about(tmp_path).words == "A folder."


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    found = about(tmp_path / "gone.png")
    assert found.missing
    assert found.words == "This file cannot be read: no such file or directory."


def test_a_damaged_picture_is_answered_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    found = about(path)
    assert found.missing
    assert found.words.startswith("This picture cannot be read: ")


def test_what_no_file_can_be_called_is_said() -> None:
    assert about(Path("a\0b")).words == "No file can be called that."
