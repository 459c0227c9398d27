"""One editor for many tests: it is started once, each test begins on a document of its own."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.gui.graphs import row_of_three
from tests.gui.harness import Window, open_window, screen


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """A screen of its own: tests of other windows look at theirs."""
    if os.environ.get("NODEGRAPH_REQUIRE_DISPLAY") == "1" or shutil.which("Xvfb"):
        with screen() as name:
            yield name
    else:
        pytest.skip("no Xvfb (Debian: apt-get install xvfb)")


@pytest.fixture(scope="module")
def shared(display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """An editor for the tests of one file; use `gui`. With NODEGRAPH_DRAW=1 there is something to be seen."""
    if shutil.which("xdotool") is None:
        pytest.skip("no xdotool (Debian: apt-get install xdotool)")
    with open_window(display, tmp_path_factory.mktemp("home"), drawn=os.environ.get("NODEGRAPH_DRAW") == "1") as window:
        yield window


@pytest.fixture
def gui(shared: Window, tmp_path: Path) -> Window:
    """The shared editor on pattern → blur → screen and an invert, at zoom 1, with nothing open or selected."""
    begin(shared, row_of_three(tmp_path))
    return shared


def begin(window: Window, document: Path) -> None:
    """Another document, without questions; what a test before left open is closed."""
    window.ask("[editor.dialogs.close() for _ in range(9) if editor.dialogs.current]")
    window.ask("(editor.palette.close(), editor.finder.close(), editor.settings.panels.clear())")
    window.ask("editor.notices.dismiss()")
    window.ask("setattr(editor.settings, 'snap', False)")
    window.ask(f"editor.documents.open({str(document)!r})")
    window.frames(2)
    window.ask("[setattr(editor.canvas.camera, name, value) for name, value in dict(zoom=0.8, x=-20, y=-60).items()]")
    window.frames(4)


_REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_REPORT] = report
    return report


@pytest.fixture(autouse=True)
def _no_mistakes(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that uses the shared window leaves no traceback in it."""
    yield
    if "shared" in request.fixturenames:
        window: Window = request.getfixturevalue("shared")
        if window.process.poll() is None:
            report = request.node.stash.get(_REPORT, None)
            if report is not None and report.failed:
                window.screenshot(window.home / f"{request.node.name}.png")
                print(f"This is what the window showed: {window.home / request.node.name}.png")
            mistakes = window.ask("app.mistakes[:]")
            window.ask("app.mistakes.clear()")
            assert not mistakes, mistakes[0]
