"""``nodegraph models secret``: a token goes from the keyboard into the system's keyring, and is never shown."""

import argparse
import getpass
import sys

from nodegraph.cli.codes import DONE
from nodegraph.cli.text import say
from nodegraph.core.errors import UsageError
from nodegraph.runtime import secrets


def secret(arguments: argparse.Namespace) -> int:
    """Store a secret under its name, or delete it."""
    name = arguments.name
    secrets.check_name(name)
    if arguments.delete:
        if not secrets.forget(name):
            raise UsageError(f"There is no secret {name} in the keyring.", "A variable of the environment is not ours.")
        say(f"{name}: deleted from the keyring")
        return DONE
    value = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    secrets.store(name, value)
    say(f"{name}: stored in the keyring; models that name it in `secrets` are given it")
    return DONE
