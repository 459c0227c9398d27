import json
import subprocess
import sys

import pytest

from nodegraph.core.errors import NodegraphError, UsageError
from nodegraph.runtime.adding.folder import entry_of_folder
from nodegraph.runtime.adding.new_model import write_new


@pytest.mark.parametrize(
    ("name", "id", "title", "test"),
    [
        ("Warm light", "warm-light", "Warm light", "test_warm_light.py"),
        ("glow", "glow", "Glow", "test_glow.py"),
        ("SuperRes 4", "superres-4", "SuperRes 4", "test_superres_4.py"),
        ("Größe", "groe", "Größe", "test_groe.py"),
    ],
)
def test_a_new_folder_is_a_model_of_that_name_and_its_own_test_passes(tmp_path, name, id, title, test):
    folder = tmp_path / "deep" / "er"
    assert write_new(name, folder) == id
    entry = entry_of_folder(folder)
    assert (entry.id, entry.name, entry.tag) == (id, title, f"local/{id}:1")
    assert (folder / test).is_file()
    assert (folder / ".dockerignore").is_file()
    assert (folder / "nodegraph_kit" / "__init__.py").is_file()
    assert json.loads((folder / "example.json").read_text())["data"].startswith("data:image/jpg;base64,")
    left = [path.name for path in folder.iterdir() if path.is_file() and "new" in path.read_text().lower().split()]
    assert left == []
    ran = subprocess.run([sys.executable, test], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count(": good") == 2


@pytest.mark.parametrize("name", ["", "!!", "3d", "class", 'a"b', "日本", "x\ny"])
def test_a_name_that_no_program_can_have_is_a_sentence(tmp_path, name):
    with pytest.raises(UsageError):
        write_new(name, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        write_new("Glow", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_place_where_nothing_can_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NodegraphError, match="cannot be written"):
        write_new("Glow", tmp_path / "file" / "glow")
