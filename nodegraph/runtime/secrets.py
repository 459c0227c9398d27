"""Secrets (API tokens) by name: read from the environment, else from the system's keyring; written only to the keyring.

Their values never go into presets, logs, reports or messages: whoever keeps or shows text of a server's puts it
through `redacted` first.
"""

import importlib
import os
import re
import threading
from collections.abc import Iterable
from typing import Any, Final

from nodegraph.core.errors import ModelError, NodegraphError, UsageError
from nodegraph.runtime.consent import TRIAL, agreed_secrets

_SERVICE: Final = "nodegraph"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_SHORTEST: Final = 6
"""Characters: a shorter value ("true", "8080") may stand in a log for something else, and guards nothing."""
_INSTALL: Final = 'Install it (pip install "nodegraph[secrets]"), or set the variable in the environment.'

_known: dict[str, str] = {}
_lock = threading.Lock()


def secret(name: str) -> str | None:
    """The value of a secret: the environment's variable `name`, else the keyring's; None when neither has one.

    From then on `redacted` hides the value in this program.
    """
    value = os.environ.get(name) or _stored(name)
    if value:
        _remember(name, value)
    return value or None


def secrets_of(names: Iterable[str], id: str, whose: str) -> dict[str, str]:
    """The variables the server of the model `id` is given: name -> value.

    Raises ModelError, with what to do, for one that is missing and for one that the person never let it have: a
    catalogue may name any variable. whose: the model's name, for the message.
    """
    found = {}
    for name in names:
        value = secret(name)
        if value is None:
            message = f"{whose} needs the secret {name}, which is neither in the environment nor in the keyring."
            raise ModelError(message, f"Store it: nodegraph models secret {name} --for {_mine(id)}")
        if name not in agreed_secrets(id):
            message = f"{whose} asks for the secret {name}, and nobody has said yet that it may have it."
            raise ModelError(message, f"If you trust it with that: nodegraph models secret {name} --for {_mine(id)}")
        found[name] = value
    return found


def secret_for(name: str, id: str) -> str | None:
    """The value of a secret that the model `id` can do without: None also when the person never let it have it."""
    return secret(name) if name in agreed_secrets(id) else None


def redacted(text: str) -> str:
    """`text` with every secret value that was read replaced by its name in brackets."""
    with _lock:
        known = sorted(_known.items(), key=lambda one: -len(one[0]))
    for value, name in known:
        text = text.replace(value, f"[{name}]")
    return text


def store(name: str, value: str) -> None:
    """Keep a secret in the system's keyring. Raises UsageError (bad name, no value), NodegraphError (no keyring)."""
    check_name(name)
    if not value or "\0" in value:
        raise UsageError("Nothing was stored: the value is empty.", "Type or paste the token, then press Enter.")
    keyring = _keyring()
    try:
        keyring.set_password(_SERVICE, name, value)
    except Exception as error:  # backends raise whatever their system does; the value is in none of our words
        raise _no_keyring(error) from None
    _remember(name, value)


def forget(name: str) -> bool:
    """Remove a secret from the keyring; False when it was not there. Raises as `store`."""
    check_name(name)
    keyring = _keyring()
    try:
        if keyring.get_password(_SERVICE, name) is None:
            return False
        keyring.delete_password(_SERVICE, name)
    except Exception as error:
        raise _no_keyring(error) from None
    return True


def check_name(name: str) -> None:
    """Raises UsageError for a name that cannot be a variable."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name[:60]!r} is no name of a secret.", "Use letters, digits and _, as in MY_TOKEN.")


def _mine(id: str) -> str:
    return id.removesuffix(TRIAL)


def _stored(name: str) -> str | None:
    """The keyring's value; no keyring, or one that is locked or broken, has none."""
    try:
        found = importlib.import_module("keyring").get_password(_SERVICE, name)
    except Exception:  # not installed, no backend, locked: the message about the missing secret says what to do
        return None
    return found if isinstance(found, str) else None


def _keyring() -> Any:
    try:
        return importlib.import_module("keyring")
    except ImportError:
        raise NodegraphError("The system's keyring cannot be used: the package keyring is missing.", _INSTALL) from None


def _no_keyring(error: Exception) -> NodegraphError:
    hint = "Unlock or install one (on Linux gnome-keyring or KWallet), or set the variable in the environment."
    return NodegraphError(f"The system's keyring cannot be used ({type(error).__name__}).", hint)


def _remember(name: str, value: str) -> None:
    """Its lines too: a key of several lines is printed, and kept in a log, line by line."""
    with _lock:
        _known.update({part: name for part in (value, *value.splitlines()) if len(part.strip()) >= _SHORTEST})
