import logging
from pathlib import Path

import pytest
from PIL import Image as Pillow

from nodegraph.sdk import NodeError
from nodes.source.image_folder import ImageFolder
from nodes.source.text_lines import TextLines


@pytest.fixture
def folder(tmp_path):
    for name in ("img2.png", "img10.png", "img1.png", "sub/img3.png", "other.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        Pillow.new("RGB", (4, 4)).save(path)
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def names(folder, **params):
    return [frame.value.name for frame in ImageFolder(path=folder, **params).stream()]


def test_images_come_in_natural_order_at_the_rate(folder):
    frames = list(ImageFolder(path=folder, fps=10).stream())
    assert [frame.value.name for frame in frames] == ["img1.png", "img2.png", "img10.png", "other.jpg"]
    assert [frame.time for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3])
    assert frames[0].value.image.shape == (4, 4, 3)


def test_a_pattern_and_folders_inside(folder):
    assert names(folder, pattern="*.jpg") == ["other.jpg"]
    assert "sub/img3.png" in names(folder, recursive=True)


def test_bad_images_are_skipped_with_a_warning(folder, caplog):
    (folder / "img5.png").write_bytes(b"")
    (folder / "img6.png").write_text("text")
    with caplog.at_level(logging.WARNING, "nodegraph.nodes"):
        assert names(folder) == ["img1.png", "img2.png", "img10.png", "other.jpg"]
    assert [record.getMessage().startswith("Skipped: ") for record in caplog.records] == [True, True]


def test_a_folder_with_only_bad_images_says_why(tmp_path, caplog):
    (tmp_path / "a.png").touch()
    with pytest.raises(NodeError, match=r"No image in .* can be read.*a\.png is empty"):
        names(tmp_path)
    assert len(caplog.records) == 1


def test_wrong_folders_are_named(tmp_path):
    for path, said in (
        (tmp_path, r"has no image called \*"),
        (tmp_path / "x", "does not exist"),
        (Path(), "No folder"),
    ):
        with pytest.raises(NodeError, match=said):
            names(path)
    (tmp_path / "file").touch()
    with pytest.raises(NodeError, match="is not a folder"):
        names(tmp_path / "file")
    with pytest.raises(NodeError, match="pattern '/x' cannot be used"):
        names(tmp_path, pattern="/x")


def test_text_comes_line_by_line(tmp_path):
    path = tmp_path / "prompts.txt"
    path.write_bytes("\ufeffa cat\n\n  ein Hund ♥ \r\nlast".encode())
    frames = list(TextLines(path=path, fps=2).stream())
    assert [(frame.value, frame.time) for frame in frames] == [("a cat", 0.0), ("ein Hund ♥", 0.5), ("last", 1.0)]


def test_text_that_is_no_text_is_named(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"ok\n\xff\xfe")
    (tmp_path / "b.txt").write_text("\n\n")
    for name, said in (("a.txt", "not UTF-8"), ("b.txt", "no line with text"), ("c.txt", "does not exist")):
        with pytest.raises(NodeError, match=said):
            list(TextLines(path=tmp_path / name).stream())
