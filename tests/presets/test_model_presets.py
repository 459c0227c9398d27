"""The shipped presets whose models need weights: run for real, every model in its own container, with tiny weights."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph.session import Found, Session, shipped_presets
from tests.presets.test_shipped_presets import in_containers, runnable
from tests.presets.tiny_weights import catalogue, make

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]
FOUND = [one for one in shipped_presets()[0] if in_containers(one)]


@pytest.fixture(scope="module")
def session(docker_engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("weights")
    folder.chmod(0o755)
    make(folder / "home", folder / "scratch")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NODEGRAPH_WEIGHTS_HOME", str(folder / "home"))
        with Session([catalogue(folder / "models.json")], []) as session:
            yield session


@pytest.mark.parametrize("found", FOUND, ids=[one.preset.id for one in FOUND])
def test_a_preset_runs_with_its_models_in_containers(
    found: Found, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    graph = session.resolve_paths(runnable(found, session, tmp_path), found.base)
    with session.run(graph, "offline", frames=3) as run:
        assert run.wait(300)
    assert run.failure is None, run.failure
    assert run.stats().frames_out >= 2
    (path,) = session.outputs_of(graph)
    assert path.stat().st_size > 100
