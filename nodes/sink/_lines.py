"""A text file that grows line by line beside its name, and takes the name when it is whole."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nodes.sink._files import cannot_write, make_part, put_in_place, tell_unfinished

_log = logging.getLogger("nodegraph.nodes")


class GrowingFile:
    """Every line is handed to the system at once, so a killed run keeps them in the part file. Raises NodeError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = make_part(path)
        self._file = self._part.open("w", encoding="utf-8", newline="")
        self._failed = False
        self._lines = 0

    def add(self, text: str) -> None:
        """Write `text`, which brings its own line end."""
        try:
            self._file.write(text)
            self._file.flush()
        except OSError as error:
            self._failed = True
            raise cannot_write(self._path, error) from error
        self._lines += 1

    def close(self) -> None:
        """Give the file its name; one without a line is left out, and one that failed stays a part."""
        if self._ended():
            put_in_place(self._part, self._path)

    def abandon(self) -> None:
        """Leave the lines in the part file, for the run failed."""
        if self._ended():
            tell_unfinished(self._part, self._path)

    def _ended(self) -> bool:
        """Close the file; whether there is one that can be shown."""
        try:
            self._file.close()
        except OSError as error:
            if not self._failed:
                raise cannot_write(self._path, error) from error
        if self._failed:
            return False
        if not self._lines:
            self._part.unlink(missing_ok=True)
            _log.warning("%s was not written: nothing came.", self._path)
        return self._lines > 0

    def drop(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._part.unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path) -> Iterator[GrowingFile]:
    """A file that takes its name when the block ends, and is not there when it fails."""
    file = GrowingFile(path)
    try:
        yield file
    except BaseException:
        file.drop()
        raise
    file.close()
