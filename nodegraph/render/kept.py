"""What a render has finished, beside its output, so that the next one goes on where this one was stopped."""

import contextlib
import dataclasses
import fcntl
import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from nodegraph.core.errors import NodegraphError
from nodegraph.core.node import Stamp
from nodegraph.core.preset import write_atomically
from nodegraph.render.job import Made, Part

TOKEN: Final = "token"
_PLAN: Final = "plan.json"
_FORMAT: Final = 1
_log = logging.getLogger("nodegraph.render")


@dataclasses.dataclass(frozen=True)
class Plan:
    """How a film was divided. identity: a digest of all that decides over its frames. edges: first frames of the
    segments, and the number of frames. counted: whether the frames were counted by reading the film.
    """

    identity: str
    edges: tuple[int, ...]
    counted: bool = False


class Kept:
    """The folder of one render: parts, and a record for each finished segment. `made`: what is finished, by number.

    Records are written when their part is on the disk, wholly or not at all; so what is read back can be believed
    after a kill or a loss of power. Used by one thread.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[int, Made] = {}

    def plan(self) -> Plan | None:
        """What an earlier render was about, None when there was none, or nothing is left of it."""
        told = _read(self.folder / _PLAN)
        try:
            if told is None or told["format"] != _FORMAT:
                return None
            return Plan(str(told["identity"]), tuple(map(int, told["edges"])), bool(told["counted"]))
        except (KeyError, TypeError, ValueError):
            return None

    def resume(self, plan: Plan) -> None:
        """Take over what an earlier render finished of `plan`, and clear away the rest."""
        self.made = {
            number: made for number in range(len(plan.edges) - 1) if (made := self._record(number)) is not None
        }
        parts = [part.path for made in self.made.values() for part in made.parts.values() if part.path]
        self._clear({self.folder / _PLAN, *map(self._path, self.made), *parts})

    def begin(self, plan: Plan) -> None:
        """Nothing is finished; remember what this is about. Raises NodegraphError."""
        self._clear(set())
        self.made = {}
        self._write(self.folder / _PLAN, {"format": _FORMAT, **dataclasses.asdict(plan)})

    def keep(self, made: Made) -> Made:
        """Remember a finished segment; its parts are in this folder afterwards. Raises NodegraphError."""
        try:
            parts = {id: self._here(part) for id, part in made.parts.items()}
        except OSError as error:
            raise _cannot(self.folder, error) from error
        made = dataclasses.replace(made, parts=parts)
        self._write(self._path(made.number), _told(made))
        self.made[made.number] = made
        return made

    def tell(self) -> bool:
        """Say what is left for the next time; False when nothing is.

        By what is on the disk: a render may end before it looks at what an earlier one finished.
        """
        plan, left = self.plan(), len(list(self.folder.glob("[0-9]*.json")))
        if plan is None or not left:
            return False
        there = f"{left} of {len(plan.edges) - 1} segments are finished and kept in {self.folder}"
        _log.warning("%s: the same command goes on with them, with --fresh it begins anew.", there)
        return True

    def _here(self, part: Part) -> Part:
        """A part as a file of this folder, on the disk for good."""
        if part.path is None:
            return part
        path = self.folder / part.path.name
        if part.data is not None:
            path.write_bytes(part.data)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        return Part(part.stamps, path)

    def _record(self, number: int) -> Made | None:
        """A finished segment, if its parts are all there."""
        told = _read(self._path(number))
        try:
            return None if told is None else _made(number, told, self.folder)
        except (KeyError, TypeError, ValueError, OSError):
            return None

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:05d}.json"

    def _write(self, path: Path, told: Mapping[str, Any]) -> None:
        try:
            write_atomically(path, json.dumps(told).encode())
        except OSError as error:
            raise _cannot(self.folder, error) from error

    def _clear(self, wanted: set[Path]) -> None:
        for path in self.folder.iterdir():
            if path not in wanted and path.name != TOKEN:
                with contextlib.suppress(OSError):
                    path.unlink()


@contextmanager
def kept_beside(output: Path) -> Iterator[Kept]:
    """A hidden folder beside `output`, so that what is in it is renamed into place.

    It is removed at the end, unless the render failed or was stopped with segments finished. Raises NodegraphError
    when there is no place for it, or another render is at work on this output.
    """
    new = [parent for parent in (output.parent, *output.parent.parents) if not parent.exists()]
    name = os.fsencode(output.name)[:200].decode(errors="ignore")  # a file system counts bytes
    folder = output.with_name(f".{name}.parts")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        token = (folder / TOKEN).open("w")
    except OSError as error:
        raise _cannot(folder, error) from error
    kept = Kept(folder)
    with token:
        _alone(token, output)
        try:
            yield kept
        except BaseException:
            if not kept.tell():
                _remove(folder, new)
            raise
        _remove(folder, [])


def _alone(token: IO[str], output: Path) -> None:
    try:
        fcntl.flock(token, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise NodegraphError(f"Another render is at work on {output}.", "Wait for it, or use another name.") from error


def _remove(folder: Path, new: Sequence[Path]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for parent in new:  # a render that failed leaves no empty folders
        if parent.exists() and not any(parent.iterdir()):
            parent.rmdir()


def _cannot(folder: Path, error: OSError) -> NodegraphError:
    return NodegraphError(f"Cannot write to {folder}: {error.strerror}.", "Choose another folder, or make room there.")


def _read(path: Path) -> dict[str, Any] | None:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _told(made: Made) -> dict[str, Any]:
    parts = {
        id: {
            "file": part.path.name if part.path else None,
            "bytes": part.path.stat().st_size if part.path else 0,
            "stamps": [dataclasses.astuple(stamp) for stamp in part.stamps],
        }
        for id, part in made.parts.items()
    }
    return {"seconds": made.seconds, "warnings": list(made.warnings), "parts": parts}


def _made(number: int, told: Mapping[str, Any], folder: Path) -> Made | None:
    parts = {}
    for id, part in told["parts"].items():
        path = folder / part["file"] if part["file"] else None
        if path is not None and path.stat().st_size != part["bytes"]:
            return None
        parts[id] = Part(tuple(Stamp(*stamp) for stamp in part["stamps"]), path)
    return Made(number, parts, float(told["seconds"]), tuple(told["warnings"]))
