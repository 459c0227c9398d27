"""A file that is still arriving: ``NAME.part`` beside its place, and what a later try must know to go on with it."""

import contextlib
import json
import os
from pathlib import Path
from typing import BinaryIO

from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.weights.remote_file import Digest, RemoteFile


class Part:
    """Opened once per fetch; what was left by an earlier one (killed, cancelled, cut off) is read and kept.

    Without a hash to check, an old part is only gone on with when the server can say that its file is the same.
    """

    def __init__(self, target: Path, file: RemoteFile, cancel: Cancel) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self._note = target.with_name(f"{target.name}.part.json")
        self._git_size = file.size if file.blob else 0
        self.digest = Digest(self._git_size)
        self.resumed = False
        known = self._known()
        self.mark = str(known.get("mark") or "")
        target.parent.mkdir(parents=True, exist_ok=True)
        usable = self.path.is_file() and (file.provable or (known.get("url") == file.url and self.mark))
        if usable and not (file.size and self.path.stat().st_size > file.most):
            self.digest.add_file(self.path, cancel)
            self.resumed = self.length > 0
        self._file: BinaryIO = self.path.open("ab" if usable and self.resumed else "wb")

    @property
    def length(self) -> int:
        """Bytes that are here."""
        return self.digest.length

    def write(self, data: bytes) -> None:
        """More bytes. Raises OSError."""
        self._file.write(data)
        self.digest.add(data)

    def remember(self, url: str, mark: str) -> None:
        """By which mark (ETag) the server knows this version of the file."""
        if mark != self.mark:
            self.mark = mark
            self._note.write_text(json.dumps({"url": url, "mark": mark}), "utf-8")

    def start_over(self) -> None:
        """Forget what is here."""
        self._file.truncate(0)
        self._file.seek(0)
        self.digest, self.resumed = Digest(self._git_size), False

    def finish(self) -> None:
        """Put the file into its place, readable by the user a container runs as."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self.path.chmod(0o644)
        os.replace(self.path, self.target)
        self._note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove it."""
        self.close()
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def close(self) -> None:
        """Keep it for the next try."""
        with contextlib.suppress(OSError):  # a full disk is told where it is written
            self._file.close()

    def _known(self) -> dict[str, object]:
        try:
            found = json.loads(self._note.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
