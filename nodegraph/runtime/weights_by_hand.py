"""Fetching and checking a model's weights without starting it, for the command line and the editor."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nodegraph.core.errors import UsageError
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.chosen import CHECKPOINT, settled
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.launch import launch_of
from nodegraph.runtime.lifecycle.by_hand import Teller
from nodegraph.runtime.runners.local_weights import local_weights
from nodegraph.runtime.state import ServerListener
from nodegraph.runtime.weights import complete
from nodegraph.runtime.weights.checkpoints import bring_local, checkpoint_names, is_local
from nodegraph.runtime.weights.fetch import Fetching
from nodegraph.runtime.weights.places import offline_folders, weights_folder


def fetch(
    entry: ModelEntry,
    tell: ServerListener,
    cancel: Cancel | None = None,
    checkpoint: str = "",
    folders: Sequence[Path] = (),
) -> Path:
    """Have the model's weights and one checkpoint (the default one for "") on this machine; the folder they are in.

    folders: looked through before $NODEGRAPH_WEIGHTS_FOLDERS and the network. Raises ModelError, UsageError for a
    checkpoint nobody knows, or Cancelled after `cancel.set()`.
    """
    launch = launch_of(_chosen(entry, checkpoint), {"kind": "container"})
    teller = Teller(launch, tell, cancel or Cancel())
    return local_weights(launch, teller, (*folders, *offline_folders()))


def check(entry: ModelEntry, checkpoint: str = "", cancel: Cancel | None = None) -> list[str]:
    """Read the model's files again and compare their hashes; a sentence for each that is missing or damaged."""
    launch = launch_of(_chosen(entry, checkpoint), {"kind": "container"})
    fetching = Fetching(launch.id, launch.name, cancel or Cancel(), lambda *_: None)
    for one in launch.files:
        if is_local(one):
            bring_local(launch.id, launch.name, one.name)
    return fetching.check([one for one in launch.files if not is_local(one)])


def weights_here(entry: ModelEntry) -> bool:
    """Whether nothing has to be fetched before the model starts with its default checkpoint. Asks no network."""
    wanted = [one for one in launch_of(entry, {}).files if not is_local(one)]
    return all(complete.is_here(weights_folder(entry.id), one) for one in wanted)


def _chosen(entry: ModelEntry, checkpoint: str) -> ModelEntry:
    if not checkpoint:
        return entry
    names = checkpoint_names(entry)
    if checkpoint not in names:
        hint = f"It has {', '.join(names)}." if names else "It has none."
        raise UsageError(f"{entry.name} has no checkpoint {checkpoint!r}.", hint)
    chosen = settled(entry, {CHECKPOINT: checkpoint})
    return replace(entry, checkpoints=chosen.checkpoints)
