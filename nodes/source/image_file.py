"""Stills: an image file, or a file's path as a value."""

from pathlib import Path

from nodegraph.sdk import File, Filter, Image, param
from nodes.source._stills import IMAGE_FILES, load_image


class ImageFile(Filter, id="source.image_file", category="Source/File", keywords=("picture", "photo", "still", "png")):
    """Load a still image.

    It comes upright (EXIF) as 8-bit BGR, with its transparency when it has one. It is loaded again when a parameter
    changes.
    """

    path: Path = param(Path(), "The image to load.", accept=IMAGE_FILES)

    def process(self) -> Image:
        return load_image(self.path)


class FilePath(Filter, id="source.file", category="Source/File", title="File", keywords=("path", "constant")):
    """Give a file's path, as it is: for nodes that take a file through a wire."""

    path: Path = param(Path(), "The path to give; it need not exist.")

    def process(self) -> File:
        return self.path
