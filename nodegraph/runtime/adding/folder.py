"""A folder with a Dockerfile, with or without the entry that says what its server is."""

import os
from pathlib import Path
from typing import Any

from nodegraph.core.errors import DocumentError, Problem, UsageError
from nodegraph.runtime.adding.facts import container_facts, facts_about, process_facts, read_entry, size_text
from nodegraph.runtime.adding.ids import id_for, problems_with
from nodegraph.runtime.adding.plan import Fact, Plan, Wishes, Written
from nodegraph.runtime.adding.trial import PATIENCE, first_of, naming_the_log, ports_of, tried
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.catalog.catalog import slug
from nodegraph.runtime.catalog.contexts import is_everything
from nodegraph.runtime.catalog.text import CatalogSyntaxError, read_values
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.state import ServerListener

_LARGE = 500_000_000  # bytes: from here on a build feels like it hangs
_NEW = "`nodegraph models new NAME` writes a folder that works."


def entry_of_folder(folder: Path) -> ModelEntry:
    """The model in a folder with an entry.json. Raises UsageError without one, DocumentError when it is wrong."""
    raw = read_raw(folder)
    if raw is None:
        raise UsageError(f"{folder} has no entry.json, which says what its model is.", _NEW)
    return read_entry(_anchored(raw, folder), f"{folder}/entry.json")[0]


def plan_folder(folder: Path, wishes: Wishes) -> Plan:
    """Read the folder and plan its entry. Raises UsageError when it is no model's, DocumentError for a wrong entry."""
    folder = folder.resolve()
    if is_everything(folder):
        message = f"{folder} is the whole disk or a home: all of it would be sent to the Docker engine."
        raise UsageError(message, "Move the model into a folder of its own.")
    raw = read_raw(folder)
    if raw is None:
        _check_dockerfile(folder)
        return _unknown(folder, wishes)
    return _known(folder, raw, wishes)


def _known(folder: Path, raw: dict[str, Any], wishes: Wishes) -> Plan:
    """With an entry nothing needs to run: its image is built when its node first does."""
    written = _anchored(raw, folder)
    name = wishes.name or str(raw.get("name") or folder.name)
    written |= {"id": id_for(wishes, str(raw.get("id") or name)), "name": name}
    entry, problems = read_entry(written, f"{folder}/entry.json")
    if entry.build is None and entry.process is None:
        _check_dockerfile(folder)
        raise UsageError(f"{folder}/entry.json names neither a `build` nor a `process`.", 'Add "build": ".".')
    facts = [Fact("folder", str(folder)), *facts_about(entry), *process_facts(entry)]
    large: tuple[Problem, ...] = ()
    if entry.build is not None:
        if not entry.build.dockerfile.is_file():
            _check_dockerfile(folder)
        sent, large = _sent(entry.build.context, entry.build.dockerfile)
        facts += [Fact("image", f"{entry.tag}, built from {entry.build.dockerfile}"), sent, *container_facts(entry)]
        said = ", ".join(f"{key}={value}" for key, value in entry.build.gpu.items())
        facts += [Fact("for a GPU", f"another image, built from the same file with {said}")] if said else []
    later = "" if entry.build is None else "; its image is built when its container is first started"
    step = f"write {entry.id} into {wishes.catalogue}{later}"
    warnings = [*large, *(one for one in problems if one.severity == "warning")]
    return Plan(
        str(folder),
        "folder",
        entry.name,
        (entry.id,),
        tuple(facts),
        (step,),
        wishes.catalogue,
        wishes.replace,
        lambda _tell, _cancel: [written],
        (*warnings, *problems_with((entry.id,), wishes)),
    )


