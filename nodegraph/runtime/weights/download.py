"""Bringing one file here over connections that break, stall and lie."""

import errno
import re
import threading
from collections.abc import Callable
from http.client import HTTPResponse
from pathlib import Path
from typing import Final

from nodegraph.core.errors import ModelError
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.weights.part import Part
from nodegraph.runtime.weights.remote_file import RemoteFile, WrongFile
from nodegraph.runtime.weights.web import BrokenOff, PastEnd, Web

TRIES: Final = 7
"""So many connections in a row may bring next to nothing."""
TRIES_AT_FIRST: Final = 3
"""The same while the server was never reached: probably there is no network."""
PAUSE: Final = 0.5
"""Seconds before the second try, doubled each time."""
_BLOCK: Final = 256 * 1024
_PROGRESS: Final = 1 << 20  # bytes that make a connection count as one that works

Tell = Callable[[int, int], None]
"""Told (bytes here, bytes in all or 0) as they arrive."""


class Download:
    """Brings files one after another. room: called with (bytes still to come) before they do, and raises when full."""

    def __init__(self, web: Web, cancel: Cancel, room: Callable[[int], None], pause: float = PAUSE) -> None:
        self._web = web
        self._cancel = cancel
        self._room = room
        self._pause = pause

    def bring(self, file: RemoteFile, target: Path, tell: Tell) -> str:
        """Put the file at `target`, whole and checked; its sha256.

        Raises ModelError or Cancelled; what has arrived is then kept as ``.part`` and gone on with the next time,
        but a file that is not the one asked for is removed.
        """
        try:
            part = Part(target, file, self._cancel)
            try:
                return self._bring(file, part, tell)
            finally:
                part.close()
        except OSError as error:
            raise _cannot_write(target, error) from error

    def _bring(self, file: RemoteFile, part: Part, tell: Tell) -> str:
        while True:
            if not _is_whole(file, part):
                self._with_patience(file, part, tell)
            resumed = part.resumed
            try:
                part.digest.check(file)
            except WrongFile as error:
                if not resumed:
                    part.discard()
                    error.hint = "It was removed. Correct `sha256` or `url` in the model's entry, or try again later."
                    raise
                part.start_over()  # the older part may be to blame: once more, from the beginning
                continue
            part.finish()
            return part.digest.sha256

    def _with_patience(self, file: RemoteFile, part: Part, tell: Tell) -> None:
        failures, begun = 0, part.length
        furthest = begun  # a server without ranges begins anew each time: that alone gets nowhere
        while True:
            try:
                self._receive(file, part, tell)
                return
            except BrokenOff as error:
                if isinstance(error, PastEnd):  # the file there became shorter than the part of it here
                    part.start_over()
                failures = 0 if part.length - furthest >= _PROGRESS else failures + 1
                furthest = max(furthest, part.length)
                if failures >= (TRIES if error.reached or part.length > begun else TRIES_AT_FIRST):
                    raise BrokenOff(f"{file.path} could not be downloaded. {error.message}", error.hint) from error
            self._wait(self._pause * 2 ** (failures - 1))

    def _receive(self, file: RemoteFile, part: Part, tell: Tell) -> None:
        """One connection, from where the part ends."""
        headers = {"Accept-Encoding": "identity"}
        if part.length:
            headers["Range"] = f"bytes={part.length}-"
            if part.mark:
                headers["If-Range"] = part.mark
        with self._web.get(file.url, headers, secret=file.secret, page=file.page) as response:
            promised = _begin(response, file, part)
            most = promised or file.most
            self._room(max(0, most - part.length))
            while block := response.read1(_BLOCK):
                self._cancel.check()
                self._room(0 if most else len(block))  # nobody said when it ends
                _write(part, block)
                if most and part.length > most:
                    raise _liar(file, part, f"more than the {most} bytes it can have")
                tell(part.length, promised or file.size)
        self._cancel.check()
        if part.length < promised:
            raise BrokenOff(f"The connection broke after {part.length} of {promised} bytes.", "Try again.")

    def _wait(self, seconds: float) -> None:
        over = threading.Event()
        with self._cancel.interrupting(over.set):
            over.wait(seconds)
        self._cancel.check()


def _is_whole(file: RemoteFile, part: Part) -> bool:
    """Whether an earlier try got as far as the last byte: a server has nothing to send after it."""
    return bool(file.exact and file.size == part.length > 0) or part.digest.sha256 == file.sha256


def _begin(response: HTTPResponse, file: RemoteFile, part: Part) -> int:
    """Line the part up with what the server sends; how many bytes the whole file has, 0 when nobody says."""
    found = re.match(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    if part.length and not (response.status == 206 and found and int(found[1]) == part.length):
        part.start_over()
        if response.status == 206:
            raise BrokenOff("The server sent another part of the file than the one asked for.")
    length = response.headers.get("Content-Length", "")
    promised = part.length + int(length) if length.isdecimal() else 0
    if found and found[2] != "*":
        promised = int(found[2])
    if promised and not file.sha256 and not file.may_have(promised):
        raise _liar(file, part, f"{promised} bytes, its entry says {file.size}")
    mark = response.headers.get("ETag", "")
    part.remember(file.url, "" if mark.startswith("W/") else mark)
    return promised


def _write(part: Part, block: bytes) -> None:
    try:
        part.write(block)
    except OSError as error:  # not the network's fault, which OSErrors in here are otherwise taken for
        raise _cannot_write(part.target, error) from error


def _liar(file: RemoteFile, part: Part, what: str) -> ModelError:
    part.discard()
    return ModelError(f"The server of {file.path} sends {what}.", "Nothing was kept. Correct `url` or `size` there.")


def _cannot_write(target: Path, error: OSError) -> ModelError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full(target.parent)
    return ModelError(f"{target} cannot be written: {error.strerror or error}.", "Check the folder's permissions.")


def full(folder: Path, more: str = "") -> ModelError:
    """The disk cannot take the weights. more: how much is needed."""
    hint = "Free some (nodegraph models disk), or name a folder on another disk in NODEGRAPH_WEIGHTS_HOME."
    return ModelError(f"There is not enough room for weights in {folder}{more}.", hint)
