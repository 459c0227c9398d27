"""A mistake of ours: one sentence for the person, the rest into a file they can send."""

import platform
import sys
import time
import traceback
from pathlib import Path

from nodegraph.core.errors import NodegraphError


def report(error: BaseException) -> NodegraphError:
    """Write the traceback to a log file; the sentence that names it."""
    from nodegraph.runtime.secrets import redacted

    said = redacted(f"nodegraph made a mistake: {type(error).__name__}: {str(error)[:300]}")
    head = f"{' '.join(sys.argv)}\nPython {sys.version}\n{platform.platform()}\n\n"
    text = redacted(head + "".join(traceback.format_exception(error)))
    try:
        path = _log_file()
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as trouble:
        return NodegraphError(said, f"The details could not be written ({trouble.strerror}).")
    return NodegraphError(said, f"This is not your fault. The details are in {path}; please report it with them.")


def _log_file() -> Path:
    import platformdirs

    folder = platformdirs.user_log_path("nodegraph", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{time.monotonic_ns() % 1000000:06d}.log"
