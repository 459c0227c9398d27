"""A Hugging Face model, added by its name: looked up on the hub, pinned to one commit, served by models/hf."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from nodegraph.core.errors import ModelError, Problem, UsageError
from nodegraph.core.resources import data_folder
from nodegraph.runtime.adding.facts import container_facts, facts_about, read_entry
from nodegraph.runtime.adding.ids import id_for, problems_with
from nodegraph.runtime.adding.plan import Fact, Plan, Wishes
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.huggingface import entry_for, task_of
from nodegraph.runtime.weights.hub import WANTED
from nodegraph.runtime.weights.web import BrokenOff, Web, hub

_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_REVISION: Final = re.compile(r"[\w][\w./-]{0,99}", re.ASCII)
_LARGEST: Final = 8 << 20


def plan_hub(name: str, wishes: Wishes) -> Plan:
    """Ask the hub (HF_ENDPOINT, else huggingface.co) about ``owner/name`` and plan its entry.

    Raises UsageError for what is no name, ModelError for a model that is not there, is closed, needs code of its own,
    has no safetensors, or is for a task that is not served.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name[:100]!r} is not the name of a Hugging Face model.", "Write hf:OWNER/NAME.")
    revision = wishes.revision or "main"
    if not _REVISION.fullmatch(revision) or ".." in revision:
        raise UsageError(f"--revision {revision[:100]!r} is no revision.", "Give a branch, a tag or a commit.")
    web = Web(Cancel())
    facts = _asked(web, f"{hub()}/api/models/{name}/revision/{revision}?blobs=true", name)
    commit = str(facts.get("sha") or "")
    files = _files(facts)
    config = _config(web, name, commit, files)
    task = task_of(config, facts, wishes.task)
    licence, size = _licence(facts), sum(one for file, one in files.items() if _is_fetched(file))
    models = data_folder() / "models"
    raw = entry_for(name, commit, files, task, licence, size, str(models))
    id = id_for(wishes, "") if wishes.id else str(raw["id"])
    raw |= {"id": id, "name": wishes.name or raw["name"]}
    entry, _ = read_entry(raw, name)
    shown = (
        Fact("model", f"{hub()}/{name} at the commit {commit[:12]}, for {task}"),
        *facts_about(entry),
        Fact("image", f"{entry.tag}, built here from {models / 'hf'}"),
        *container_facts(entry),
    )
    step = f"write {id} into {wishes.catalogue}; image and weights are fetched when it is first started"
    return Plan(
        f"hf:{name}",
        "hub",
        entry.name,
        (id,),
        shown,
        (step,),
        wishes.catalogue,
        wishes.replace,
        lambda _tell, _cancel: [raw],
        (*_gated(facts, name), *_unlicensed(licence), *problems_with((id,), wishes)),
    )


def _asked(web: Web, url: str, name: str) -> dict[str, Any]:
    try:
        with web.get(url, secret=True, page=f"{hub()}/{name}") as response:
            body = response.read(_LARGEST)
    except ModelError as error:
        if "is not there" in error.message:
            hint = "Check owner, name and --revision."
            raise ModelError(f"There is no model {name} (or no such revision of it) at {hub()}.", hint) from error
        if "/api/" in url and "login (401)" in error.message:  # the hub's answer for names that it does not know, too
            message = f"There is no model {name} at {hub()}, or only people who are logged in may see it."
            raise ModelError(message, f"Check owner and name. {error.hint}") from error
        if isinstance(error, BrokenOff):
            error.hint = "Check the network; a model can be added only while its page can be read."
        raise
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ModelError(f"{url} does not answer as a model hub does.", "Check the network and HF_ENDPOINT.")
    return said


def _files(facts: Mapping[str, Any]) -> dict[str, int]:
    """The names and sizes of the repository's files."""
    found = {}
    siblings = facts.get("siblings")
    for one in siblings if isinstance(siblings, list) else ():
        if isinstance(one, Mapping) and isinstance(one.get("rfilename"), str):
            size = one.get("size")
            found[one["rfilename"]] = size if isinstance(size, int) and size > 0 else 0
    return found


def _config(web: Web, name: str, commit: str, files: Mapping[str, int]) -> dict[str, Any]:
    if "config.json" in files:
        return _asked(web, f"{hub()}/{name}/resolve/{commit}/config.json", name)
    if "model_index.json" in files:
        return {"_class_name": "pipeline"}
    return {}


def _is_fetched(file: str) -> bool:
    return "/" not in file and file.endswith(WANTED)


def _licence(facts: Mapping[str, Any]) -> str:
    card = facts.get("cardData")
    said = card.get("license") if isinstance(card, Mapping) else None
    said = said[0] if isinstance(said, list) and said else said
    if isinstance(card, Mapping) and said == "other":
        said = card.get("license_name") or card.get("license_link") or said
    return str(said)[:200] if isinstance(said, str) else ""


def _gated(facts: Mapping[str, Any], name: str) -> list[Problem]:
    if not facts.get("gated") and not facts.get("private"):
        return []
    hint = f"Accept its licence at {hub()}/{name}, make a token there and store it: nodegraph models secret HF_TOKEN"
    return [Problem("", "Its weights are given only to people who are logged in.", hint, "warning")]


def _unlicensed(licence: str) -> list[Problem]:
    if licence:
        return []
    hint = "Ask its author before you show or publish what it makes."
    return [Problem("", "Its author says no licence: nobody else may use it.", hint, "warning")]
