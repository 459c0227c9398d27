"""What the command line does with models without running a graph: look, pull, build, start, stop, logs, remove."""

import functools
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nodegraph.core.errors import ModelError, ModelUnreachable, UsageError
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.consent import agreed_secrets
from nodegraph.runtime.engines import labels
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.engines.engines import engine_at
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.images.images import build_image, pull_image
from nodegraph.runtime.images.variant import gpu_variant, images_of
from nodegraph.runtime.launch import Launch, launch_of
from nodegraph.runtime.lifecycle.by_hand import Teller
from nodegraph.runtime.lifecycle.folders import log_path, log_paths, state_folder
from nodegraph.runtime.lifecycle.logbook import LogBook
from nodegraph.runtime.lifecycle.supervisor import Supervisor
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.connect import connect
from nodegraph.runtime.runners.container import ContainerRunner, remove_kept
from nodegraph.runtime.runners.replicas import ReplicaRunner
from nodegraph.runtime.secrets import redacted, secret
from nodegraph.runtime.state import ServerListener, Stage

_CONTAINER: Mapping[str, Any] = {"kind": "container"}
_LINES = 200  # of a container that is stopped by hand
_TAIL = 256 * 1024  # bytes of a log file that are looked at


@dataclass(frozen=True)
class ModelStatus:
    """A model on this machine. image: its name, "" for none; gpu_image: the one for a GPU, "" when one is for both.

    present: the engine has one of them, gpu_present: the one for a GPU; None when it cannot say. running: the
    containers that serve it now; kept: those of them that `start` left running. process: it can run as a local process.
    """

    id: str
    name: str
    image: str
    present: bool | None
    running: int
    kept: int
    process: bool
    gpu_image: str = ""
    gpu_present: bool | None = None


@dataclass(frozen=True)
class EngineStatus:
    """A Docker engine. answers: else `message` says why not. gpu: None when that could not be tried. memory: bytes."""

    address: str
    answers: bool
    version: str = ""
    system: str = ""
    memory: int = 0
    gpu: bool | None = None
    message: str = ""


def statuses(entries: Iterable[ModelEntry], engine: str = "") -> list[ModelStatus]:
    """How the models stand; works, and says less, without an engine. Raises ModelError for one asked for by address."""
    door = engine_at(engine).engine
    try:
        found: list[Mapping[str, Any]] | None = _serving(door)
    except ModelUnreachable:
        if engine:
            raise
        found = None
    return [_status(door, entry, found) for entry in entries]


def engine_status(engine: str = "", probe_gpu: bool = True) -> EngineStatus:
    """How the engine does, for `nodegraph doctor`."""
    known = engine_at(engine)
    try:
        info = known.engine.info()
        gpu = known.probe_gpu() if probe_gpu else known.gpu
    except ModelError as error:
        return EngineStatus(engine or known.engine.address, False, message=str(error))
    version, system = str(info.get("ServerVersion", "")), str(info.get("OperatingSystem", ""))
    return EngineStatus(known.engine.address, True, version, system, int(info.get("MemTotal") or 0), gpu)


def pull(entry: ModelEntry, tell: ServerListener, cancel: Cancel | None = None, engine: str = "") -> None:
    """Pull the model's image, telling progress. Raises ModelError, or Cancelled after `cancel.set()`."""
    launch = _launch(entry, engine)
    pull_image(engine_at(engine).engine, launch, Teller(launch, tell, cancel or Cancel()))


def build(
    entry: ModelEntry, tell: ServerListener, cancel: Cancel | None = None, engine: str = "", gpu: bool = False
) -> None:
    """Build the model's image from its folder, telling progress; `gpu`: the one for a GPU.

    Raises UsageError when there is nothing to build it from, ModelError, or Cancelled.
    """
    if entry.build is None:
        raise UsageError(f"{entry.name} has no folder to build from.", f"Pull it: nodegraph models pull {entry.id}")
    usual = _launch(entry, engine)
    launch = gpu_variant(usual) if gpu else usual
    if launch is None:
        hint = f"Build that one: nodegraph models build {entry.id}"
        raise UsageError(f"{entry.name} has one image, for every device.", hint)
    build_image(engine_at(engine).engine, launch, Teller(launch, tell, cancel or Cancel()))


