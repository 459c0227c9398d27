"""A file on the network: what is known about it before it is here, and the check that it is the one."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from nodegraph.core.errors import ModelError
from nodegraph.runtime.cancel import Cancel

_BLOCK = 1 << 20


class WrongFile(ModelError):
    """The bytes are not those that were asked for."""


@dataclass(frozen=True)
class RemoteFile:
    """A file to fetch.

    path: below the model's folder, with slashes. size: bytes, 0 when unknown; exact: it is no person's round figure.
    sha256: in hexadecimal, "" when unknown. blob: the SHA-1 by which git knows a small file of a repository, "" for
    none. page: where a person reads about it and accepts its licence. secret: it is asked for with the hub's token.
    """

    path: str
    url: str
    size: int = 0
    sha256: str = ""
    blob: str = ""
    page: str = ""
    secret: bool = False
    exact: bool = False

    @property
    def most(self) -> int:
        """More bytes than this it cannot have; 0 when nobody knows."""
        return self.size if self.exact else self.size + self.size // 20

    def may_have(self, length: int) -> bool:
        """Whether it can be so long: people write "36 MB"."""
        return not self.size or self.most >= length >= 2 * self.size - self.most

    @property
    def provable(self) -> bool:
        """Whether its content can be checked; git's hash needs the length too."""
        return bool(self.sha256 or (self.blob and self.size))


class Digest:
    """The hashes of a file as it comes in. git_size: how long it is, if git's hash is wanted: that begins so."""

    def __init__(self, git_size: int = 0) -> None:
        self.length = 0
        self._sha256 = hashlib.sha256()
        self._git = hashlib.sha1(b"blob %d\0" % git_size, usedforsecurity=False) if git_size else None

    def add(self, data: bytes) -> None:
        """More bytes of the file."""
        self.length += len(data)
        self._sha256.update(data)
        if self._git is not None:
            self._git.update(data)

    def add_file(self, path: Path, cancel: Cancel) -> None:
        """All bytes of a file. Raises OSError, or Cancelled."""
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                cancel.check()
                self.add(block)

    @property
    def sha256(self) -> str:
        """In hexadecimal."""
        return self._sha256.hexdigest()

    def check(self, file: RemoteFile) -> None:
        """Raises WrongFile, with both values, when the bytes are not those of `file`."""
        name = file.path
        if file.sha256 and self.sha256 != file.sha256:
            raise WrongFile(f"{name} is not the file its entry names: its sha256 is {self.sha256}, not {file.sha256}.")
        if not file.sha256 and not file.may_have(self.length):
            raise WrongFile(f"{name} is not the file its entry names: it has {self.length} bytes, not {file.size}.")
        if not file.sha256 and file.blob and self._git is not None and self._git.hexdigest() != file.blob:
            raise WrongFile(f"{name} is not the file of that commit: git would call it {self._git.hexdigest()}.")
