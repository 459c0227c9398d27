"""The files of a Hugging Face repository at one commit, as its API lists them (``hf:OWNER/NAME@COMMIT``)."""

import json
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any, Final

from nodegraph.core.errors import ModelError
from nodegraph.runtime.entry import Weights
from nodegraph.runtime.weights.remote_file import RemoteFile
from nodegraph.runtime.weights.web import Web, hub

WANTED: Final = (".json", ".txt", ".model", ".safetensors")
"""Never pickles; configuration, tokenizers and tensors."""
_URL: Final = re.compile(r"hf:([\w.-]+/[\w.-]+)@([\w.-]+|refs/pr/\d+)", re.ASCII)
"""A commit, a branch, or a proposed change: some owners never took up the one with safetensors."""
_LARGEST: Final = 8 << 20
_PAGES: Final = 20


def is_hub(url: str) -> bool:
    """Whether it means a repository of the hub."""
    return url.startswith("hf:")


def repository_files(weights: Weights, web: Web) -> list[RemoteFile]:
    """The files of the repository's own folder (none of its subfolders) that a server may load. Raises ModelError."""
    found = _URL.fullmatch(weights.url)
    if found is None:
        raise ModelError(f"{weights.url!r} names no repository.", "Write `hf:OWNER/NAME@COMMIT` into the entry.")
    id, commit = found[1], urllib.parse.quote(found[2], safe="")
    page = f"{hub()}/{id}"
    files = [_file(weights, one, id, commit) for one in _listed(id, commit, page, web) if _is_wanted(one)]
    if not any(file.path.endswith(".safetensors") for file in files):
        hint = "Choose a repository or commit that has them; pickled weights (.bin, .pt) are never loaded."
        raise ModelError(f"{page} holds no safetensors at {commit[:12]}.", hint)
    return files


def _listed(id: str, commit: str, page: str, web: Web) -> Iterator[dict[str, Any]]:
    url = f"{hub()}/api/models/{id}/tree/{commit}"
    for _ in range(_PAGES):
        with web.get(url, secret=True, page=page) as response:
            body = response.read(_LARGEST)
            following = re.search(r'<([^>]+)>;\s*rel="next"', response.headers.get("Link", ""))
        try:
            listed = json.loads(body)
        except (ValueError, RecursionError):
            listed = None
        if not isinstance(listed, list):
            raise ModelError(f"{url} does not answer as a model hub does.", "Check HF_ENDPOINT.")
        yield from (one for one in listed if isinstance(one, dict))
        if following is None:
            return
        url = urllib.parse.urljoin(url, following[1])


def _is_wanted(one: dict[str, Any]) -> bool:
    path = one.get("path")
    return (
        one.get("type") == "file"
        and isinstance(path, str)
        and re.fullmatch(r"[\w][\w.+@ -]{0,200}", path) is not None
        and path.endswith(WANTED)
    )


def _file(weights: Weights, one: dict[str, Any], id: str, commit: str) -> RemoteFile:
    path = str(one["path"])
    large = one.get("lfs") if isinstance(one.get("lfs"), dict) else None
    sha256 = str(large.get("oid") or "").removeprefix("sha256:") if large else ""
    if path == "model.safetensors" and weights.sha256:
        sha256 = weights.sha256
    size = (large or one).get("size")
    return RemoteFile(
        f"{weights.name}/{path}",
        f"{hub()}/{id}/resolve/{commit}/{urllib.parse.quote(path)}",
        size if isinstance(size, int) and size > 0 else 0,
        sha256,
        "" if large else str(one.get("oid") or ""),
        f"{hub()}/{id}",
        secret=True,
        exact=True,
    )
