"""Python wheels on this machine that an image's build can use instead of fetching them: torch's 200 MB and more."""

import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from nodegraph.runtime.images.dockerfile import WHEELS


def local_wheels(patterns: Iterable[str]) -> dict[str, Path]:
    """The wheels of `$NODEGRAPH_WHEELS` and of the folders in `$PIP_FIND_LINKS` that match one of `patterns`.

    Keys are their paths in the build context, below ``wheels/``.
    """
    wanted = tuple(patterns)
    found: dict[str, Path] = {}
    if wanted:
        for folder in _folders():
            for path in sorted(folder.glob("*.whl")):
                if any(fnmatch(path.name, pattern) for pattern in wanted):
                    found.setdefault(WHEELS + path.name, path)
    return found


def _folders() -> Iterator[Path]:
    """NODEGRAPH_WHEELS is one folder; pip's variable holds several folders and addresses, apart by spaces."""
    ours = os.environ.get("NODEGRAPH_WHEELS", "")
    for name in ([ours] if ours else []) + os.environ.get("PIP_FIND_LINKS", "").split():
        folder = Path(name.removeprefix("file://")).expanduser()
        if folder.is_dir():
            yield folder
