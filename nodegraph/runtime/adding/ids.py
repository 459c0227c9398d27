"""The id of a model that is added: one's own wish or made from a name, and free."""

from collections.abc import Iterator

from nodegraph.core.errors import DocumentError, Problem, UsageError
from nodegraph.runtime.adding.catalogue_file import check_writable, id_of, read_entries
from nodegraph.runtime.adding.plan import TAKES_PLACE, Wishes
from nodegraph.runtime.catalog.catalog import slug


def id_for(wishes: Wishes, name: str) -> str:
    """The wished id, else one made from `name`. Raises UsageError for a wish that is no id."""
    if wishes.id and slug(wishes.id.replace(".", "-").replace("_", "-")) != wishes.id.replace(".", "-").replace(
        "_", "-"
    ):
        raise UsageError(f"--id {wishes.id[:80]!r} is no id.", "Use lower-case letters, digits, '.', '-' and '_'.")
    return wishes.id or slug(name) or "model"


def problems_with(ids: tuple[str, ...], wishes: Wishes) -> Iterator[Problem]:
    """Ids that are taken, and a catalogue that cannot be read or written, before anything is done."""
    for id in ids:
        if id in wishes.taken:
            yield Problem(id, f"is the id of another model: {wishes.taken[id]}.", "Give this one another --id.")
    try:
        there = {id_of(one) for one in read_entries(wishes.catalogue)}
        check_writable(wishes.catalogue)
    except DocumentError as error:
        yield Problem("", error.message, error.hint)
        return
    for id in ids:
        if id in there and wishes.replace:
            yield Problem(id, TAKES_PLACE, severity="warning")
        elif id in there:
            yield Problem(id, f"is in {wishes.catalogue} already.", "Give this one another --id, or --replace that.")