def _unknown(folder: Path, wishes: Wishes) -> Plan:
    """With a Dockerfile alone its image is built and started once, to ask the server what it is."""
    name = wishes.name or folder.name
    id = id_for(wishes, name)
    tag = f"local/{id}:1"
    draft = {"id": id, "name": name, "tag": tag, "build": str(folder)}

    def work(tell: ServerListener, cancel: Cancel) -> Written:
        from nodegraph.runtime import manage  # imports docker, which takes its time

        entry, _ = read_entry(draft, str(folder))
        with naming_the_log(id):
            manage.build(entry, tell, cancel, wishes.engine)
        port, said = tried(entry, ports_of(tag, wishes), tell, cancel, wishes.engine)
        return [{**first_of(said, wishes), **draft, "options": {"image": tag, "ExposedPorts": {f"{port}/tcp": {}}}}]

    sent, large = _sent(folder, folder / "Dockerfile")
    facts = (
        Fact("folder", str(folder)),
        Fact("image", f"{tag}, built from {folder / 'Dockerfile'}"),
        sent,
        Fact("network", "its build may use the network; its container has none"),
        Fact("folders of yours", "none"),
        Fact("confined", "read-only, without root's rights"),
        Fact("licence", "not said"),
    )
    steps = (
        f"build the image {tag}: the commands of its Dockerfile are run, in containers",
        f"start it, without a network, to ask what it is (at most {PATIENCE:.0f} s)",
        f"write {id} into {wishes.catalogue}",
    )
    unsaid = Problem("", "There is no entry.json: what its node is will be what the server says.", _NEW, "warning")
    problems = (unsaid, *large, *problems_with((id,), wishes))
    return Plan(str(folder), "folder", name, (id,), facts, steps, wishes.catalogue, wishes.replace, work, problems)


def _sent(context: Path, dockerfile: Path) -> tuple[Fact, tuple[Problem, ...]]:
    """How much is sent to the engine for a build, and a warning when that is a lot. Raises ModelError."""
    from nodegraph.runtime.engines.context import sent_size  # imports docker, which takes its time

    size = sent_size(context, dockerfile)
    fact = Fact("size", f"{size_text(size)} of files go to the engine; the image's is known when it is built")
    if size < _LARGE:
        return fact, ()
    hint = "Name what the image does not need (data, weights, environments) in its .dockerignore."
    return fact, (Problem("", f"Each build sends {size_text(size)} to the engine first.", hint, "warning"),)


def _check_dockerfile(folder: Path) -> None:
    if (folder / "Dockerfile").is_file():
        return
    if (folder / "cog.yaml").is_file():
        image = slug(folder.name) or "model"
        hint = f"In that folder: cog build -t {image}   Then: nodegraph models add {image}"
        raise UsageError(f"{folder} is a Cog model without a Dockerfile: the program cog makes its image.", hint)
    raise UsageError(f"{folder} has no Dockerfile, so nothing can be built from it.", _NEW)


def read_raw(folder: Path) -> dict[str, Any] | None:
    """What entry.json says, as it is written; None when there is none. Raises DocumentError."""
    path = folder / "entry.json"
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path} cannot be read: {error}.", "It is a text file with one entry.") from error
    try:
        value = read_values(text)
    except CatalogSyntaxError as error:
        raise DocumentError(f"{path}: {error.message}", error.hint) from None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise DocumentError(f"{path} does not hold one entry.", "Write one object: { ... }.")
    return value


def _anchored(raw: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The entry with absolute paths and an image name of its own, so that it can stand in any catalogue.

    Raises DocumentError for a path that leads out of the folder: a build would send that place to the engine.
    """
    anchored = dict(raw)
    build, process = raw.get("build"), raw.get("process")
    if build:
        parts = {"context": build} if isinstance(build, str) else dict(build) if isinstance(build, dict) else {}
        anchored["build"] = {**parts, "context": _inside(folder, parts.get("context") or ".", "build.context")}
        _inside(folder, os.path.join(str(parts.get("context") or "."), str(parts.get("dockerfile") or "")), "build")
        id = str(raw.get("id") or slug(str(raw.get("name") or folder.name)))
        if not str(raw.get("tag") or "").startswith("local/"):  # a build must not take another image's name
            anchored["tag"] = f"local/{slug(id)}:1"
        anchored["options"] = {**(raw.get("options") or {}), "image": anchored.get("tag", raw.get("tag"))}
        for key in ("digest", "imageId"):
            anchored.pop(key, None)
    if isinstance(process, dict):
        anchored["process"] = {**process, "folder": _inside(folder, process.get("folder") or ".", "process.folder")}
    return anchored


def _inside(folder: Path, written: Any, where: str) -> str:
    root = folder.resolve()
    path = (root / str(written)).resolve()
    if not path.is_relative_to(root):
        message = f"{folder}/entry.json: {where} leads out of the folder ({str(written)[:80]!r})."
        raise DocumentError(message, "Everything a model needs lies in its own folder.")
    return str(path)
