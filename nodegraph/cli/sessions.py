"""A session with the catalogues and folders of nodes a command line names."""

from collections.abc import Sequence
from pathlib import Path

from nodegraph.core.errors import UsageError
from nodegraph.core.resources import data_folder
from nodegraph.runtime.state import ServerListener
from nodegraph.session import Session, user_nodes


def session_for(catalogs: Sequence[str], nodes: Sequence[str] = (), on_server: ServerListener | None = None) -> Session:
    """A session that reads `catalogs` before the shipped one, and the nodes in the folders `nodes`.

    Raises UsageError for one that is not there.
    """
    missing = [name for name in catalogs if not Path(name).is_file()]
    if missing:
        raise UsageError(f"--models: there is no file {missing[0]!r}.", "Check the path.")
    missing = [name for name in nodes if not Path(name).is_dir()]
    if missing:
        raise UsageError(f"--nodes: there is no folder {missing[0]!r}.", "Name the folder that holds the .py files.")
    folders = {path.resolve(): path for path in (*map(Path, nodes), user_nodes())}
    return Session([*map(Path, catalogs), data_folder() / "models.json"], folders.values(), on_server=on_server)
