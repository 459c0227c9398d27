"""Where parts lie until they are joined: a hidden folder beside the output, which is gone afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nodegraph.core.errors import NodegraphError

TOKEN = "token"


@contextmanager
def scratch(output: Path) -> Iterator[Path]:
    """A folder beside `output`, so that what is in it is renamed into place, removed at the end with all it holds.

    Raises NodegraphError when there is no place for it.
    """
    made = [parent for parent in (output.parent, *output.parent.parents) if not parent.exists()]
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{output.stem[:100]}.parts-", dir=output.parent))
        (folder / TOKEN).touch()
    except OSError as error:
        raise NodegraphError(f"Cannot write to {output.parent}: {error.strerror}.", "Choose another folder.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for parent in made:  # a render that failed leaves no empty folders
            if parent.exists() and not any(parent.iterdir()):
                parent.rmdir()
