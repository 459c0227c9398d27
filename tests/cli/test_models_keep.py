"""`nodegraph models` fetch, disk, remove --weights and stop, without an engine."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nodegraph.runtime.engines import engines
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.engines.docker_connection import EngineError
from tests.cli.conftest import Result

NET = bytes(range(256)) * 100
Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.setattr(engines, "_known", {})  # other tests may have reached the default engine
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path / "weights"))
    monkeypatch.delenv("NODEGRAPH_WEIGHTS_FOLDERS", raising=False)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    dead = "http://127.0.0.1:1/"
    weights = [{"name": "net.onnx", "url": f"{dead}net.onnx", "sha256": hashlib.sha256(NET).hexdigest()}]
    checkpoints = [{"name": f"{name}.onnx", "url": f"{dead}{name}.onnx"} for name in ("mosaic", "candy")]
    common = {"protocol": "native", "tag": "somebody/echo:1"}
    entries = [
        {"name": "Echo", "id": "echo", "weights": weights, **common},
        {"name": "Paint", "id": "paint", "checkpoints": checkpoints, **common},
        {"name": "Learner", "id": "learner", "needsTraining": True, **common},
    ]
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    for name in ("net", "mosaic", "candy"):
        (folder / f"{name}.onnx").write_bytes(NET)
    return folder


def test_fetch_takes_the_files_from_a_folder_and_check_reads_them_again(
    cli: Cli, catalogue: Path, stick: Path, tmp_path: Path
) -> None:
    assert cli("models", "fetch", "echo", "--check", "--models", catalogue).code == 1
    result = cli("models", "fetch", "echo", "--from", stick, "--models", catalogue)
    assert result.code == 0
    assert str(tmp_path / "weights" / "echo") in result.out
    assert (tmp_path / "weights" / "echo" / "net.onnx").read_bytes() == NET
    assert "as they should be" in cli("models", "fetch", "echo", "--check", "--models", catalogue).out
    (tmp_path / "weights" / "echo" / "net.onnx").write_bytes(b"damaged")
    result = cli("models", "fetch", "echo", "--check", "--models", catalogue)
    assert result.code == 1
    assert "net.onnx is missing or damaged" in result.err


def test_fetch_without_a_network_says_so(cli: Cli, catalogue: Path) -> None:
    result = cli("models", "fetch", "echo", "--models", catalogue)
    assert result.code == 1
    assert "127.0.0.1:1 cannot be reached" in result.err
    assert "nodegraph models fetch echo --from FOLDER" in result.err


def test_fetch_takes_one_checkpoint(cli: Cli, catalogue: Path, stick: Path, tmp_path: Path) -> None:
    arguments = ("models", "fetch", "paint", "--from", stick, "--models", catalogue)
    assert cli(*arguments, "--checkpoint", "candy.onnx").code == 0
    assert [path.name for path in (tmp_path / "weights" / "paint").glob("*.onnx")] == ["candy.onnx"]
    result = cli(*arguments, "--checkpoint", "none")
    assert result.code == 2
    assert "mosaic.onnx, candy.onnx" in result.err


def test_fetch_of_a_model_that_must_be_trained_says_so(cli: Cli, catalogue: Path) -> None:
    result = cli("models", "fetch", "learner", "--models", catalogue)
    assert result.code == 1
    assert "Learner has to be trained before it is of use" in result.err


def test_fetch_from_nowhere_is_a_usage_error(cli: Cli, catalogue: Path, tmp_path: Path) -> None:
    result = cli("models", "fetch", "echo", "--from", tmp_path / "none", "--models", catalogue)
    assert result.code == 2
    assert "there is no folder" in result.err


def test_a_model_without_weights_needs_none(cli: Cli) -> None:
    assert "needs no weights" in cli("models", "fetch", "people").out


def test_disk_counts_weights_without_an_engine(cli: Cli, catalogue: Path, stick: Path) -> None:
    cli("models", "fetch", "echo", "--from", stick, "--models", catalogue)
    result = cli("models", "disk", "--models", catalogue)
    assert result.code == 0
    assert "echo" in result.out
    assert "No Docker engine answers" in result.err
    document = json.loads(cli("models", "disk", "--json", "--models", catalogue).out)
    (echo,) = [one for one in document["models"] if one["id"] == "echo"]
    assert echo["weights"] >= len(NET)
    assert document["weights"] >= echo["weights"]
    assert document["engine"] == ""


def test_remove_weights_keeps_ones_own(cli: Cli, catalogue: Path, stick: Path, tmp_path: Path) -> None:
    cli("models", "fetch", "echo", "--from", stick, "--models", catalogue)
    own = tmp_path / "weights" / "echo" / "checkpoints" / "mine.onnx"
    own.parent.mkdir()
    own.write_bytes(NET)
    result = cli("models", "remove", "echo", "--weights", "--models", catalogue)
    assert result.code == 0
    assert "kept checkpoints/mine.onnx" in result.out
    assert own.exists()
    assert not (tmp_path / "weights" / "echo" / "net.onnx").exists()
    document = json.loads(cli("models", "remove", "echo", "--weights", "--json", "--models", catalogue).out)
    assert document["kept"] == ["checkpoints/mine.onnx"]


def test_stop_wants_a_model_or_all(cli: Cli) -> None:
    for arguments in ((), ("people", "--all")):
        result = cli("models", "stop", *arguments)
        assert result.code == 2
        assert "--all" in result.err


def test_info_says_which_files_are_here(cli: Cli, catalogue: Path, stick: Path) -> None:
    assert "net.onnx, to fetch" in cli("models", "info", "echo", "--models", catalogue).out
    cli("models", "fetch", "echo", "--from", stick, "--models", catalogue)
    assert "net.onnx, here" in cli("models", "info", "echo", "--models", catalogue).out
    assert "mosaic.onnx, to fetch" in cli("models", "info", "paint", "--models", catalogue).out


def test_disk_says_when_the_engine_counts_for_somebody_else(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(engine: Engine) -> dict[str, int]:
        raise EngineError("a disk usage operation is already running")

    monkeypatch.setattr(Engine, "volume_sizes", busy)
    result = cli("models", "disk")
    assert result.code == 1
    assert "The Docker engine cannot count now: a disk usage operation is already running." in result.err
