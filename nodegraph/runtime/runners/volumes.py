"""How containers see a model's weights: a named volume, bound to our folder, or filled from it where that is elsewhere.

Every container and replica of a model on an engine shares the volume ``nodegraph-weights-ID``, which none of them may
write to, and, if its entry asks for a cache, ``nodegraph-cache-ID``.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.engines import labels
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.engines.docker_connection import EngineError
from nodegraph.runtime.engines.engines import KnownEngine
from nodegraph.runtime.engines.tarstream import stream_tar
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.runners.container_body import WEIGHTS
from nodegraph.runtime.runners.local_weights import local_weights, paths_of
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Watcher


def ready_weights(known: KnownEngine, launch: Launch, watcher: Watcher) -> None:
    """Have the weights of `launch` on this machine and its volume on the engine, which must have the image already.

    Raises ModelError or Cancelled.
    """
    if not launch.weights and not launch.untrained:
        return
    folder = local_weights(launch, watcher)
    if known.shares_folders is not False and _bind(known.engine, launch, folder):
        if known.shares_folders is None:
            known.shares_folders = _sees(known.engine, launch, folder)
        if known.shares_folders:
            return
        known.engine.remove_volume(launch.weights)
    _fill(known.engine, launch, folder, watcher)


def _bind(engine: Engine, launch: Launch, folder: Path) -> bool:
    """Have a volume that is our folder; False when there is another one of that name that is in use or filled."""
    found = engine.volume(launch.weights)
    if found is not None and not _is_bound(found, folder):
        if not _device(found):
            return False  # filled when the engine could not see our folder
        try:
            engine.remove_volume(launch.weights)  # of a folder that was moved: its files stay where they are
        except EngineError:
            return False
        found = None
    if found is None:
        engine.create_volume(launch.weights, {"type": "none", "o": "bind", "device": str(folder)}, labels.OURS)
    return True


def _is_bound(volume: Mapping[str, Any], folder: Path) -> bool:
    return _device(volume) == str(folder)


def _device(volume: Mapping[str, Any]) -> str:
    return str((volume.get("Options") or {}).get("device") or "")


def _sees(engine: Engine, launch: Launch, folder: Path) -> bool:
    """Whether a container sees our files through the volume; nothing is run for it."""
    path = next((path for path in paths_of(launch, folder) if (folder / path).is_file()), None)
    if path is None:
        raise ModelError(f"The weights of {launch.name} in {folder} hold no file.", "Put the files into that folder.")
    container = _still(engine, launch)
    try:
        return engine.stat(container, f"{WEIGHTS}/{path}") == _stat(folder / path)
    except EngineError:  # the engine looks for a folder that its machine does not have
        return False
    finally:
        engine.remove(container)


def _still(engine: Engine, launch: Launch) -> str:
    """A container that is never started, through which files are put into the volume."""
    body = {
        "Image": launch.image,
        "Cmd": ["/never"],
        "Labels": labels.labels(launch.id, launch.device),
        "HostConfig": {"Binds": [f"{launch.weights}:{WEIGHTS}:rw,nocopy"], "NetworkMode": "none"},
    }
    return engine.create(body, "")


def ready_cache(known: KnownEngine, launch: Launch) -> None:
    """Have the volume on the engine that a model may keep things in; where there is none it is made, and marked ours.

    Raises ModelError.
    """
    if launch.cache and known.engine.volume(launch.cache) is None:
        known.engine.create_volume(launch.cache, {}, labels.OURS)


# ---- filling --------------------------------------------------------------------------------------------------------


def _fill(engine: Engine, launch: Launch, folder: Path, watcher: Watcher) -> None:
    """Send what the volume lacks, file by file; one that is there with its size and time is not sent again."""
    if engine.volume(launch.weights) is None:
        engine.create_volume(launch.weights, {}, labels.OURS)
    container = _still(engine, launch)
    try:
        paths = paths_of(launch, folder)
        lacking = [path for path in paths if (folder / path).is_dir() or not _has(engine, container, folder, path)]
        if any((folder / path).is_file() for path in lacking):
            _Sending(engine, container, launch, folder, watcher).send(lacking)
    finally:
        engine.remove(container)


def _has(engine: Engine, container: str, folder: Path, path: str) -> bool:
    return engine.stat(container, f"{WEIGHTS}/{path}") == _stat(folder / path)


def _stat(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, int(found.st_mtime)


class _Sending:
    """Puts files into the volume through a container, telling bytes."""

    def __init__(self, engine: Engine, container: str, launch: Launch, folder: Path, watcher: Watcher) -> None:
        self._engine = engine
        self._container = container
        self._launch = launch
        self._folder = folder
        self._watcher = watcher
        self._done = 0
        self._total = 0

    def send(self, paths: list[str]) -> None:
        """Raises ModelError or Cancelled; files that arrived whole stay."""
        self._total = sum((self._folder / path).stat().st_size for path in paths if (self._folder / path).is_file())
        for path in paths:
            try:
                self._engine.put(self._container, WEIGHTS, self._archive(path))
            except (EngineError, ModelUnreachable) as error:
                raise self._failed(path, error) from error

    def _archive(self, path: str) -> Iterator[bytes]:
        said = f"{path}, sent to {self._engine.address}"
        try:
            for piece in stream_tar({path: self._folder / path}):
                self._watcher.cancel.check()
                self._done = min(self._total, self._done + (len(piece) if len(piece) > _HEADER else 0))
                self._watcher.stage(Stage.FETCHING, self._done, self._total, said)
                yield piece
        except OSError as error:
            message = f"{self._folder / path} cannot be read: {error.strerror or error}."
            raise ModelError(message, "Check the file, then start the model again.") from error

    def _failed(self, path: str, error: ModelError) -> ModelError:
        full = "no space left" in error.message.lower()
        why = "it has no room left" if full else error.message.rstrip(".")
        return ModelError(
            f"{path} of {self._launch.name} could not be sent to the Docker engine at {self._engine.address}: {why}.",
            "Free some room there: docker system df"
            if full
            else "Check that engine and its disk; then start it again.",
        )


_HEADER: Final = 1024
