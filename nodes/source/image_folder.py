"""A folder of images as a stream."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nodegraph.sdk import Image, NodeError, Source, Stamped, Text, param
from nodes.source._stills import IMAGE_FILES, load_image

_log = logging.getLogger("nodegraph.nodes")


class NamedImage(NamedTuple):
    """An image and its file's name."""

    image: Image
    name: Text


class ImageFolder(Source, id="source.image_folder", category="Source/File", keywords=("sequence", "pictures", "batch")):
    """Show the images of a folder one after the other, 2 before 10.

    A file that is not a readable image is skipped with a warning. Name: the path inside the folder.
    """

    path: Path = param(Path(), "The folder.", restart=True)
    pattern: str = param("*", "Which names: * is any text, ? any character, [ab] either.", restart=True)
    recursive: bool = param(False, "Look into the folders inside, too.", restart=True)
    fps: float = param(25.0, "Images per second.", ge=0.01, le=240, unit="fps", restart=True)
    loop: bool = param(False, "Begin again when all were shown.")

    def expected_frames(self, seconds: float | None = None) -> int | None:
        try:
            count = len(self._files())
        except NodeError:
            return None
        if seconds is None:
            return None if self.loop else count
        return round(seconds * self.fps) if self.loop else min(count, round(seconds * self.fps))

    def stream(self) -> Iterator[Stamped[NamedImage]]:
        """Yield every readable image. Raises NodeError when there is none."""
        shown, reason = 0, NodeError(f"{self.path} has no image called {self.pattern}.", f"It may be {_kinds()}.")
        for path in self._files():
            try:
                image = load_image(path)
            except NodeError as error:
                _log.warning("Skipped: %s", error)
                reason = NodeError(f"No image in {self.path} can be read. The last one: {error.message}", error.hint)
                continue
            yield Stamped(NamedImage(image, path.relative_to(self.path).as_posix()), shown / self.fps, self.fps)
            shown += 1
        if shown == 0:
            raise reason

    def _files(self) -> list[Path]:
        if self.path == Path():
            raise NodeError("No folder is chosen.", "Set the parameter path to a folder of images.")
        if not self.path.is_dir():
            what = "is not a folder" if self.path.exists() else "does not exist"
            raise NodeError(f"{self.path} {what}.", "Choose a folder of images.")
        try:
            found = self.path.rglob(self.pattern) if self.recursive else self.path.glob(self.pattern)
            files = [path for path in found if path.suffix.lower() in IMAGE_FILES and path.is_file()]
        except (ValueError, NotImplementedError) as error:
            raise NodeError(f"The pattern {self.pattern!r} cannot be used: {error}.", "Try *.png.") from error
        return sorted(files, key=_natural)


def _kinds() -> str:
    return ", ".join(IMAGE_FILES)


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """Order numbers by value, other text without regard to case."""
    parts = re.split(r"(\d+)", str(path).casefold())
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts]