def start(
    entry: ModelEntry,
    place: Mapping[str, Any],
    tell: ServerListener,
    limits: Limits | None = None,
    cancel: Cancel | None = None,
) -> Endpoint:
    """Start a container that goes on after this program ends, or as many as the place has replicas.

    Runs use them instead of starting their own. Returns where it answers. Raises ModelError with why it does not run,
    or Cancelled after `cancel.set()`.
    """
    if place.get("kind", "container") != "container":
        raise UsageError("Only a container can be left running.", "Local processes are started by each run by itself.")
    limits, cancel = limits or Limits(), cancel or Cancel()
    launch = launch_of(entry, {**place, **_CONTAINER})
    runner = (ReplicaRunner if launch.replicas > 1 else ContainerRunner)(launch, limits, keep=True)
    teller = Teller(launch, tell, Cancel())
    keeper = Supervisor(launch, runner, functools.partial(connect, entry), teller.record, limits)
    keeper.start()
    try:
        _wait_until_ready(keeper, runner, cancel, limits)
        endpoint = keeper.endpoint()
        runner.let_go()
        teller.quiet = True
    finally:
        keeper.close()
    if endpoint is None:
        raise ModelUnreachable(f"{entry.name} ended as soon as it was ready.", f"nodegraph models logs {entry.id}")
    return endpoint


def _wait_until_ready(
    keeper: Supervisor, runner: ReplicaRunner | ContainerRunner, cancel: Cancel, limits: Limits
) -> None:
    """Of replicas all of them. Raises ModelError or Cancelled."""
    with cancel.interrupting(functools.partial(keeper.close, wait=False)):
        stage = keeper.record.wait(None).stage
    cancel.check()
    if stage is not Stage.READY:
        raise keeper.record.obstacle()
    if isinstance(runner, ReplicaRunner):
        runner.wait_for_all(limits.ready, cancel)


def stop(entry: ModelEntry, engine: str = "") -> int:
    """Stop the containers that `start` left running; how many there were. Those of running programs are theirs."""
    door = engine_at(engine).engine
    kept = [one for one in _serving(door) if _is_kept(one, entry.id)]
    for one in kept:
        _keep_log(door, one, entry.id, engine)
        remove_kept(door, one, Limits().stop)
    return len(kept)


def at_work(entry: ModelEntry, engine: str = "") -> int:
    """How many of the model's containers belong to programs that run; `stop` leaves them alone."""
    found = _serving(engine_at(engine).engine)
    return sum((one.get("Labels") or {}).get(labels.ENTRY) == entry.id and not _is_kept(one, entry.id) for one in found)


def _keep_log(door: Engine, container: Mapping[str, Any], id: str, engine: str) -> None:
    """Nobody listened to a container that was left running: what it printed would go with it."""
    book = LogBook(log_path(state_folder(), id, "container", engine))
    book.remark(f"{id}: what it printed until it was stopped by hand")
    for name in agreed_secrets(id):  # it was given no others
        secret(name)  # so that its value is hidden
    for line in door.log(str(container["Id"]), _LINES).splitlines():
        book.write(line)


def stop_all(engine: str = "") -> int:
    """Stop every container that `start` left running, of models of other catalogues too; how many there were.

    Also clears away what programs that died left behind. Those of running programs are theirs.
    """
    known = engine_at(engine)
    kept = known.engine.containers({**labels.OURS, labels.KEPT: "yes"})
    for one in kept:
        if id := (one.get("Labels") or {}).get(labels.ENTRY):
            _keep_log(known.engine, one, id, engine)
        remove_kept(known.engine, one, Limits().stop)
    known.reap()
    return len(kept)


