import json
import os
import subprocess
import sys

import pytest

from nodegraph.core.errors import DocumentError, UsageError
from nodegraph.runtime.adding.catalogue_file import check_writable, forget_entry, put_entry

CATS = {"id": "cats", "name": "Cats", "tag": "someone/cats:1"}
DOGS = {"name": "Dogs", "tag": "someone/dogs:1", "zeal": {"b": 1, "a": [2]}}


def test_an_entry_is_added_and_the_rest_stays_as_it_was(tmp_path):
    path = tmp_path / "new" / "models.json"
    put_entry(path, DOGS)
    put_entry(path, CATS)
    entries = json.loads(path.read_text())
    assert entries == [DOGS, CATS]
    assert list(entries[0]) == list(DOGS)
    assert list(entries[0]["zeal"]) == ["b", "a"]


def test_an_id_that_is_there_is_replaced_only_when_asked(tmp_path):
    path = tmp_path / "models.json"
    put_entry(path, DOGS)
    put_entry(path, CATS)
    with pytest.raises(UsageError, match="has a model 'dogs' already"):
        put_entry(path, {"id": "dogs", "name": "Others"})
    put_entry(path, {"id": "dogs", "name": "Others", "tag": "x/y"}, replace=True)
    assert [one["name"] for one in json.loads(path.read_text())] == ["Others", "Cats"]


def test_an_entry_is_taken_out_by_its_id_or_by_that_of_its_name(tmp_path):
    path = tmp_path / "models.json"
    put_entry(path, DOGS)
    put_entry(path, CATS)
    assert forget_entry(path, "dogs")
    assert not forget_entry(path, "dogs")
    assert json.loads(path.read_text()) == [CATS]


def test_a_model_that_cannot_be_read_back_is_not_written(tmp_path):
    path = tmp_path / "models.json"
    with pytest.raises(DocumentError, match="is not a digest"):
        put_entry(path, {**CATS, "digest": "latest"})
    assert not path.exists()


@pytest.mark.parametrize("text", ["{", "[1, 2", '"words"', "\x00"])
def test_a_broken_catalogue_is_never_written_over(tmp_path, text):
    path = tmp_path / "models.json"
    path.write_text(text)
    with pytest.raises(DocumentError, match=r"models\.json"):
        put_entry(path, CATS)
    assert path.read_text() == text


def test_a_catalogue_that_is_a_folder_is_a_sentence(tmp_path):
    with pytest.raises(DocumentError, match="cannot be written: it is a folder"):
        check_writable(tmp_path)
    with pytest.raises(DocumentError, match="cannot be read"):
        put_entry(tmp_path, CATS)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_a_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DocumentError, match="cannot be written: Permission denied"):
        check_writable(tmp_path / "models.json")
    tmp_path.chmod(0o700)


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DocumentError, match="cannot be written"):
        check_writable(tmp_path / "file" / "models.json")


def test_programs_that_add_at_the_same_time_lose_nothing(tmp_path):
    path = tmp_path / "models.json"
    code = """
import sys
from pathlib import Path
from nodegraph.runtime.adding.catalogue_file import put_entry
for number in range(20):
    put_entry(Path(sys.argv[1]), {"id": f"{sys.argv[2]}{number}", "name": "x", "tag": "a/b"})
"""
    running = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in "abc"]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    assert len({one["id"] for one in json.loads(path.read_text())}) == 60


def test_a_link_stays_a_link(tmp_path):
    real = tmp_path / "real.json"
    put_entry(real, DOGS)
    link = tmp_path / "models.json"
    link.symlink_to(real)
    put_entry(link, CATS)
    assert link.is_symlink()
    assert len(json.loads(real.read_text())) == 2


def test_looking_whether_it_can_be_written_leaves_nothing(tmp_path):
    check_writable(tmp_path / "models.json")
    assert list(tmp_path.iterdir()) == []
