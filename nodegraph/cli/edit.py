"""``nodegraph edit``: the editor's window, or one line that says why there can be none."""

import argparse

from nodegraph.cli.sessions import session_for
from nodegraph.core.errors import UsageError


def edit(arguments: argparse.Namespace) -> int:
    """Open the editor; the exit code. Raises UsageError where no window can be opened."""
    from nodegraph.editor.views.display import why_no_window

    message, hint = why_no_window()
    if message:
        raise UsageError(f"{message} {hint}")  # one line: a script may show the last one only
    with session_for(arguments.models, arguments.nodes) as session:
        from nodegraph.editor.views.app import edit as open_window

        return open_window(session, arguments.preset or "")
