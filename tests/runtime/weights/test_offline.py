"""Files that were brought along are used instead of the network, when they are the right ones."""

import os
import shutil
from pathlib import Path

import pytest

from nodegraph.core.errors import ModelError
from nodegraph.runtime.entry import Weights
from nodegraph.runtime.weights import complete
from nodegraph.runtime.weights.places import offline_folders
from tests.runtime.weights.conftest import MODEL, Getting, sha256
from tests.runtime.weights.fake_hub import COMMIT

BIG = os.urandom(300_000)
DEAD = "http://127.0.0.1:1/a.onnx"


@pytest.fixture
def brought(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("inside", ["", MODEL])
def test_a_file_is_found_by_its_name_or_below_the_models_id(getting: Getting, brought: Path, inside: str) -> None:
    (brought / inside).mkdir(exist_ok=True)
    (brought / inside / "a.onnx").write_bytes(BIG)
    wanted = Weights("a.onnx", DEAD, sha256(BIG))
    folder = getting.get(wanted, folders=(brought,))
    assert (folder / "a.onnx").read_bytes() == BIG
    assert complete.is_here(folder, wanted)
    assert getting.told[-1][:2] == (len(BIG), len(BIG))


def test_the_variable_lists_folders_like_a_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_FOLDERS", os.pathsep.join([str(tmp_path / "a"), "", str(tmp_path / "b")]))
    assert offline_folders() == (tmp_path / "a", tmp_path / "b")


def test_a_wrong_file_is_named_with_its_folder_and_not_used(getting: Getting, brought: Path) -> None:
    (brought / "a.onnx").write_bytes(b"another")
    with pytest.raises(ModelError, match=r"stick/a\.onnx: a\.onnx is not the file its entry names"):
        getting.get(Weights("a.onnx", DEAD, sha256(BIG)), folders=(brought,))
    assert not (getting.folder / "a.onnx").exists()
    assert not getting.part("a.onnx").exists()


def test_the_weights_of_another_machine_work_as_they_are(getting: Getting, brought: Path) -> None:
    """A repository's files and hashes come from the notes beside them; nobody is asked."""
    getting.hub.repositories["nice/blip"] = {"config.json": b"{}", "model.safetensors": BIG}
    blip = Weights("blip", f"hf:nice/blip@{COMMIT}")
    getting.get(blip)
    shutil.move(getting.folder, brought / MODEL)
    getting.hub.asked.clear()
    folder = getting.get(blip, folders=(brought,))
    assert (folder / "blip" / "model.safetensors").read_bytes() == BIG
    assert getting.hub.asked == []


def test_damage_on_the_way_from_another_machine_is_noticed(getting: Getting, brought: Path) -> None:
    getting.hub.repositories["nice/blip"] = {"config.json": b"{}", "model.safetensors": BIG}
    blip = Weights("blip", f"hf:nice/blip@{COMMIT}")
    getting.get(blip)
    shutil.move(getting.folder, brought / MODEL)
    (brought / MODEL / "blip" / "config.json").write_bytes(b"[]")
    with pytest.raises(ModelError, match=r"config\.json is not the file"):
        getting.get(blip, folders=(brought,))
    assert not complete.is_here(getting.folder, blip)


def test_a_plain_folder_of_a_repository_is_taken_without_what_no_server_loads(getting: Getting, brought: Path) -> None:
    (brought / "blip").mkdir()
    for name, content in {"config.json": b"{}", "model.safetensors": BIG, "pytorch_model.bin": b"pickle"}.items():
        (brought / "blip" / name).write_bytes(content)
    folder = getting.get(Weights("blip", f"hf:nice/blip@{COMMIT}", sha256(BIG)), folders=(brought,))
    assert sorted(path.name for path in (folder / "blip").iterdir()) == ["config.json", "model.safetensors"]


def test_a_file_that_is_not_there_comes_from_the_network(getting: Getting, brought: Path) -> None:
    getting.get(getting.weights("a.onnx", BIG), folders=(brought, brought / "none"))
    assert len(getting.hub.asked) == 1


@pytest.mark.parametrize(
    ("path", "size"),
    [("../outside", 3), ("/tmp/outside", 3), ("blip/../../outside", 3), ("other", 3), ("blip/model.safetensors", "x")],
)
def test_notes_that_lead_elsewhere_or_are_nonsense_are_not_believed(
    getting: Getting, brought: Path, path: str, size: int
) -> None:
    (brought / MODEL / "blip").mkdir(parents=True)
    (brought / MODEL / "blip" / "model.safetensors").write_bytes(BIG)
    url = f"hf:nice/blip@{COMMIT}"
    seen = complete.Seen(path, size, sha256(b"bad"))
    complete.write(brought / MODEL, complete.Complete("blip", url, "", (seen,)))
    folder = getting.get(Weights("blip", url), folders=(brought,))
    assert [one.name for one in (folder / "blip").iterdir()] == ["model.safetensors"]
