"""Presets by name: a file, a PNG that carries one, or the id of a shipped one."""

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nodegraph.core.errors import DocumentError, Problem, UsageError
from nodegraph.core.graph import Graph
from nodegraph.core.preset import Preset, read_preset
from nodegraph.core.resources import data_folder
from nodegraph.runtime.entry import ModelEntry


@dataclass(frozen=True)
class Found:
    """A preset and the file it is from; relative paths in it are looked for in that file's folder first."""

    preset: Preset
    path: Path

    @property
    def base(self) -> Path:
        """The folder relative paths start from."""
        return self.path.resolve().parent


def find_preset(name: str) -> Found:
    """The preset that `name` means. Raises UsageError when there is none, DocumentError when it cannot be read."""
    path = Path(name)
    if os.path.exists(path):  # pathlib's own raises for names that are too long
        return Found(read_preset(path, name), path)
    shipped = {one.stem: one for one in shipped_files()}
    if name in shipped:
        return Found(read_preset(shipped[name], name), shipped[name])
    if path.suffix or path.parent != Path():
        raise UsageError(
            f"There is no preset {name[:200]}.", "Check the path; `nodegraph presets list` names the shipped ones."
        )
    close = difflib.get_close_matches(name, list(shipped), n=1, cutoff=0.5)
    hint = f"Did you mean {close[0]}?" if close else "`nodegraph presets list` names them."
    raise UsageError(f"There is no preset {name[:200]!r}.", hint)


def shipped_files() -> list[Path]:
    """The files of the shipped presets, by name."""
    return sorted((data_folder() / "presets").glob("*.json"))


def shipped_presets() -> tuple[list[Found], list[Problem]]:
    """Every shipped preset that can be read, and what is wrong with the others."""
    found: list[Found] = []
    problems: list[Problem] = []
    for path in shipped_files():
        try:
            found.append(Found(read_preset(path, path.name), path))
        except DocumentError as error:
            problems += error.problems or [Problem(path.name, error.message, error.hint)]
    return found, problems


def container_models(graph: Graph, models: Iterable[ModelEntry]) -> list[str]:
    """The names of its models that run only in containers: what they make cannot be shown without their weights."""
    used = {node.type.removeprefix("model.") for node in graph.nodes.values() if node.type.startswith("model.")}
    return [entry.name for entry in models if entry.id in used and entry.process is None]
