"""A server that runs already, added by its address."""

from collections.abc import Iterator, Mapping
from typing import Any

from nodegraph.core.errors import Problem
from nodegraph.runtime.adding.facts import facts_about, read_entry
from nodegraph.runtime.adding.ids import id_for, problems_with
from nodegraph.runtime.adding.plan import Fact, Plan, Wishes, Written
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols.recognise import describe


def entries_at(url: str) -> Iterator[ModelEntry]:
    """The models that answer at `url`, each an entry whose node asks there. Raises ModelError when there are none."""
    for raw in describe(url).entries:
        yield read_entry({**raw, "server": url.strip().rstrip("/")}, url)[0]


def plan_server(url: str, wishes: Wishes) -> Plan:
    """Look at the server (only with GET) and plan an entry for each of its models.

    Raises UsageError for a wish that makes no sense, ModelError when no model answers there.
    """
    address = url.strip().rstrip("/")
    found = describe(address)
    written: Written = []
    for raw in found.entries:
        id, name = _called(raw, wishes, several=len(found.entries) > 1)
        written.append({**raw, "id": id, "name": name, "server": address})
    entries = [read_entry(one, address)[0] for one in written]
    ids = tuple(entry.id for entry in entries)
    notes = [Problem("", note, severity="warning") for note in found.notes]
    facts = [Fact("server", f"{address}, run by somebody else: pictures are sent there")]
    facts += [fact for entry in entries for fact in facts_about(entry) if fact.name != "gpu"]  # its machine's business
    step = f"write {', '.join(ids)} into {wishes.catalogue}; nothing is started"
    return Plan(
        address,
        "server",
        ", ".join(entry.name for entry in entries),
        ids,
        tuple(facts),
        (step,),
        wishes.catalogue,
        wishes.replace,
        lambda _tell, _cancel: written,
        (*notes, *problems_with(ids, wishes)),
    )


def _called(raw: Mapping[str, Any], wishes: Wishes, several: bool) -> tuple[str, str]:
    """Id and name; what was wished is the beginning of them when the server has several commands."""
    id, name = str(raw["id"]), str(raw["name"])
    if not wishes.id and not wishes.name:
        return id, name
    wished = id_for(wishes, wishes.name)
    if not several:
        return wished, wishes.name or name
    return f"{wished}-{id}"[:64], f"{wishes.name}: {name}" if wishes.name else name
