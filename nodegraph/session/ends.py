"""Which type of node reads or writes a file that a person names: by its suffix, or because it is a folder."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from nodegraph.core.errors import UsageError
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec, Param
from nodegraph.session.paths import ASSET

End = Literal["input", "output"]
_NUMBER: Final = re.compile(r"%(?:0?(\d))?d|(#+)")
"""A place for a number: ``%04d`` as ffmpeg writes it, ``####`` as compositors do."""


@dataclass(frozen=True)
class Target:
    """What a person named: a file, or (`folder`) a folder of pictures; `name` is the pattern of the names in it."""

    end: End
    path: Path
    folder: bool
    name: str = ""


def target_of(file: str, end: End) -> Target:
    """What `file` means. Raises UsageError for an input that is not there and has no suffix to go by."""
    path = Path(file) if file.startswith(ASSET) else Path.cwd() / os.path.expanduser(file)
    if end == "output" and path.suffix and (pattern := _pattern(path.name)):
        return Target(end, path.parent, folder=True, name=pattern)
    if os.path.isdir(path) or (end == "output" and file.endswith(("/", os.sep))):
        return Target(end, path, folder=True)
    if end == "input" and not path.suffix and not os.path.exists(path):
        raise UsageError(f"--input: there is no file or folder {file!r}.", "Check the name.")
    return Target(end, path, folder=False)


def _pattern(name: str) -> str:
    """``frame_%04d.png`` or ``frame_####.png`` as sequences of pictures name it, "" without a number."""
    found = _NUMBER.search(name)
    if not found:
        return ""
    digits = found[1] or len(found[2] or "") or 1
    return f"{name[: found.start()]}{{index:0{digits}d}}{name[found.end() :]}"


def file_param(spec: NodeSpec) -> Param | None:
    """The parameter that names the file a source reads or a sink writes, or None."""
    return next((param for param in spec.params if param.kind == "file"), None)


def is_end(spec: NodeSpec, end: End) -> bool:
    """Whether a node of this type is where pictures or data come in (or go out)."""
    if end == "output":
        return spec.kind == "sink"
    gives_pictures = any("image" in port.types for port in spec.outputs)
    return not spec.inputs and (spec.live or file_param(spec) is not None or gives_pictures)


def refuse_folder_like_a_file(registry: Registry, target: Target, file: str) -> None:
    """Raises UsageError for a folder named as a video, say: whoever writes `film.mp4` wants no thousand pictures in it.

    ``film.mp4/`` says that one does.
    """
    if target.end == "input" or not target.folder or target.name or file.endswith(("/", os.sep)):
        return
    kinds = {
        suffix for one in registry.definitions.values() if is_end(one.spec, "output") for suffix in _kinds(one.spec)
    }
    if target.path.suffix.lower() in kinds:
        raise UsageError(
            f"--output: {file!r} is a folder, and no file can have its name.",
            f"Choose another name, or write '{file}/' for numbered pictures in it.",
        )


def takes(spec: NodeSpec, target: Target) -> bool:
    """Whether a node of this type reads or writes `target`."""
    param = file_param(spec)
    if param is None:
        return False
    if target.folder:
        return not param.accept and (not target.name or spec.param("name") is not None)
    return not param.accept or target.path.suffix.lower() in param.accept


def target_params(spec: NodeSpec, target: Target) -> dict[str, Any]:
    """The parameters that make a node of this type read or write `target`."""
    param = file_param(spec)
    path = {param.name: str(target.path)} if param else {}
    return path | ({"name": target.name} if target.name else {})


def replacement(registry: Registry, target: Target, node: str, now: NodeSpec) -> NodeSpec:
    """The type of node that takes `target` and has the first port of `now`, which cannot. Raises UsageError."""
    port = (now.inputs if target.end == "output" else now.outputs)[0].name
    specs = [one.spec for one in registry.definitions.values() if is_end(one.spec, target.end) and not one.spec.live]
    able = [spec for spec in specs if _is_choice(spec, target)]
    fitting = [spec for spec in able if _has(spec, target.end, port)]
    if fitting:
        return fitting[0]
    kinds = _suffixes(spec for spec in specs if _has(spec, target.end, port))
    verb = "writes" if target.end == "output" else "gives"
    if able:
        raise UsageError(
            f"--{target.end}: the node {node!r} {verb} {port}s, and {target.path.name!r} would hold other data.",
            f"Use one of {kinds}, or wire a node {able[0].id} into the preset.",
        )
    raise UsageError(f"--{target.end}: no node takes {target.path.name!r} here.", f"Known kinds: {kinds}, or a folder.")


def _is_choice(spec: NodeSpec, target: Target) -> bool:
    """A node that takes any suffix is a choice for folders only."""
    param = file_param(spec)
    return takes(spec, target) and (target.folder or (param is not None and bool(param.accept)))


def _has(spec: NodeSpec, end: End, port: str) -> bool:
    return (spec.input(port) if end == "output" else spec.output(port)) is not None


def _suffixes(specs: Iterable[NodeSpec]) -> str:
    return ", ".join(sorted({suffix for spec in specs for suffix in _kinds(spec)}))


def _kinds(spec: NodeSpec) -> tuple[str, ...]:
    param = file_param(spec)
    return tuple(param.accept) if param else ()
