"""What a person chooses once for a server and not for each frame: its checkpoint and its set-up."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from nodegraph.core.spec import Param
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.weights.checkpoints import checkpoint_names, chosen_checkpoint, has_checkpoints, train_hint

CHECKPOINT: Final = "checkpoint"


def start_params(entry: ModelEntry) -> tuple[Param, ...]:
    """The parameters that start the server anew: the checkpoint, when there are some to choose from, and the set-up."""
    checkpoint = (_checkpoint_param(entry),) if _asks_for_checkpoint(entry) else ()
    return (*checkpoint, *(replace(param, restart=True) for param in entry.setup))


def settled(entry: ModelEntry, values: Mapping[str, Any]) -> ModelEntry:
    """The entry as it was chosen: `setup` with these values as defaults, `checkpoints` with the chosen one alone."""
    setup = tuple(replace(param, default=values.get(param.name, param.default)) for param in entry.setup)
    if not _asks_for_checkpoint(entry):
        return replace(entry, setup=setup)
    chosen = chosen_checkpoint(entry, str(values.get(CHECKPOINT) or ""))
    return replace(entry, setup=setup, checkpoints=(chosen,) if chosen else ())


def _asks_for_checkpoint(entry: ModelEntry) -> bool:
    names = [port.name for port in entry.inputs] + [param.name for param in (*entry.parameters, *entry.setup)]
    return has_checkpoints(entry) and CHECKPOINT not in names


def _checkpoint_param(entry: ModelEntry) -> Param:
    names = checkpoint_names(entry)
    about = "What the model has learned; another one starts its server anew."
    if not names:
        about = f"It has to be trained first. {train_hint(entry.id)}"
    # A preset may come from a machine with other files, and files come and go while the program runs.
    return Param(CHECKPOINT, "choice", names[0] if names else "", about, choices=names, restart=True, open=True)
