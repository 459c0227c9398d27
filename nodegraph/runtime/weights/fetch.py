"""Making sure that a model's weights are here: already, from an offline folder, or from the network."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from nodegraph.core.errors import ModelError
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.entry import Weights
from nodegraph.runtime.weights import complete, offline
from nodegraph.runtime.weights.checkpoints import not_here
from nodegraph.runtime.weights.complete import Complete, Seen
from nodegraph.runtime.weights.download import PAUSE, Download, full
from nodegraph.runtime.weights.hub import is_hub, repository_files
from nodegraph.runtime.weights.places import is_inside, offline_folders, open_to_all, weights_folder
from nodegraph.runtime.weights.remote_file import RemoteFile, WrongFile
from nodegraph.runtime.weights.turn import turn
from nodegraph.runtime.weights.web import BrokenOff, Web

MARGIN: Final = 200_000_000
"""Bytes that stay free on the disk."""

Progress = Callable[[int, int, str], None]
"""Told (bytes here, bytes in all or 0 while unknown, which file)."""


@dataclass
class _Task:
    """One file to bring. folder: the offline folder it is copied from, None for the network."""

    weights: Weights
    file: RemoteFile
    folder: Path | None = None
    sha256: str = ""


@dataclass
class Fetching:
    """The weights of one model. id, name: its entry's. folders: looked through before the network is asked."""

    id: str
    name: str
    cancel: Cancel
    tell: Progress
    folders: tuple[Path, ...] = field(default_factory=offline_folders)
    web: Web | None = None
    pause: float = PAUSE

    @property
    def folder(self) -> Path:
        """Where they are put."""
        return weights_folder(self.id)

    def ensure(self, wanted: Sequence[Weights]) -> Path:
        """Have every one of `wanted` here, complete and checked; the folder they are in.

        Raises ModelError with what is missing and what to do, or Cancelled.
        """
        for one in wanted:
            if not is_inside(one.name):  # only a checkpoint can be named by a document
                raise not_here(self.id, self.name, one.name)
        if all(complete.is_here(self.folder, one) for one in wanted):
            return self.folder
        try:
            with turn(self.folder, self.cancel, lambda: self.tell(0, 0, "another program is fetching them")):
                missing = [one for one in wanted if not complete.is_here(self.folder, one)]
                self._bring([task for one in missing for task in self._tasks(one)])
        except ModelError as error:
            error.hint = error.hint.replace("models fetch MODEL", f"models fetch {self.id}")
            raise
        except OSError as error:
            message = f"The weights of {self.name} cannot be kept in {self.folder}: {error.strerror or error}."
            raise ModelError(message, "Name another folder in NODEGRAPH_WEIGHTS_HOME.") from error
        return self.folder

    def check(self, wanted: Sequence[Weights]) -> list[str]:
        """Read every file again and compare; a sentence for each weight that is missing or damaged."""
        said = []
        for one in wanted:
            known = complete.read(self.folder, one.name)
            if known is None or not known.is_of(one):
                said.append(f"{one.name} is not in {self.folder}.")
                continue
            said += [f"{seen.path} is missing or damaged." for seen in known.files if not self._is_whole(seen)]
        return said

    def _is_whole(self, seen: Seen) -> bool:
        path = self.folder / seen.path
        return path.is_file() and offline.hashed(path, self.cancel).sha256 == seen.sha256

    # ---- planning ---------------------------------------------------------------------------------------------

    def _tasks(self, weights: Weights) -> list[_Task]:
        """What has to be brought for one weight; notes a weight that only has to be checked."""
        outdated = self._is_outdated(weights)
        if not outdated:  # else the note says what lies there, until it is replaced
            complete.forget(self.folder, weights.name)
        if not is_hub(weights.url) and not outdated and self._lies_here(weights):
            return []
        found = offline.found_in(self.folders, self.id, weights)
        if found is not None:
            return [_Task(weights, self._sized(file, found[0]), found[0]) for file in found[1]]
        if not weights.url:
            raise self._nowhere(weights)
        web = self.web = self.web or Web(self.cancel)
        if is_hub(weights.url):
            try:
                return [_Task(weights, file) for file in repository_files(weights, web)]
            except BrokenOff as error:
                raise ModelError(f"{weights.name} could not be downloaded. {error.message}", error.hint) from error
        return [_Task(weights, RemoteFile(weights.name, weights.url, weights.size, weights.sha256, page=weights.url))]

    def _is_outdated(self, weights: Weights) -> bool:
        """Whether what lies here was fetched from an address that the entry no longer means, and no hash tells."""
        known = complete.read(self.folder, weights.name)
        if known is None or known.is_of(weights) or weights.sha256 or not weights.url:
            return False
        return known.is_untouched(self.folder)

    def _lies_here(self, weights: Weights) -> bool:
        """Whether somebody put the right file there by hand. One that is not is set aside, not thrown away."""
        path = self.folder / weights.name
        if not path.exists():
            return False
        open_to_all(self.folder, path)
        if path.is_dir():
            self._note(weights, [])
            return True
        digest = offline.hashed(path, self.cancel)
        try:
            digest.check(RemoteFile(weights.name, weights.url, weights.size, weights.sha256))
        except WrongFile as error:
            if not weights.url:
                error.hint = f"Replace {path} by the right file, or correct its entry."
                raise
            os.replace(path, path.with_name(f"{path.name}.wrong"))
            return False
        self._note(weights, [_Task(weights, RemoteFile(weights.name, ""), sha256=digest.sha256)])
        return True

    def _sized(self, file: RemoteFile, folder: Path) -> RemoteFile:
        return file if file.size else replace(file, size=(folder / file.path).stat().st_size)

    def _nowhere(self, weights: Weights) -> ModelError:
        message = f"{self.name} needs the file {weights.name}, and its entry does not say where it can be had."
        return ModelError(message, f"Put it into {self.folder}, then start the model again.")

    # ---- bringing ---------------------------------------------------------------------------------------------

    def _bring(self, tasks: list[_Task]) -> None:
        sizes = [task.file.size for task in tasks]
        self._room(sum(max(0, task.file.size - self._arrived(task)) for task in tasks))
        web = self.web or Web(self.cancel)
        downloads = Download(web, self.cancel, self._room, self.pause)
        for index, task in enumerate(tasks):

            def tell(here: int, promised: int, index: int = index, path: str = task.file.path) -> None:
                sizes[index] = promised or max(sizes[index], here)
                total = sum(sizes) if all(sizes) else 0
                self.tell(sum(sizes[:index]) + here, total, path)

            tell(self._arrived(task), task.file.size)
            target = self.folder / task.file.path
            if task.folder is not None:
                task.sha256 = offline.copy(task.folder, task.file, target, self.cancel, tell)
            else:
                task.sha256 = self._already(task) or downloads.bring(task.file, target, tell)
            if index + 1 == len(tasks) or tasks[index + 1].weights is not task.weights:
                self._note(task.weights, [one for one in tasks if one.weights is task.weights])

    def _already(self, task: _Task) -> str:
        """The hash of a repository's file that an earlier, interrupted fetch finished; "" to download it."""
        path = self.folder / task.file.path
        if not (task.file.provable and path.is_file()):
            return ""
        digest = offline.hashed(path, self.cancel)
        try:
            digest.check(task.file)
        except WrongFile:
            return ""
        return digest.sha256

    def _arrived(self, task: _Task) -> int:
        path = self.folder / task.file.path
        for one in (path, path.with_name(f"{path.name}.part")):
            if one.is_file():
                return min(task.file.size, one.stat().st_size)
        return 0

    def _room(self, more: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if more and more > free - MARGIN:
            stays = f"and {MARGIN / 1e6:.0f} MB always stay free"
            raise full(self.folder, f": {more / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free, {stays}")

    def _note(self, weights: Weights, tasks: list[_Task]) -> None:
        files = []
        for task in tasks:
            path = task.file.path
            for folder in (self.folder / path).relative_to(self.folder).parents:
                (self.folder / folder).chmod(0o755)
            size, changed = complete.seen_at(self.folder, path) or (0, 0)
            files.append(Seen(path, size, task.sha256, changed))
        complete.write(self.folder, Complete(weights.name, weights.url, weights.sha256, tuple(files)))
