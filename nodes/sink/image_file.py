"""Image files out: one that always holds the newest picture, and numbered ones."""

import re
from pathlib import Path
from typing import Literal

from nodegraph.sdk import Image, NodeError, Sink, Stamp, param
from nodes.sink._files import check_target, make_folder, make_part, write_whole
from nodes.sink._stills import STILL_SUFFIXES, encoded

_NUMBER = re.compile(r"\{index(?::0?(\d{1,2})d)?\}")


class ImageFileSink(
    Sink, id="sink.image_file", category="Sink/File", title="Image File Out", keywords=("save", "snapshot")
):
    """Write an image file. From a stream it holds the newest picture, renewed every second, and in the end the last.

    The file is at every moment the whole older or the whole newer picture. Transparency is kept by png, webp, tiff
    and avif, else laid over black.
    """

    path: Path = param(Path(), "The file to write; folders are created.", accept=STILL_SUFFIXES, restart=True)
    quality: int = param(92, "Of jpg, webp and avif; the others are lossless.", ge=0, le=100, unit="%")
    interval: float = param(1.0, "At most one file in this time; 0 writes every picture.", ge=0, le=86400, unit="s")

    def open(self) -> None:
        check_target(self.path, STILL_SUFFIXES)
        make_part(self.path).unlink()
        self._waiting: Image | None = None
        self._written = float("-inf")

    def process(self, image: Image, stamp: Stamp) -> None:
        self._waiting = image
        if stamp.time - self._written >= self.interval:
            self._write()
            self._written = stamp.time

    def _write(self) -> None:
        if self._waiting is not None:
            image, self._waiting = self._waiting, None
            write_whole(self.path, encoded(image, self.path.suffix.lower(), self.quality))

    def close(self) -> None:
        self._write()


class ImageSequence(
    Sink, id="sink.image_sequence", category="Sink/File", keywords=("frames", "png", "numbered", "save")
):
    """Write every picture as a numbered file into a folder."""

    path: Path = param(Path(), "The folder; it is created.", restart=True)
    name: str = param("frame_{index:05d}.png", "File name; {index:05d} is the number with five digits.", restart=True)
    existing: Literal["replace", "continue"] = param(
        "replace", "Begin at the first number, or after the highest one that is there.", restart=True
    )
    first: int = param(0, "The first number.", ge=0, le=1_000_000_000, restart=True)
    quality: int = param(92, "Of jpg, webp and avif; the others are lossless.", ge=0, le=100, unit="%")

    def open(self) -> None:
        if self.path == Path():
            raise NodeError("No folder is chosen.", "Set the parameter path to a folder.")
        if not _NUMBER.search(self.name) or set("/\\\0") & set(self.name):
            raise NodeError(f"{self.name!r} is no name for numbered files.", "Use one like frame_{index:05d}.png.")
        self._suffix = Path(self.name).suffix.lower()
        if self._suffix not in STILL_SUFFIXES:
            raise NodeError(f"{self.name!r} is of a kind this node cannot write.", f"Use {', '.join(STILL_SUFFIXES)}.")
        make_folder(self.path)
        self._next = max(self.first, self._highest() + 1) if self.existing == "continue" else self.first

    def process(self, image: Image) -> None:
        path = self.path / _NUMBER.sub(lambda match: f"{self._next:0{match[1] or 1}d}", self.name)
        write_whole(path, encoded(image, self._suffix, self.quality), sync=False)
        self._next += 1

    def _highest(self) -> int:
        before, after = (re.escape(part) for part in _NUMBER.split(self.name, maxsplit=1)[::2])
        ours = re.compile(f"{before}(\\d+){after}")
        numbers = [int(match[1]) for path in self.path.iterdir() if (match := ours.fullmatch(path.name))]
        return max(numbers, default=-1)
