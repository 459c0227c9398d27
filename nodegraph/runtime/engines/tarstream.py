"""A tar archive made while it is sent, so that large files are neither copied nor held in memory."""

import stat
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_BLOCK: Final = 1 << 20


def stream_tar(files: Mapping[str, Path]) -> Iterator[bytes]:
    """The archive of `files` (name in the archive → path; folders and links as themselves), piece by piece.

    Owners are left out; times and permissions kept. Raises OSError for a file that cannot be read.
    """
    for name, path in files.items():
        info = _header(name, path)
        if info is not None:
            yield info.tobuf(tarfile.PAX_FORMAT)
            if info.isreg():
                yield from _content(path, info.size)
    yield bytes(tarfile.BLOCKSIZE * 2)


def _header(name: str, path: Path) -> tarfile.TarInfo | None:
    """What the archive says about one file; None for what cannot be in one (sockets, devices)."""
    found = path.lstat()
    info = tarfile.TarInfo(name)
    info.mode, info.mtime = stat.S_IMODE(found.st_mode), int(found.st_mtime)
    if stat.S_ISLNK(found.st_mode):
        info.type, info.linkname = tarfile.SYMTYPE, str(path.readlink())
    elif stat.S_ISDIR(found.st_mode):
        info.type = tarfile.DIRTYPE
    elif stat.S_ISREG(found.st_mode):
        info.size = found.st_size
    else:
        return None
    return info


def _content(path: Path, size: int) -> Iterator[bytes]:
    """Exactly `size` bytes, as the header promised, filled up to whole blocks of the format."""
    left = size
    with path.open("rb") as file:
        while left and (piece := file.read(min(left, _BLOCK))):
            left -= len(piece)
            yield piece
    if left:
        raise OSError(f"{path} became shorter while it was read")
    yield bytes(-size % tarfile.BLOCKSIZE)
