"""Writing into a folder's entry.json what its server says, so that an author writes the signature only once."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodegraph.core.errors import ModelRefused, NodegraphError
from nodegraph.core.preset import write_atomically
from nodegraph.runtime.adding.folder import read_raw
from nodegraph.runtime.contract.peer import Peer
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols.described import words
from nodegraph.runtime.protocols.native import NativeClient
from nodegraph.runtime.protocols.native_schema import entry_pieces


def update_entry(folder: Path, entry: ModelEntry, place: Mapping[str, Any]) -> list[str]:
    """Start the server of `entry`, ask it, and write what it says; the keys that changed.

    That is its inputs, outputs and parameters, and the first of its texts. Every other key stays. Raises ModelError
    when it does not run or is not native, NodegraphError when the file cannot be written.
    """
    with Peer(entry, place) as peer:
        client = peer.client
        if not isinstance(client, NativeClient):
            raise ModelRefused(f"{entry.name} speaks {entry.protocol}: only a native server says what it is.")
        described = client.describe()
    said, raw = entry_pieces(described), read_raw(folder) or {}
    if first := words(described.get("description")):
        said["description"] = {**_texts(raw.get("description")), "first": first}
    changed = [key for key, value in said.items() if raw.get(key) != value]
    path = folder / "entry.json"
    try:
        if changed:
            write_atomically(path, (json.dumps(raw | said, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
    except OSError as error:
        raise NodegraphError(f"{path} cannot be written: {error.strerror}.", "Check its permissions.") from error
    return changed


def _texts(written: Any) -> dict[str, Any]:
    """The texts of a description, which may be written as one."""
    return dict(written) if isinstance(written, Mapping) else {}
