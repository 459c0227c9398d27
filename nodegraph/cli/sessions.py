"""A session with the catalogues and folders of nodes a command line names."""

import os
from collections.abc import Sequence
from pathlib import Path

from nodegraph.cli.text import say_problems
from nodegraph.core.errors import DocumentError, UsageError
from nodegraph.core.resources import data_folder
from nodegraph.core.validate import errors_of
from nodegraph.runtime.catalog.catalog import Catalog
from nodegraph.runtime.state import ServerListener
from nodegraph.session import Session, user_catalogue, user_nodes


def session_for(catalogs: Sequence[str], nodes: Sequence[str] = (), on_server: ServerListener | None = None) -> Session:
    """A session that reads `catalogs` before the shipped one and the person's own, and the folders `nodes`.

    Mistakes in a named catalogue are told. Raises UsageError for one that is not there, DocumentError for one in which
    nothing can be used.
    """
    missing = [name for name in catalogs if not os.path.isfile(name)]
    if missing:
        raise UsageError(f"--models: there is no file {missing[0]!r}.", "Check the path.")
    missing = [name for name in nodes if not os.path.isdir(name)]
    if missing:
        raise UsageError(f"--nodes: there is no folder {missing[0]!r}.", "Name the folder that holds the .py files.")
    folders = {path.resolve(): path for path in (*map(Path, nodes), user_nodes())}
    paths = [*map(Path, catalogs), data_folder() / "models.json", user_catalogue()]
    session = Session(paths, folders.values(), on_server=on_server)
    for name in catalogs:
        _tell_mistakes(session.catalogs[Path(name)])
    return session


def _tell_mistakes(catalog: Catalog) -> None:
    errors = errors_of(catalog.problems)
    if errors and not catalog.entries:
        raise DocumentError(f"--models: {errors[0].where}: {errors[0].message}", errors[0].hint, errors)
    say_problems(errors)
