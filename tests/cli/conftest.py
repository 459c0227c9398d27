"""The command line in this process (quick) and as a process of its own (for signals and start-up)."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nodegraph.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """cli("run", ...): in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Result:
        code = main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Result(code, out, err)

    return call


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """spawn("run", ...): as a process of its own, in an empty folder; ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object, **options: Any) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "nodegraph", *map(str, arguments)]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path, **options.pop("env", {})},
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


PATTERN = {"type": "source.test_pattern", "params": {"width": 160, "height": 90}}


@pytest.fixture
def preset(tmp_path: Path) -> Callable[..., Path]:
    """preset(nodes, wires, name=...): a preset file; without arguments a pattern, blurred, into out.mp4."""

    def write(nodes: dict[str, Any] | None = None, wires: list[str] | None = None, name: str = "p.json") -> Path:
        nodes = nodes or {
            "pattern": PATTERN,
            "blur": {"type": "filter.gaussian_blur"},
            "out": {"type": "sink.video_file", "params": {"path": "out.mp4"}},
        }
        pairs = [wire.split("->") for wire in wires or ["pattern.image->blur.image", "blur.image->out.image"]]
        graph = {"nodes": nodes, "wires": [{"from": start, "to": end} for start, end in pairs]}
        path = tmp_path / name
        path.write_text(json.dumps({"format": 1, "id": path.stem, "graph": graph}), encoding="utf-8")
        return path

    return write
