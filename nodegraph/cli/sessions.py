"""A session with the catalogues a command line names."""

from collections.abc import Sequence
from pathlib import Path

from nodegraph.core.errors import UsageError
from nodegraph.core.resources import data_folder
from nodegraph.runtime.state import ServerListener
from nodegraph.session import Session


def session_for(catalogs: Sequence[str], on_server: ServerListener | None = None) -> Session:
    """A session that reads `catalogs` before the shipped one. Raises UsageError for one that is not there."""
    missing = [name for name in catalogs if not Path(name).is_file()]
    if missing:
        raise UsageError(f"--models: there is no file {missing[0]!r}.", "Check the path.")
    return Session([*map(Path, catalogs), data_folder() / "models.json"], on_server=on_server)
