"""``nodegraph models new``: a folder with a model that works, to be changed into one's own."""

import argparse
from pathlib import Path

from nodegraph.cli.codes import DONE
from nodegraph.cli.sessions import session_for
from nodegraph.cli.text import say
from nodegraph.core.errors import UsageError
from nodegraph.runtime.adding.new_model import write_new
from nodegraph.runtime.catalog.catalog import slug


def new(arguments: argparse.Namespace) -> int:
    """Write the folder and say what to do with it."""
    id = slug(arguments.name)
    with session_for([]) as session:
        taken = [entry for entry in session.models if entry.id == id]
    if taken:
        raise UsageError(f"There is a model {id!r} already: {taken[0].name}.", "Choose another name.")
    folder = Path(arguments.folder) if arguments.folder else Path(id or "model")
    write_new(arguments.name, folder)
    say(f"wrote {folder}/: server.py is the model, entry.json what nodegraph knows of it")
    say(f"  nodegraph models check {folder} --update    try it; entry.json follows server.py")
    say(f"  nodegraph models add {folder}               make it a node: model.{id}")
    return DONE
