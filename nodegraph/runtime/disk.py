"""What models take on disk (images, weights here, volumes of engines), and removing their weights and caches."""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.engines import labels
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.engines.docker_connection import EngineError
from nodegraph.runtime.engines.engines import engine_at
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.images.variant import images_of
from nodegraph.runtime.launch import launch_of
from nodegraph.runtime.weights.places import weights_folder, weights_volume
from nodegraph.runtime.weights.removal import bytes_in, remove_fetched


@dataclass(frozen=True)
class ModelRoom:
    """What one model takes, in bytes.

    image: 0 when the engine has none; layers it shares with other models' count in full. weights: the files in
    `folder`, the person's own too. volume: a copy of them on the engine, 0 when there is none or it is `folder`
    itself, -1 when the engine does not say. cache: what its server made of them on the engine, likewise.
    """

    id: str
    name: str
    image: int
    weights: int
    volume: int
    folder: Path
    cache: int = 0

    @property
    def removable(self) -> int:
        """What `remove_weights` may free, the person's own files counted in."""
        return self.weights + max(0, self.volume) + max(0, self.cache)


@dataclass(frozen=True)
class Room:
    """What all of them take. images: layers that several share are counted once. old: what images that a newer build
    replaced take beyond that. engine: its address; "" without an answer, then only weights are known.
    """

    models: tuple[ModelRoom, ...]
    images: int
    weights: int
    volumes: int
    old: int
    engine: str
    caches: int = 0


@dataclass(frozen=True)
class Removed:
    """What a removal of weights did. kept: files that nobody can fetch again, by name."""

    size: int
    kept: tuple[str, ...]


def room_of(entries: Iterable[ModelEntry], engine: str = "") -> Room:
    """What the models take; takes a while, for the engine counts. Works, and says less, without an engine.

    Raises ModelError for an engine that was asked for by address and does not answer, and for one that is busy.
    """
    listed = list(entries)
    door = engine_at(engine).engine
    try:
        counts: Mapping[str, int] | None = door.volume_sizes()
    except ModelUnreachable:
        if engine:
            raise
        counts = None
    except EngineError as error:  # it counts for somebody else just now
        words = error.message.rstrip(".")
        raise ModelError(f"The Docker engine cannot count now: {words}.", "Try again in a moment.") from error
    layers: dict[int, int] = {}
    models = tuple(_room_of(entry, door, counts, layers) for entry in listed)
    images = sum(layers.values())
    for one in door.replaced_images(labels.IMAGE) if counts is not None else ():
        _add_layers(door, one, layers)
    return Room(
        models,
        images,
        sum(one.weights for one in models),
        sum(max(0, one.volume) for one in models),
        sum(layers.values()) - images,
        "" if counts is None else door.address,
        sum(max(0, one.cache) for one in models),
    )


def remove_old_images(engine: str = "") -> int:
    """Remove the images we built that a newer build replaced and nothing uses; how many. Raises ModelUnreachable."""
    door, count = engine_at(engine).engine, 0
    for one in door.replaced_images(labels.IMAGE):
        with contextlib.suppress(EngineError):  # a container or another image still needs it
            count += door.remove_image(one)
    return count


def remove_weights(entry: ModelEntry, engine: str = "") -> Removed:
    """Remove what was fetched for a model here, and its volumes on the engine. The person's own files are kept.

    Raises ModelError while a container of it runs.
    """
    volumes = [weights_volume(entry.id), *filter(None, [launch_of(entry, {"kind": "container"}).cache])]
    door = engine_at(engine).engine
    try:
        running = [one for one in door.containers({**labels.OURS, labels.ENTRY: entry.id}) if one["State"] == "running"]
        if running:
            message = f"{entry.name} is running with these weights."
            raise ModelError(message, f"Stop it first: nodegraph models stop {entry.id}")
        for volume in volumes:
            door.remove_volume(volume)
    except ModelUnreachable:
        if engine:
            raise  # without an engine there is no volume either
    except EngineError as error:
        raise ModelError(f"The volumes of {entry.name} cannot be removed: {error.message.rstrip('.')}.") from error
    size, kept = remove_fetched(entry)
    return Removed(size, kept)


def _room_of(entry: ModelEntry, door: Engine, counts: Mapping[str, int] | None, layers: dict[int, int]) -> ModelRoom:
    folder = weights_folder(entry.id)
    image = volume = cache = 0
    if counts is not None:
        launch = launch_of(entry, {"kind": "container"})
        mine: dict[int, int] = {}
        for name in images_of(launch):
            _add_layers(door, name, mine)
        layers |= mine
        image = sum(mine.values())
        volume = _volume_size(door, weights_volume(entry.id), counts)
        cache = counts.get(launch.cache, 0)
    return ModelRoom(entry.id, entry.name, image, bytes_in(folder), volume, folder, cache)


def _add_layers(door: Engine, name: str, layers: dict[int, int]) -> None:
    """Add an image's bytes to `layers`, by step with everything below it: images made alike share those layers."""
    below = 0
    for step in reversed(door.history(name)):
        size = int(step.get("Size") or 0)
        below = hash((below, step.get("Created"), step.get("CreatedBy"), size))
        layers[below] = size


def _volume_size(door: Engine, name: str, counts: Mapping[str, int]) -> int:
    if name not in counts:
        return 0
    found = door.volume(name) or {}
    return 0 if (found.get("Options") or {}).get("device") else counts[name]
