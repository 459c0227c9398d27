"""What belongs to the person: their nodes and their catalogue, in their data folder; every session loads both."""

import os
from pathlib import Path


def user_nodes() -> Path:
    """The folder of the person's own nodes, which every session loads; it need not be there."""
    return _folder() / "nodes"


def user_catalogue() -> Path:
    """The catalogue of the models a person added (`nodegraph models add`); it need not be there.

    The variable NODEGRAPH_CATALOGUE names another file.
    """
    named = os.environ.get("NODEGRAPH_CATALOGUE")
    return Path(named).expanduser().absolute() if named else _folder() / "models.json"


def _folder() -> Path:
    import platformdirs

    return platformdirs.user_data_path("nodegraph", appauthor=False)
