"""What `models check` may be pointed at, as entries with the place where each is tried."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nodegraph.core.errors import UsageError
from nodegraph.runtime.adding.folder import entry_of_folder
from nodegraph.runtime.adding.server import entries_at
from nodegraph.runtime.consent import TRIAL
from nodegraph.runtime.entry import ModelEntry


def subjects_of(what: str, container: bool = False) -> Iterator[tuple[ModelEntry, Mapping[str, Any]]]:
    """The models behind a folder or an ``http(s)://`` address; container: run a folder's in its image.

    Raises UsageError, DocumentError for a folder's entry that is wrong, ModelError for an address where none answers.
    """
    if "://" in what:
        for entry in entries_at(what):
            yield entry, {"kind": "url", "url": entry.server}
        return
    entry = entry_of_folder(Path(what))
    if not container and entry.process is None:
        hint = "Add --container, or a `process` to its entry.json."
        raise UsageError(f"{entry.name} has no command for running as a local process.", hint)
    if container and entry.build is None:
        raise UsageError(
            f"{entry.name} has no Dockerfile to build its image from.", "Add one, or leave out --container."
        )
    # Beside the catalogue's server of the same name: its log, and its container, are another model's.
    yield replace(entry, server="", id=f"{entry.id}{TRIAL}"), {"kind": "container" if container else "process"}
