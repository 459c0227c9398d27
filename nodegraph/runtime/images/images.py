"""Making sure that the engine has a model's image: there already, built from its folder, or pulled."""

from collections.abc import Mapping
from typing import Any

from nodegraph.core.errors import ModelError
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.engines.docker_connection import EngineError, NoSuchImage
from nodegraph.runtime.engines.labels import IMAGE, SOURCE
from nodegraph.runtime.images.bases import OUTDATED, bases_of, ensure_bases, source_of
from nodegraph.runtime.images.building import run_build
from nodegraph.runtime.images.identity import check_identity
from nodegraph.runtime.images.progress import PullProgress
from nodegraph.runtime.images.sources import recipe_of
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Watcher


def ensure_image(engine: Engine, launch: Launch, watcher: Watcher) -> None:
    """Build or pull the image unless the engine has it. Raises ModelError or Cancelled."""
    if not launch.image:
        hint = "Give its entry a `tag`, a `digest` or a `build` folder."
        raise ModelError(f"{launch.name} names no Docker image that can be fetched.", hint)
    found = engine.image(launch.image)
    check_identity(launch, found)
    if found is not None:
        _renew(engine, launch, watcher, found)
    elif launch.build is not None:
        build_image(engine, launch, watcher)
    else:
        pull_image(engine, launch, watcher)


def _renew(engine: Engine, launch: Launch, watcher: Watcher, found: Mapping[str, Any]) -> None:
    """Build an image of ours anew when what it is made of changed: an older server would answer otherwise.

    An image that somebody else built or pulled is used as it is.
    """
    known = ((found.get("Config") or {}).get("Labels") or {}).get(SOURCE)
    if launch.build is None or known is None or known == source_of(engine, launch.build, bases_of(launch.build)):
        return
    try:
        build_image(engine, launch, watcher)
    except ModelError as error:
        watcher.log(str(error))
        watcher.note(f"{launch.name} runs from an older image: its folder changed, and it could not be built anew.")


def pull_image(engine: Engine, launch: Launch, watcher: Watcher) -> None:
    """Pull it, telling bytes. Raises ModelError or Cancelled."""
    watcher.stage(Stage.PULLING)
    progress = PullProgress()
    try:
        for item in engine.pull(launch.image, watcher.cancel):
            progress.add(item)
            waiting = str(item["status"]) if str(item.get("status", "")).startswith("Retrying") else ""
            watcher.stage(Stage.PULLING, progress.done, progress.total, waiting)
    except NoSuchImage as error:
        message = f"The image {launch.image} of {launch.name} was not found: {_ended(error.message)}"
        raise ModelError(message, "Check its `tag`, or log in (docker login) if it is private.") from error
    except EngineError as error:
        message = f"The image {launch.image} of {launch.name} could not be pulled: {_ended(error.message)}"
        raise ModelError(message, "Check the network connection and the image's name, then start it again.") from error
    watcher.log(f"pulled {launch.image}")


def build_image(engine: Engine, launch: Launch, watcher: Watcher) -> None:
    """Build it from its folder, first the bases it needs, telling each step. Raises ModelError or Cancelled."""
    build = launch.build
    if build is None or not build.dockerfile.is_file():
        where = build.dockerfile if build else "no folder"
        raise ModelError(f"{launch.name} cannot be built: there is no Dockerfile ({where}).", "Correct its `build`.")
    unknown = sorted(build.arguments.keys() - recipe_of(build).arguments)
    if unknown:
        message = f"{launch.name} cannot be built for a GPU: its Dockerfile has no ARG {', '.join(unknown)}."
        raise ModelError(message, f"Correct `gpu` in its `build`, or {build.dockerfile}.")
    bases = bases_of(build)
    source = source_of(engine, build, bases) if ensure_bases(engine, bases, watcher) else OUTDATED
    try:
        run_build(engine, launch.image, build, {IMAGE: launch.id, SOURCE: source}, watcher)
    except EngineError as error:
        tail = watcher.tail()
        words = f'{_ended(error.message)} The build\'s last words: "{tail}".' if tail else _ended(error.message)
        raise ModelError(
            f"The image of {launch.name} could not be built from {build.dockerfile}: {words}",
            f"The whole build log: nodegraph models logs {launch.id}",
        ) from error


def _ended(words: str) -> str:
    return words.rstrip(". ") + "."
