"""Images of ours that a model's Dockerfile builds upon: ``FROM nodegraph/NAME:TAG`` is built from the folder NAME."""

import contextlib
import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from nodegraph.core.errors import ModelError
from nodegraph.core.resources import data_folder
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.engines.docker_connection import EngineError
from nodegraph.runtime.engines.labels import IMAGE, SOURCE
from nodegraph.runtime.entry import Build
from nodegraph.runtime.images.building import run_build
from nodegraph.runtime.images.sources import fingerprint, recipe_of
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Watcher

OUTDATED: Final = "outdated base"
"""The fingerprint of an image on a base that could not be built anew: it fits nothing, so both are tried again."""
_OURS = re.compile(r"nodegraph/([a-z0-9][a-z0-9._-]*)(?::[\w.-]+)?")
_BUILDING: dict[tuple[str, str], threading.Lock] = {}
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Base:
    """An image that others build upon, how it is built, and what it builds upon itself."""

    image: str
    build: Build
    bases: tuple["Base", ...] = ()


def bases_of(build: Build, above: tuple[str, ...] = ()) -> tuple[Base, ...]:
    """The bases with a folder: in the build's own context, else among the shipped models.

    One without a folder must be on the engine or in a registry. Raises ModelError when they go round in a circle.
    """
    found = []
    for image in recipe_of(build).bases:
        if image in above:
            circle = " → ".join((*above[above.index(image) :], image))
            raise ModelError(f"The image {image} is built upon itself: {circle}.", "Correct the FROM of one of them.")
        how = _build_of(image, build)
        if how is not None:
            found.append(Base(image, how, bases_of(how, (*above, image))))
    return tuple(found)


def source_of(engine: Engine, build: Build, bases: tuple[Base, ...]) -> str:
    """What an image built now is made of: a fingerprint of its files and of its bases'.

    A base that somebody built by hand is used as it is, whatever its folder says.
    """
    total = hashlib.sha256(fingerprint(build).encode())
    for base in bases:
        known = _label(engine.image(base.image))
        total.update((known if known == "" else source_of(engine, base.build, base.bases)).encode())
    return total.hexdigest()


def ensure_bases(engine: Engine, bases: tuple[Base, ...], watcher: Watcher) -> bool:
    """Build those that are missing or whose folder changed; whether all are as their folders say.

    An older one is better than none: the person is told. Raises ModelError when one is missing and cannot be built.
    """
    current = [_ensure(engine, base, watcher) for base in bases]
    return all(current)


def _ensure(engine: Engine, base: Base, watcher: Watcher) -> bool:
    with _turn(engine, base.image, watcher):
        found = engine.image(base.image)
        if found is not None and _label(found) in ("", source_of(engine, base.build, base.bases)):
            return True
        try:
            return _build(engine, base, watcher)
        except ModelError as error:
            if found is None:
                raise
            watcher.log(str(error))
            watcher.note(f"The base image {base.image} is an older one: its folder changed and it cannot be built.")
            return False


def _build(engine: Engine, base: Base, watcher: Watcher) -> bool:
    is_current = ensure_bases(engine, base.bases, watcher)
    source = source_of(engine, base.build, base.bases) if is_current else OUTDATED
    try:
        run_build(engine, base.image, base.build, {IMAGE: base.image, SOURCE: source}, watcher, f"{base.image}: ")
    except EngineError as error:
        words = f'{error.message.rstrip(". ")}. The build\'s last words: "{watcher.tail()}".'
        raise ModelError(
            f"The base image {base.image} could not be built from {base.build.dockerfile}: {words}",
            "Has the engine a network and enough space? docs/runtime.md, Images, says how to build it by hand.",
        ) from error
    return is_current


def _build_of(image: str, build: Build) -> Build | None:
    match = _OURS.fullmatch(image)
    for folder in (build.context, data_folder() / "models") if match else ():
        dockerfile = folder / match[1] / "Dockerfile" if match else folder
        if dockerfile.is_file() and dockerfile != build.dockerfile:
            return Build(folder, dockerfile)
    return None


def _label(found: Any) -> str | None:
    """The fingerprint an image of ours carries, "" for one somebody else built, None for no image."""
    return None if found is None else ((found.get("Config") or {}).get("Labels") or {}).get(SOURCE, "")


@contextlib.contextmanager
def _turn(engine: Engine, image: str, watcher: Watcher) -> Iterator[None]:
    """One build of a base at a time: several models that start together need the same one."""
    with _LOCK:
        lock = _BUILDING.setdefault((engine.address, image), threading.Lock())
    if not lock.acquire(blocking=False):
        watcher.stage(Stage.BUILDING, message=f"waits for {image}, which another model builds")
        while not lock.acquire(timeout=0.2):
            watcher.cancel.check()
    try:
        yield
    finally:
        lock.release()
