"""Licences are shown before a model's first use, and remembered. What changed since is shown again."""

import contextlib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from nodegraph.core.errors import NodegraphError
from nodegraph.core.resources import data_folder
from nodegraph.editor.state.models.weights import licences_of
from nodegraph.runtime.consent import agree_to_secrets
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.launch import usual_kind

_HERE: Final = ("", "localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Use:
    """A model, the place it is to run at and the checkpoint ("": the default one), as a node has them."""

    entry: ModelEntry
    place: Mapping[str, Any] = field(default_factory=dict)
    checkpoint: str = ""

    @property
    def key(self) -> str:
        """What the answer is remembered by: a server elsewhere, and a container with a network, are asked about on
        their own, for they can pass the pictures on.
        """
        host = _host(self.place, self._kind)
        key = f"{self.entry.id} at {host}" if host else self.entry.id
        networked = self.place.get("network") == "on" and self.place.get("kind") in (None, "", "container")
        return f"{key}, network on" if networked else key

    @property
    def secrets(self) -> tuple[str, ...]:
        """The variables that are given to its server; one elsewhere gets only what Cog sends with each call."""
        return self.entry.secrets if self._kind != "url" or self.entry.protocol == "cog" else ()

    @property
    def _kind(self) -> str:
        """As it would be started, also where the place does not say."""
        return str(self.place.get("kind") or usual_kind(self.entry))


class Accepted(Protocol):
    """Where it is remembered (`Settings`): by use the SHA-256 of the licence's text."""

    licences: dict[str, str]

    def changed(self) -> None:
        """There is something to save."""


def unaccepted(uses: Iterable[Use], accepted: Accepted) -> list[Use]:
    """Those whose licence was not accepted as it is now; of two with one key the first."""
    found: dict[str, Use] = {}
    for use in uses:
        if accepted.licences.get(use.key) != _digest(use.entry):
            found.setdefault(use.key, use)
    return list(found.values())


def accept(uses: Iterable[Use], accepted: Accepted) -> None:
    """Remember that these were accepted, and that their servers may be given the secrets that the sheet named."""
    uses = list(uses)
    for use in uses:
        with contextlib.suppress(NodegraphError):  # a disk that is full: the run says that it may not have them
            agree_to_secrets(use.entry.id, use.secrets)
    accepted.licences |= {use.key: _digest(use.entry) for use in uses}
    accepted.changed()


def _digest(entry: ModelEntry) -> str:
    """Of the licences, its weights' too, and of what they are about: another image of the same id is another model."""
    command = " ".join(entry.process.command) if entry.process else ""
    text = f"{entry.id}\n{entry.tag}\n{entry.digest}\n{command}\n{entry.description.licence}"
    if entry.process is not None and not entry.process.folder.is_relative_to(data_folder()):
        text += f"\n{entry.process.folder}\n{sorted(entry.process.env.items())}"
    if entry.server or entry.image_id:
        text += f"\n{entry.server}\n{entry.image_id}"
    if entry.build is not None and not entry.build.context.is_relative_to(data_folder()):  # ours moves with us
        text += f"\n{entry.build.context}"
    if entry.build is not None and entry.build.gpu:
        text += f"\n{sorted(entry.build.gpu.items())}"
    if entry.secrets:
        text += f"\n{entry.secrets}"
    if entry.weights or entry.checkpoints:
        text += f"\n{licences_of((*entry.weights, *entry.checkpoints))}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _host(place: Mapping[str, Any], kind: str) -> str:
    """The computer a place is on, "" for this one, or for the server that the entry itself names."""
    address = str(place.get("url" if kind == "url" else "engine") or "")
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        return "" if parts.scheme in ("unix", "npipe") or (parts.hostname or "") in _HERE else parts.netloc
    except ValueError:  # not an address at all
        return address