def logs(entry: ModelEntry, lines: int = 200, engine: str = "") -> list[str]:
    """The newest lines of a container left running, else of the newest log kept of the model's servers.

    engine: only of those there, "" for all of this machine's and logs of every place.
    """
    door = engine_at(engine).engine
    try:
        kept = [one for one in _serving(door) if _is_kept(one, entry.id)]
        if kept:
            return _logs_of(door, entry, sorted(kept, key=_age), lines)
    except ModelUnreachable:
        pass  # the files are here all the same
    return kept_lines(entry, lines, ("container", engine) if engine else None)


def _logs_of(door: Engine, entry: ModelEntry, containers: list[Mapping[str, Any]], lines: int) -> list[str]:
    """Of several each one's newest lines, with its number."""
    for name in entry.secrets:
        secret(name)  # so that its value is hidden
    logs = [redacted(door.log(str(one["Id"]), lines // len(containers))).splitlines() for one in containers]
    if len(logs) == 1:
        return logs[0]
    return [f"[{number}] {line}" for number, log in enumerate(logs, 1) for line in log]


def _age(container: Mapping[str, Any]) -> tuple[int, str]:
    return int(container.get("Created") or 0), str(container["Id"])


def kept_lines(entry: ModelEntry, lines: int = 200, at: tuple[str, str] | None = None) -> list[str]:
    """The newest lines of the newest log file kept of the model's servers; asks no engine.

    at: only of those at this kind of place and this engine, None for all.
    """
    folder = state_folder()
    paths = [log_path(folder, entry.id, *at)] if at else log_paths(folder, entry.id)
    newest = max((path for path in paths if path.is_file()), key=lambda path: path.stat().st_mtime, default=None)
    return _last_lines(newest, lines) if newest else []


def memory(entry: ModelEntry, engine: str = "") -> int:
    """Bytes the model's running containers use, 0 when there are none. Raises ModelUnreachable."""
    door = engine_at(engine).engine
    mine = [one for one in _serving(door) if (one.get("Labels") or {}).get(labels.ENTRY) == entry.id]
    return sum(door.memory(str(one["Id"])) for one in mine)


def remove(entry: ModelEntry, engine: str = "") -> bool:
    """Remove the model's images; False when the engine has none. Raises ModelError while a container uses one."""
    door = engine_at(engine).engine
    if count := at_work(entry, engine):
        message = f"{entry.name} is at work in {count} of the engine's containers, so its image cannot be removed."
        raise ModelError(message, "Close the programs that use it first.")
    return sum(door.remove_image(image) for image in images_of(_launch(entry, engine))) > 0


def _launch(entry: ModelEntry, engine: str) -> Launch:
    return replace(launch_of(entry, _CONTAINER), engine=engine)


def _serving(door: Engine) -> list[Mapping[str, Any]]:
    return [one for one in door.containers(labels.OURS) if one.get("State") == "running"]


def _is_kept(container: Mapping[str, Any], id: str) -> bool:
    found = container.get("Labels") or {}
    return labels.KEPT in found and found.get(labels.ENTRY) == id


def _status(door: Engine, entry: ModelEntry, found: list[Mapping[str, Any]] | None) -> ModelStatus:
    image, gpu_image, *_ = *images_of(_launch(entry, "")), "", ""
    for_gpu = None if found is None or not gpu_image else door.image(gpu_image) is not None
    present = None if found is None or not image else bool(for_gpu) or door.image(image) is not None
    mine = [one for one in found or () if (one.get("Labels") or {}).get(labels.ENTRY) == entry.id]
    kept = sum(_is_kept(one, entry.id) for one in mine)
    process = entry.process is not None
    return ModelStatus(entry.id, entry.name, image, present, len(mine), kept, process, gpu_image, for_gpu)


def _last_lines(path: Path, count: int) -> list[str]:
    """Read from the end: a log may be large, and somebody who watches it asks every second."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        found = file.read().decode("utf-8", "replace").splitlines()
    return found[-count:] if size <= _TAIL else found[1:][-count:]
