"""The kit finds the files a model was given, and says in a sentence which one is missing."""

from pathlib import Path

import pytest
from nodegraph_kit import Refusal, weights


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NODEGRAPH_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("NODEGRAPH_MODEL", "yolo")
    monkeypatch.delenv("NODEGRAPH_CHECKPOINT", raising=False)
    (tmp_path / "yolo.onnx").write_bytes(b"net")
    (tmp_path / "blip").mkdir()
    return tmp_path


def test_a_file_and_a_folder_are_found_by_name(given: Path) -> None:
    assert weights.find("yolo.onnx") == given / "yolo.onnx"
    assert weights.find("blip") == given / "blip"


def test_without_the_variable_it_is_the_folder_of_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NODEGRAPH_WEIGHTS", raising=False)
    assert weights.folder() == Path("/weights")


def test_a_missing_file_is_named_with_the_command_that_fetches_it(given: Path) -> None:
    with pytest.raises(Refusal, match=r"big\.onnx .* is not in .*`nodegraph models fetch yolo`") as caught:
        weights.find("big.onnx")
    assert caught.value.kind == "failed"


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", "blip/../../secret"])
def test_a_name_that_leads_out_of_the_folder_is_refused(given: Path, name: str) -> None:
    with pytest.raises(Refusal, match="leads out of"):
        weights.find(name)


def test_the_chosen_checkpoint_goes_before_the_default(given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert weights.checkpoint("yolo.onnx") == given / "yolo.onnx"
    monkeypatch.setenv("NODEGRAPH_CHECKPOINT", "blip")
    assert weights.checkpoint("yolo.onnx") == given / "blip"
