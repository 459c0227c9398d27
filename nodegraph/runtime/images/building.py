"""One build on an engine: the context with local wheels, arguments from the environment, each step told."""

import textwrap
from collections.abc import Mapping
from typing import Final

from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.entry import Build
from nodegraph.runtime.images.dockerfile import WHEELS, Recipe
from nodegraph.runtime.images.progress import build_lines
from nodegraph.runtime.images.sources import arguments_of, recipe_of
from nodegraph.runtime.images.wheels import local_wheels
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Watcher

_LINE: Final = 100  # characters of a step that are told; the log has all of it


def run_build(
    engine: Engine, image: str, build: Build, marks: Mapping[str, str], watcher: Watcher, prefix: str = ""
) -> None:
    """Build `image` with the labels `marks`; steps are told behind `prefix`. Raises EngineError or Cancelled."""
    recipe = recipe_of(build)
    wheels = local_wheels(recipe.wheels)
    for name in sorted(wheels):
        watcher.log(f"uses {wheels[name]}")
    watcher.stage(Stage.BUILDING, message=prefix.rstrip(": "))
    steps = engine.build(
        build.context,
        build.dockerfile,
        image,
        marks,
        watcher.cancel,
        arguments={name: value for name, value in arguments_of(build).items() if name in recipe.arguments},
        extra=wheels,
        exclude=_unused_wheels(recipe),
    )
    for item in steps:
        for line in build_lines(item):
            watcher.log(line)
            if line.startswith("Step "):
                watcher.stage(Stage.BUILDING, message=prefix + textwrap.shorten(line, _LINE, placeholder=" …"))


def _unused_wheels(recipe: Recipe) -> tuple[str, ...]:
    """Patterns that keep large wheels out of the context of what does not use them."""
    folder = WHEELS.rstrip("/")
    if "." in recipe.sources or folder in recipe.sources:
        return ()
    return (folder, *(f"!{WHEELS}{pattern}" for pattern in recipe.wheels))
