"""The wheel, in an environment that has its dependencies but not this checkout, does the main job from any folder."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


def call(*command: str | Path, cwd: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a new environment: the wheel itself, and this one's packages but no editable install."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    call(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel, cwd=home)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = call(python, "-c", "import nodegraph, nodes; print(nodegraph.__file__, nodes.__file__)", cwd=home)
    assert all(str(path).startswith(str(home)) for path in where.split()), where
    return home / "bin"


def test_the_wheel_carries_everything_it_needs_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"nodegraph/_data/models.json", "nodegraph/_data/assets/sample.mp4", "nodegraph/py.typed"} <= set(names)
    assert {"nodegraph/_data/presets/starter.json", "nodegraph/_data/assets/presets/starter.jpg"} <= set(names)
    assert "nodegraph/_data/assets/models/people.jpg" in names
    fonts = sorted(path.name for path in (ROOT / "nodegraph/editor/views/fonts").iterdir())
    assert sum(name.endswith("OFL.txt") for name in fonts) == 3
    assert {f"nodegraph/editor/views/fonts/{name}" for name in fonts} <= set(names)
    committed = subprocess.run(["git", "ls-files", "models", "presets"], cwd=ROOT, capture_output=True, text=True)
    if committed.returncode == 0:
        assert {f"nodegraph/_data/{name}" for name in committed.stdout.split()} <= set(names)
    assert [name for name in names if "__pycache__" in name or name.split("/")[0] in ("tests", "scripts")] == []
    assert wheel.stat().st_size < 8_000_000


def test_the_installed_wheel_runs_the_starter_preset_from_an_unrelated_folder(installed: Path, tmp_path: Path) -> None:
    video = tmp_path / "somewhere else" / "starter.mp4"
    video.parent.mkdir()
    said = call(installed / "nodegraph", "run", "starter", "--frames", "20", "--output", video, cwd=video.parent)
    capture, means = cv2.VideoCapture(str(video)), []
    while True:
        ok, frame = capture.read()
        if not ok:
            break
        means.append(float(np.std(frame)))
    capture.release()
    assert len(means) == 20, said
    assert min(means) > 10  # pictures, not black frames
