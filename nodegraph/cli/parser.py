"""The command line: `verbs` has what it is made of. Each command is imported when used, so ``--help`` costs nothing."""

import argparse
from collections.abc import Sequence
from typing import Any

from nodegraph.cli.text import say
from nodegraph.cli.verbs.models import add_models
from nodegraph.cli.verbs.options import add_engine, add_verb
from nodegraph.cli.verbs.presets import add_nodes, add_presets
from nodegraph.cli.verbs.runs import add_edit, add_render, add_run

_EPILOG = """\
exit codes: 0 done, 1 the run failed, 2 wrong usage, 3 preset or catalogue invalid, 130 interrupted
"""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments, with the function to call as `command`. Raises SystemExit after help or a usage message."""
    parser = argparse.ArgumentParser(
        "nodegraph",
        description="Live video and models as a graph of nodes.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    add_edit(verbs)
    add_run(verbs)
    add_render(verbs)
    add_presets(verbs)
    add_nodes(verbs)
    add_models(verbs)
    doctor = add_verb(verbs, "doctor", "what this machine has and what is missing", "doctor", "doctor")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    add_engine(doctor)
    return parser.parse_args(argv)


class _Version(argparse.Action):
    """``--version``; looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            say(f"nodegraph {version('nodegraph')}")
        except PackageNotFoundError:
            say("nodegraph (not installed)")
        parser.exit()
