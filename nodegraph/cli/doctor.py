"""``nodegraph doctor``: what this machine has, what is missing, and how to mend it."""

import argparse
import dataclasses
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from nodegraph.cli.codes import DONE
from nodegraph.cli.text import say, table
from nodegraph.core.errors import DocumentError, NodegraphError
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.session import Session, user_nodes

_ROOM = 2 << 30
"""Bytes that should be free: a model image and a few minutes of video."""
_SUFFIXES = {"prores": ".mov", "ffv1": ".mkv", "vp9": ".webm"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `fix` says what to do when it is missing."""

    name: str
    status: Literal["ok", "missing"]
    detail: str
    fix: str = ""


def doctor(arguments: argparse.Namespace) -> int:
    """Look at everything; missing things are no failure, for much works without them."""
    findings = list(_findings(arguments.engine))
    if arguments.json:
        say(json.dumps([dataclasses.asdict(one) for one in findings], indent=2))
        return DONE
    table((one.name, one.status, one.detail) for one in findings)
    missing = [one for one in findings if one.fix]
    if missing:
        say("\nto mend it")
        table((f"  {one.name}", one.fix) for one in missing)
    return DONE


def _findings(address: str) -> Iterator[Finding]:
    engine = partial(_engine, address)
    looks: tuple[Callable[[], Iterator[Finding]], ...] = (_nodes, engine, _gpu, _display, _cameras, _codecs, _disk)
    for look in looks:
        try:
            yield from look()
        except NodegraphError as error:
            yield Finding(getattr(look, "__name__", "engine").strip("_"), "missing", error.message, error.hint)


def _nodes() -> Iterator[Finding]:
    with Session() as session:
        registry = session.registry
        models = [id for id in registry.definitions if id.startswith("model.")]
        detail = (
            f"{len(registry.definitions) - len(models)} types, {len(models)} models; your own go into {user_nodes()}"
        )
        broken = [str(problem) for problem in registry.problems if problem.severity == "error"]
    fix = f"{broken[0]} (`nodegraph models check`)" if broken else ""
    yield Finding("nodes", "missing" if broken else "ok", detail, fix)


def _engine(address: str) -> Iterator[Finding]:
    from nodegraph.runtime.manage import engine_status

    status = engine_status(address)
    if not status.answers:
        fix = "Install and start Docker, or set DOCKER_HOST. Models with a local process run without it."
        if address:
            fix = "Models on this machine run without it."
        yield Finding("engine", "missing", status.message, fix)
        return
    memory = f", {status.memory / 2**30:.0f} GB" if status.memory else ""
    yield Finding("engine", "ok", f"Docker {status.version} at {status.address} ({status.system}{memory})")
    if status.gpu is False:
        fix = "Install the NVIDIA Container Toolkit for models in containers; without it they run on the CPU."
        yield Finding("engine gpu", "missing", "the engine gives containers no GPU", fix)
    elif status.gpu:
        yield Finding("engine gpu", "ok", "containers can have a GPU")


def _gpu() -> Iterator[Finding]:
    names = _gpu_names()
    if names:
        yield Finding("gpu", "ok", ", ".join(names))
    else:
        yield Finding(
            "gpu", "missing", "no NVIDIA driver answers", "Models run on the CPU. With a card: install its driver."
        )


def _gpu_names() -> list[str]:
    import subprocess

    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        done = subprocess.run(
            [program, "--query-gpu=name", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()] if done.returncode == 0 else []


def _display() -> Iterator[Finding]:
    from nodegraph.editor.views.display import why_no_window

    screen = next((f"{key}={os.environ[key]}" for key in ("WAYLAND_DISPLAY", "DISPLAY") if os.environ.get(key)), "")
    if screen or sys.platform in ("win32", "darwin"):
        yield Finding("display", "ok", screen or "the desktop's")
    else:
        yield Finding(
            "display", "missing", "DISPLAY and WAYLAND_DISPLAY are not set", "Windows need a desktop session."
        )
    if importlib.util.find_spec("pygame") is None:
        yield Finding("window", "missing", "pygame-ce is not installed", 'pip install "nodegraph[window]"')
    message, hint = why_no_window()
    yield Finding("editor", "missing" if message else "ok", message or "its window can be opened", hint)


def _cameras() -> Iterator[Finding]:
    from cv2_enumerate_cameras import enumerate_cameras

    found = sorted({(one.index, one.name) for one in enumerate_cameras()})
    if found:
        yield Finding("cameras", "ok", ", ".join(f"{index} ({name})" for index, name in found))
    else:
        fix = "Plug one in (on Linux your user must be in the group video), or use source.test_pattern."
        yield Finding("cameras", "missing", "none found", fix)


def _codecs() -> Iterator[Finding]:
    """Each codec of the video sink writes a few frames: what is listed here works."""
    with Session() as session, tempfile.TemporaryDirectory() as folder:
        found = session.registry.find("sink.video_file")
        codec = found.spec.param("codec") if found else None
        names = [name for name in codec.choices if name != "auto"] if codec else []
        results = {name: _try_codec(session, name, Path(folder)) for name in names}
    good = [name for name, why in results.items() if not why]
    bad = [f"{name}: {why}" for name, why in results.items() if why]
    if good:
        yield Finding("codecs", "ok", ", ".join(good))
    if bad or not good:
        fix = "Install PyAV from its wheel: pip install --force-reinstall av"
        yield Finding("codecs", "missing", "; ".join(bad) or "no video can be written", fix)


def _try_codec(session: Session, name: str, folder: Path) -> str:
    """Why the codec does not work, "" when it does."""
    path = folder / f"{name}{_SUFFIXES.get(name, '.mp4')}"
    nodes = {
        "pattern": GraphNode("pattern", "source.test_pattern", {"width": 128, "height": 72}),
        "file": GraphNode("file", "sink.video_file", {"path": str(path), "codec": name, "effort": "fast"}),
    }
    try:
        with session.run(Graph(nodes, (Wire("pattern", "image", "file", "image"),)), "offline", frames=3) as run:
            run.wait(30)
    except DocumentError as error:
        return str(error.problems[0])
    return run.failure.message if run.failure else "" if path.is_file() else "nothing was written"


def _disk() -> Iterator[Finding]:
    import platformdirs

    for name, folder in (("disk", Path.cwd()), ("disk for state", platformdirs.user_state_path("nodegraph"))):
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        free = shutil.disk_usage(there).free
        low = free < _ROOM
        yield Finding(
            name,
            "missing" if low else "ok",
            f"{free / 2**30:.1f} GB free at {there}",
            "Free some space; a full disk ends a run." if low else "",
        )
