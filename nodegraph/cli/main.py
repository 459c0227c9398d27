"""``nodegraph``: arguments in, exit code out. Nothing heavy is imported before a command needs it.

0 done · 1 the run failed · 2 wrong usage · 3 preset or catalogue invalid · 130 interrupted
"""

import sys
from collections.abc import Sequence

from nodegraph.cli.codes import DONE, FAILED, INTERRUPTED, INVALID, USAGE
from nodegraph.cli.parser import parse
from nodegraph.cli.text import say_error
from nodegraph.core.errors import DocumentError, NodegraphError, UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line (without the program's name); the exit code. Raises nothing."""
    try:
        arguments = parse(sys.argv[1:] if argv is None else argv)
        return int(arguments.command(arguments))
    except SystemExit as leaving:  # argparse, after its own message
        return leaving.code if isinstance(leaving.code, int) else USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except UsageError as error:
        say_error(error)
        return USAGE
    except DocumentError as error:
        say_error(error)
        return INVALID
    except NodegraphError as error:
        say_error(error)
        return FAILED
    except Exception as error:
        say_error(_unexpected(error))
        return FAILED


def _unexpected(error: Exception) -> NodegraphError:
    """A full disk, where the output of this program goes, is nobody's mistake; anything else is ours."""
    import errno

    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NodegraphError("The disk is full.", "Free some space, or write to another disk.")
    from nodegraph.cli.crash import report

    return report(error)


def _reader_left() -> int:
    """``nodegraph nodes list | head``: what we say next has no reader, and that is no mistake."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE
