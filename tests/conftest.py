"""What every test gets: private folders, and an engine or a screen where it asks for one.

`@pytest.mark.docker` and `@pytest.mark.display` (or the fixtures `docker_engine` and `display`) say what a test needs.
What is missing skips the test with the reason; with NODEGRAPH_REQUIRE_DOCKER=1 or NODEGRAPH_REQUIRE_DISPLAY=1, as in
CI, it fails instead. `make test` starts the engine; a bare `pytest` uses one that runs already.
"""

import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import docker
import pytest
from hypothesis import settings

from tests.gui.harness.screen import NoScreen, screen

ROOT = Path(__file__).resolve().parent.parent
BASE_IMAGE = "python:3.11-slim"


def pytest_configure(config: pytest.Config) -> None:
    folder = tempfile.mkdtemp(prefix="nodegraph-tests-")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "NODEGRAPH_HOME"):
        os.environ[name] = str(Path(folder, name.lower()))
    os.environ.pop("NODEGRAPH_CATALOGUE", None)
    os.environ["OPENCV_FOR_THREADS_NUM"] = "1"
    settings.register_profile("nodegraph", deadline=None, database=None)
    settings.load_profile("nodegraph")


def pytest_itemcollected(item: pytest.Item) -> None:
    names = getattr(item, "fixturenames", ())
    if "docker_engine" in names:
        item.add_marker(pytest.mark.docker)
    if "display" in names:
        item.add_marker(pytest.mark.display)


@pytest.fixture(autouse=True)
def _what_the_markers_ask_for(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("docker"):
        request.getfixturevalue("docker_engine")
    if request.node.get_closest_marker("display"):
        request.getfixturevalue("display")


@pytest.fixture(scope="session")
def docker_engine() -> str:
    """The address of a Docker engine that answers and has the Python base image; DOCKER_HOST is set to it."""
    found = subprocess.run(
        [str(ROOT / "scripts" / "dockerd-up.sh"), "--find"], capture_output=True, text=True, timeout=60, check=False
    )
    if found.returncode != 0:
        _missing("DOCKER", found.stderr.strip() or "no Docker engine answers")
    os.environ["DOCKER_HOST"] = host = found.stdout.strip().removeprefix("DOCKER_HOST=")
    client = docker.DockerClient(base_url=host, timeout=30)
    try:
        client.images.get(BASE_IMAGE)
    except docker.errors.ImageNotFound:
        _missing("DOCKER", f"the engine has no image {BASE_IMAGE} (scripts/dockerd-up.sh makes it)")
    finally:
        client.close()
    return host


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """A private X screen of 1280×800; DISPLAY is set to it."""
    with ExitStack() as stack:
        try:
            name = stack.enter_context(screen())
        except NoScreen as why:
            _missing("DISPLAY", str(why))
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("DISPLAY", name)
        yield name


def _missing(what: str, reason: str) -> None:
    if os.environ.get(f"NODEGRAPH_REQUIRE_{what}") == "1":
        pytest.fail(f"{reason}; NODEGRAPH_REQUIRE_{what}=1 asks for it", pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"skipped {count}: {reason}")


def _reason(report: pytest.TestReport) -> str:
    longrepr = report.longrepr
    return str(longrepr[2] if isinstance(longrepr, tuple) else longrepr).removeprefix("Skipped: ")
