"""What a person can choose from, and where a server then finds it."""

from pathlib import Path

import pytest

from nodegraph.core.errors import ModelError
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.entry import ModelEntry, Weights
from nodegraph.runtime.weights.checkpoints import (
    bring_local,
    checkpoint_names,
    chosen_checkpoint,
    default_checkpoint,
    is_local,
)
from nodegraph.runtime.weights.fetch import Fetching
from nodegraph.runtime.weights.places import experiments_folder, weights_folder


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("NODEGRAPH_WEIGHTS_HOME", raising=False)


def put(path: Path, content: bytes = b"net") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def entry(**more: object) -> ModelEntry:
    return ModelEntry("style", "Style", "test", **more)  # type: ignore[arg-type]


def test_the_catalogues_come_first_then_own_files_then_what_was_trained() -> None:
    put(weights_folder("style") / "checkpoints" / "mine.onnx")
    put(weights_folder("style") / "checkpoints" / "folder" / "model.safetensors")
    put(weights_folder("style") / "checkpoints" / "half.onnx.part")
    put(weights_folder("style") / "checkpoints" / "notes.md")
    put(experiments_folder("style") / "run 1" / "checkpoints" / "best.safetensors")
    put(experiments_folder("style") / "run 1" / "log.txt")
    names = checkpoint_names(entry(checkpoints=(Weights("mosaic.onnx", "https://host/m"),)))
    assert names == ("mosaic.onnx", "checkpoints/folder", "checkpoints/mine.onnx", "experiments/run 1/best.safetensors")


def test_the_first_is_used_unless_somebody_chooses() -> None:
    assert default_checkpoint(entry(checkpoints=(Weights("a"), Weights("b")))) == Weights("a")
    assert default_checkpoint(entry(needs_training=True)) is None
    put(weights_folder("style") / "checkpoints" / "mine.onnx")
    assert default_checkpoint(entry(needs_training=True)) == Weights("checkpoints/mine.onnx")
    assert default_checkpoint(entry()) is None


def test_a_trained_one_is_linked_below_the_weights_and_follows_the_training() -> None:
    trained = put(experiments_folder("style") / "run" / "checkpoints" / "best.onnx")
    path = bring_local("style", "Style", "experiments/run/best.onnx")
    assert path == weights_folder("style") / "experiments" / "run" / "best.onnx"
    assert path.samefile(trained)
    trained.unlink()
    put(trained, b"better net")
    assert bring_local("style", "Style", "experiments/run/best.onnx").read_bytes() == b"better net"


def test_own_files_can_be_read_by_the_user_of_a_container() -> None:
    mine = put(weights_folder("style") / "checkpoints" / "deep" / "a.onnx")
    mine.chmod(0o600)
    mine.parent.chmod(0o700)
    bring_local("style", "Style", "checkpoints/deep")
    assert mine.stat().st_mode & 0o044 == 0o044
    assert mine.parent.stat().st_mode & 0o055 == 0o055


@pytest.mark.parametrize(
    "name",
    ["checkpoints/none.onnx", "experiments/run/none.onnx", "checkpoints/../../x", "experiments/../x", "checkpoints/"],
)
def test_one_that_is_not_here_is_named_with_where_to_put_it(name: str) -> None:
    put(weights_folder("style").parent / "x")
    with pytest.raises(ModelError, match=r"The checkpoint .* of Style is not on this machine") as caught:
        bring_local("style", "Style", name)
    assert str(weights_folder("style") / "checkpoints") in caught.value.hint


def test_only_files_of_the_persons_own_are_local() -> None:
    assert is_local(Weights("checkpoints/a.onnx"))
    assert is_local(Weights("experiments/run/a.onnx"))
    assert not is_local(Weights("a.onnx"))
    assert not is_local(Weights("a.onnx", "https://host/a"))


def test_a_folder_without_files_is_no_checkpoint() -> None:
    (weights_folder("style") / "checkpoints" / "empty" / "inner").mkdir(parents=True)
    with pytest.raises(ModelError, match="checkpoints/empty of Style is not on this machine"):
        bring_local("style", "Style", "checkpoints/empty")


@pytest.mark.parametrize("name", ["../../../keep", "a/../../../../keep", "/etc/keep", "a\\..\\b", "\ud800", "x" * 300])
def test_a_name_that_leads_out_of_the_models_folder_touches_nothing(tmp_path: Path, name: str) -> None:
    mine, note = put(tmp_path / "nodegraph" / "keep"), put(tmp_path / "nodegraph" / "keep.json")
    mine.chmod(0o600)
    chosen = chosen_checkpoint(entry(checkpoints=(Weights("a"),)), name)
    assert chosen is not None
    fetching = Fetching("style", "Style", Cancel(), lambda *_: None, ())
    with pytest.raises(ModelError, match=r"The checkpoint .* of Style is not on this machine"):
        fetching.ensure([chosen])
    assert fetching.check([chosen])
    assert note.exists()
    assert mine.stat().st_mode & 0o777 == 0o600
