"""Files in a Cog answer: data URIs, and addresses on the server itself. Anything else stays the address it is."""

import errno
import mimetypes
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlsplit

from nodegraph.runtime import codecs
from nodegraph.runtime.processes.private import private_folder

KEPT: Final = 32
"""Files of earlier answers that stay on the disk; older ones go."""

_DATA: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w.+-]+=[^;,]*)*(;base64)?,", re.IGNORECASE)
_NO_PIXELS: Final = {"image/svg+xml"}
Fetch = Callable[[str], tuple[str, bytes]]


@dataclass(frozen=True)
class Content:
    """A file of an answer; `kind` is its MIME type."""

    kind: str
    data: bytes

    @property
    def is_picture(self) -> bool:
        """Whether it has pixels."""
        return self.kind.startswith("image/") and self.kind not in _NO_PIXELS

    @property
    def is_text(self) -> bool:
        """Whether it is plain text."""
        return self.kind.startswith("text/")


def is_address(value: Any) -> bool:
    """Whether a value is a data URI or a web address."""
    return isinstance(value, str) and value[:8].lower().startswith(("data:", "http://", "https://"))


def content_of(uri: str, base: str, fetch: Fetch) -> Content | None:
    """What is behind an address of an answer; None for one on another machine, which is nobody's business of ours.

    `fetch` gives content type and bytes of an address below `base`, the server's own. Raises ValueError for a damaged
    data URI, and what `fetch` raises.
    """
    found = _DATA.match(uri[:1000])
    if found:
        kind = (found.group(1) or "text/plain").lower()
        if found.group(2):
            return Content(kind, codecs.from_data_uri(f"data:;base64,{uri[found.end() :]}"))
        return Content(kind, unquote_to_bytes(uri[found.end() :]))
    if uri[:5].lower() == "data:":
        raise ValueError(f"a data URI that begins {uri[:40]!r}")
    if _origin(uri) is None or _origin(uri) != _origin(base):
        return None
    kind, data = fetch(uri)
    kind = kind.partition(";")[0].strip().lower()
    guessed = mimetypes.guess_type(urlsplit(uri).path)[0]
    return Content(guessed or kind if kind in ("", "application/octet-stream") else kind, data)


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def _suffix(kind: str, name: str) -> str:
    """By the kind, else by the name at the address, else what the kind calls itself."""
    known = mimetypes.guess_extension(kind) if kind != "application/octet-stream" else ""
    own = kind.rpartition("/")[2]
    return known or PurePosixPath(name).suffix[:10] or (f".{own}" if re.fullmatch("[a-z0-9]{2,5}", own) else ".bin")


class Shelf:
    """A private folder for the files of answers. Thread-safe; gone after `close`, or when our next program starts."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._folder: Path | None = None
        self._files: list[Path] = []
        self._number = 0
        self._closed = False

    def keep(self, content: Content, name: str) -> Path:
        """Write a file and say where it is; it stays for the next KEPT answers. Raises OSError, ModelError."""
        suffix = _suffix(content.kind, name)
        with self._guard:
            if self._closed:  # an answer that was on its way; nobody would remove its file
                raise OSError(errno.ESHUTDOWN, "the connection to the model was closed")
            if self._folder is None:
                self._folder = private_folder()
            self._number += 1
            path = self._folder / f"output-{self._number}{suffix}"
            self._files.append(path)
            old, self._files = self._files[:-KEPT], self._files[-KEPT:]
        path.write_bytes(content.data)
        for one in old:
            one.unlink(missing_ok=True)
        return path

    def close(self) -> None:
        """Remove everything."""
        with self._guard:
            self._closed, folder, self._folder = True, self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
