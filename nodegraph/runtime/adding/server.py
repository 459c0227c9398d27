"""A server that runs already, added by its address."""

from collections.abc import Iterator

from nodegraph.core.errors import Problem, UsageError
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
    if (wishes.id or wishes.name) and len(found.entries) > 1:
        names = ", ".join(str(one["name"]) for one in found.entries)
        raise UsageError(f"The server has several commands ({names}).", "Leave out --id and --name.")
    written: Written = []
    for raw in found.entries:
        name = wishes.name or str(raw["name"])
        id = id_for(wishes, wishes.name) if wishes.id or wishes.name else str(raw["id"])
        written.append({**raw, "id": id, "name": name, "server": address})
    entries = [read_entry(one, address)[0] for one in written]
    ids = tuple(entry.id for entry in entries)
    notes = [Problem("", note, severity="warning") for note in found.notes]
    facts = [Fact("server", f"{address}, run by somebody else: pictures are sent there")]
    facts += [fact for entry in entries for fact in facts_about(entry)]
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
