"""``nodegraph models add`` and ``forget``: shows what would run, asks, and only then does it."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from nodegraph.cli.codes import DONE, FAILED
from nodegraph.cli.models import teller
from nodegraph.cli.sessions import session_for
from nodegraph.cli.text import say, say_problems, table
from nodegraph.core.errors import UsageError
from nodegraph.runtime.adding.adding import apply, plan_for
from nodegraph.runtime.adding.plan import Plan, Wishes
from nodegraph.session import user_catalogue


def add(arguments: argparse.Namespace) -> int:
    """Plan, show, ask, apply. 1 when the person says no."""
    plan = plan_for(arguments.what, _wishes(arguments))
    if arguments.json:
        ids = apply(plan, teller(quiet=True)) if arguments.yes else ()
        say(json.dumps(_document(plan) | {"added": list(ids)}, indent=2))
        return DONE
    _show(plan)
    if plan.can_be_done and not arguments.yes and not _agreed():
        say("Nothing was done.")
        return FAILED
    ids = apply(plan, teller(quiet=False))
    for id in ids:
        say(f"added model.{id} ({plan.catalogue}); `nodegraph models forget {id}` takes it out again")
    if not ids:
        say(f"added {plan.title}")
    return DONE


def forget(arguments: argparse.Namespace) -> int:
    """Take an added model out of the catalogue; its image and weights stay until `models remove`."""
    from nodegraph.runtime.adding.catalogue_file import forget_entry
    from nodegraph.runtime.consent import take_back

    path = _catalogue(arguments)
    id = arguments.model.removeprefix("model.")
    if not forget_entry(path, id):
        raise UsageError(f"There is no model {id!r} in {path}.", "`nodegraph models list` names those there are.")
    take_back(id)
    say(json.dumps({"id": id, "action": "forgotten"}) if arguments.json else f"{id}: forgotten")
    return DONE


def _wishes(arguments: argparse.Namespace) -> Wishes:
    path = _catalogue(arguments)
    with session_for([]) as session:
        taken = session.ids_outside(path)
    return Wishes(
        path,
        id=arguments.id,
        name=arguments.name,
        protocol=arguments.protocol,
        task=arguments.task,
        revision=arguments.revision,
        replace=arguments.replace,
        engine=arguments.engine,
        taken=taken,
    )


def _catalogue(arguments: argparse.Namespace) -> Path:
    return Path(arguments.catalogue).expanduser().absolute() if arguments.catalogue else user_catalogue()


def _show(plan: Plan) -> None:
    say(f"{plan.title} ({plan.kind})")
    table((f"  {fact.name}", fact.value) for fact in plan.facts)
    say("\nThis will")
    for step in plan.steps:
        say(f"  {step}")
    say()
    say_problems([one for one in plan.problems if one.severity == "warning"])


def _agreed() -> bool:
    """Ask at the terminal; anything but yes is no. Raises UsageError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise UsageError("Nobody can be asked here, so nothing was done.", "Look at the above, then add --yes.")
    sys.stderr.write("Add it? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _document(plan: Plan) -> dict[str, object]:
    return {
        "what": plan.what,
        "kind": plan.kind,
        "title": plan.title,
        "ids": list(plan.ids),
        "facts": [dataclasses.asdict(fact) for fact in plan.facts],
        "steps": list(plan.steps),
        "problems": [dataclasses.asdict(problem) for problem in plan.problems],
        "catalogue": str(plan.catalogue),
    }
