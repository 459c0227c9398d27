"""``nodegraph models secret``: a token goes from the keyboard into the system's keyring, and is never shown."""

import argparse
import getpass
import sys

from nodegraph.cli.codes import DONE
from nodegraph.cli.text import say
from nodegraph.core.errors import UsageError
from nodegraph.runtime import secrets
from nodegraph.runtime.consent import agree_to_secrets, refuse_secret


def secret(arguments: argparse.Namespace) -> int:
    """Store a secret under its name, or delete it; let a model have it, or not any more."""
    name, model = arguments.name, arguments.model.removeprefix("model.")
    secrets.check_name(name)
    if arguments.delete and model:
        _refuse(name, model)
    elif arguments.delete:
        _delete(name)
    elif model:
        _allow(name, model)
    else:
        _store(name)
        say(f"{name}: stored in the keyring; `--for MODEL` lets a model have it that was not added with it")
    return DONE


def _store(name: str) -> None:
    value = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    secrets.store(name, value)


def _delete(name: str) -> None:
    if not secrets.forget(name):
        raise UsageError(f"There is no secret {name} in the keyring.", "A variable of the environment is not ours.")
    say(f"{name}: deleted from the keyring")


def _allow(name: str, model: str) -> None:
    """Asks for the value only when there is none yet."""
    if secrets.secret(name) is None:
        _store(name)
    agree_to_secrets(model, [name])
    say(f"{name}: {model} may have it")


def _refuse(name: str, model: str) -> None:
    if not refuse_secret(model, name):
        raise UsageError(f"{model} may not have {name} anyway.", "`nodegraph models list` names the models.")
    say(f"{name}: {model} may not have it any more")
