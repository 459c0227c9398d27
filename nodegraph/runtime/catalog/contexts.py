"""Which folders a catalogue may have an image built from: every file in one is sent to the Docker engine.

That is a folder below the catalogue's own, one of the models that ship with us, or the one the person agreed to when
they added the model. It is never the whole disk or a whole home.
"""

from pathlib import Path

from nodegraph.core.errors import Problem
from nodegraph.core.resources import data_folder
from nodegraph.runtime.catalog.values import shown
from nodegraph.runtime.consent import agreed_folder
from nodegraph.runtime.entry import Build, ModelEntry


def context_problem(entry: ModelEntry, folder: Path) -> Problem | None:
    """Why the image of `entry`, of a catalogue in `folder`, must not be built as it says; None if it may."""
    if entry.build is None:
        return None
    where = f"{entry.where}.build"
    try:
        return _problem(entry.id, entry.build, folder, where)
    except (OSError, RuntimeError, ValueError):  # links in a circle, or what no folder can be called
        message = f"{shown(str(entry.build.context))} cannot be a folder that an image is built from."
        return Problem(where, message, "Correct its `context` and `dockerfile`.")


def _problem(id: str, build: Build, folder: Path, where: str) -> Problem | None:
    context = build.context.resolve()
    written = shown(str(context))
    if is_everything(context):
        hint = "Move the model into a folder of its own."
        return Problem(where, f"{written} is the whole disk or a home: all of it would be sent to the engine.", hint)
    if _lies_in(build, folder) or _lies_in(build, data_folder()):
        return None
    agreed = agreed_folder(id)
    if agreed is not None and _lies_in(build, agreed):
        return None
    if not build.dockerfile.resolve().is_relative_to(context):
        message = f"{shown(str(build.dockerfile))} is not in the folder that the image is built from."
        return Problem(f"{where}.dockerfile", message, "Put the Dockerfile into that folder.")
    message = f"{written} is not below the catalogue's folder: building sends every file in it to the engine."
    hint = f"Look at it, then agree: nodegraph models add {context} --id {id} --replace"
    return Problem(where, message, hint)


def is_everything(folder: Path) -> bool:
    """Whether a folder holds a home: the disk, ``/home``, a home itself."""
    folder = folder.resolve()
    try:
        return Path.home().resolve().is_relative_to(folder)
    except RuntimeError:  # nobody's home is known
        return folder == Path(folder.anchor)


def _lies_in(build: Build, allowed: Path) -> bool:
    return all(path.resolve().is_relative_to(allowed.resolve()) for path in (build.context, build.dockerfile))
