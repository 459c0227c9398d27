"""Licences are shown before a model's first use, and remembered. A licence that changed is shown again."""

import hashlib
from collections.abc import Iterable
from typing import Protocol

from nodegraph.runtime.entry import ModelEntry


class Accepted(Protocol):
    """Where it is remembered (`Settings`): by model id the SHA-256 of the licence's text."""

    licences: dict[str, str]

    def changed(self) -> None:
        """There is something to save."""


def unaccepted(entries: Iterable[ModelEntry], accepted: Accepted) -> list[ModelEntry]:
    """Those whose licence was not accepted as it is now."""
    return [entry for entry in entries if accepted.licences.get(entry.id) != _digest(entry)]


def accept(entries: Iterable[ModelEntry], accepted: Accepted) -> None:
    """Remember that these licences were accepted."""
    accepted.licences |= {entry.id: _digest(entry) for entry in entries}
    accepted.changed()


def _digest(entry: ModelEntry) -> str:
    """Of the licence and of what it is about: another image under the same id is another model."""
    text = f"{entry.id}\n{entry.tag}\n{entry.description.licence}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
