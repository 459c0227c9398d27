"""Adding a model, in two steps: `plan` looks and tells, `apply` does it once a person agreed.

plan = plan_for("someone/cats:2", Wishes(user_catalogue()))
for fact in plan.facts: ...            show them, and plan.steps, and plan.problems
ids = apply(plan, tell)                pulls, builds, starts and writes what the plan said, nothing else
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodegraph.core.errors import DocumentError, UsageError
from nodegraph.runtime.adding.catalogue_file import put_entry
from nodegraph.runtime.adding.facts import read_entry
from nodegraph.runtime.adding.plan import Plan, Wishes
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.consent import agree_to_folder, agree_to_secrets, take_back
from nodegraph.runtime.container_options import CONTAINER_PORTS
from nodegraph.runtime.state import ServerListener

HUB = "hf:"


def plan_for(what: str, wishes: Wishes) -> Plan:
    """What adding `what` would mean: an address, a folder, ``hf:owner/name``, a file of weights, or an image.

    Only looks: nothing is pulled, built, started or written. Raises UsageError for what is none of these,
    DocumentError for a file or entry that is wrong, ModelError for something that is not there or is no model.
    """
    what = what.strip()
    if not what or not what.isprintable():
        raise UsageError("Nothing to add was named.", "Name an address, a folder, an image, a file, or hf:owner/name.")
    if wishes.protocol and wishes.protocol not in CONTAINER_PORTS:
        raise UsageError(f"There is no protocol {wishes.protocol[:40]!r}.", f"Use {', '.join(CONTAINER_PORTS)}.")
    if what.startswith(HUB):
        from nodegraph.runtime.adding.hub import plan_hub

        return plan_hub(what.removeprefix(HUB), wishes)
    if "://" in what:
        from nodegraph.runtime.adding.server import plan_server

        return plan_server(what, wishes)
    return _plan_here(what, Path(os.path.expanduser(what)), wishes)


def _plan_here(what: str, path: Path, wishes: Wishes) -> Plan:
    if os.path.isdir(path):  # pathlib's own raises for names that are too long
        from nodegraph.runtime.adding.folder import plan_folder

        return plan_folder(path, wishes)
    from nodegraph.runtime.adding.upscaler import PICKLED, plan_upscaler

    if os.path.isfile(path):
        return plan_upscaler(path, wishes)
    is_path = what.startswith((".", "/", "~")) or what.endswith("/")
    if is_path or path.suffix.lower() in (".safetensors", *PICKLED):
        raise UsageError(f"There is no file or folder {what[:200]!r}.", "Check the path.")
    from nodegraph.runtime.adding.image import plan_image

    return plan_image(what, wishes)


def apply(plan: Plan, tell: ServerListener, cancel: Cancel | None = None) -> tuple[str, ...]:
    """Do what the plan says and write its entries; their ids. `tell` hears of pulls, builds and starts.

    Raises DocumentError when a problem forbids it or the catalogue cannot be written, ModelError, Cancelled.
    """
    if not plan.can_be_done:
        first, *more = [one for one in plan.problems if one.severity == "error"]
        raise DocumentError(f"{first.where or plan.what} {first.message}", first.hint, more)
    entries = plan.work(tell, cancel or Cancel())
    for entry in entries:
        _remember(entry)  # first: an entry without it would be one that nobody agreed to
        put_entry(plan.catalogue, entry, plan.replace)
    return tuple(str(entry["id"]) for entry in entries)


def _remember(raw: Mapping[str, Any]) -> None:
    """The person saw and agreed to the folder it is built from and the secrets it asks for; to nothing older."""
    entry, _ = read_entry(raw, str(raw["id"]))
    take_back(entry.id)
    agree_to_secrets(entry.id, entry.secrets)
    if entry.build is not None:
        agree_to_folder(entry.id, entry.build.context)
