"""An ssh address, and what OpenSSH's words for a failed login mean to a person."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from nodegraph.core.errors import ModelError

_UNSAFE: Final = re.compile(r"[\s'\"`$;&<>|(){}\x00-\x1f\x7f]")
"""What no name of a machine or person has, and what the shell that runs a ProxyCommand would obey."""
_NO_LOGIN: Final = "Load your key (ssh-add), or copy it there (ssh-copy-id). Passwords are never asked for."


@dataclass(frozen=True)
class SshAddress:
    """Whom to call. user: "" for the one of ~/.ssh/config; port: 0 likewise."""

    host: str
    user: str = ""
    port: int = 0

    @staticmethod
    def parse(address: str) -> "SshAddress":
        """From ``ssh://[user@]host[:port]``. Raises ModelError."""
        try:
            parts = urlsplit(address)
            host, user, port = parts.hostname or "", parts.username or "", parts.port or 0
        except ValueError:
            host, user, port = "", "", 0
        extra = parts.path.strip("/") or parts.query or parts.password if host else ""
        if not host or extra or any(one.startswith("-") or _UNSAFE.search(one) for one in (host, user)):
            message = f"{address!r} is no address of an engine."
            raise ModelError(message, "Write it like ssh://user@host or ssh://user@host:2222.")
        return SshAddress(parts.netloc.rpartition("@")[2].partition(":")[0] if "[" not in address else host, user, port)

    @property
    def arguments(self) -> list[str]:
        """For the ssh program, without the host."""
        user = ["-l", self.user] if self.user else []
        return user + (["-p", str(self.port)] if self.port else [])

    @property
    def try_it(self) -> str:
        """What a person types to try the same."""
        port = f"-p {self.port} " if self.port else ""
        return f"ssh {port}{self.user}@{self.host}" if self.user else f"ssh {port}{self.host}"


def why_not(to: SshAddress, lines: Sequence[str]) -> tuple[str, str]:
    """Why the ssh program ended before it was let in: the second half of a sentence, and what to do."""
    text = "\n".join(lines)
    last = next((line for line in reversed(lines) if line.strip()), "it said nothing")
    by_hand = f"Try by hand: {to.try_it}"
    if "IDENTIFICATION HAS CHANGED" in text:
        return "its host key is another one than before", f"Find out why before you trust it. {by_hand}"
    if "Host key verification failed" in text:
        return "its host key is not known on this machine", f"Connect once by hand and compare the key: {to.try_it}"
    if "Permission denied" in text or "Too many authentication failures" in text:
        return "it refused our login", f"{_NO_LOGIN} {by_hand}"
    if "Could not resolve hostname" in text:
        return "no machine of that name is known", "Correct the name, or add it to ~/.ssh/config."
    if any(word in text for word in ("Connection refused", "timed out", "No route to host", "Network is unreachable")):
        return f"nothing answers there ({last.rpartition(': ')[2].rstrip('.')})", f"Is it on, with sshd? {by_hand}"
    return f"ssh says: {last.rstrip('.')}", by_hand
