"""How a model's server is spoken to. Each protocol is a `Client`; where the server runs is no concern of theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol
from urllib.parse import urlsplit

from nodegraph.runtime.protocols.roster import Roster

SEE_LOG: Final = "See the server's log."
"""The hint of an error that only the server can explain. Whoever knows which server it is says where its log is."""

Frames = Literal["auto", "raw", "jpeg"]
"""How pictures go to a native server: every pixel as it is, as JPEG, or as is faster."""

OPTIONS: Final = "RW_MODEL_OPTIONS"
"""The variable with what a server of the Runway Model SDK is to be set up with before it listens."""
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Endpoint:
    """Where a server answers: an HTTP base address, a Unix socket on this machine, or both.

    url: ``http://127.0.0.1:32768`` without a trailing slash, or "" when the server has no network.
    socket: the server's Unix socket for native frames, or None. local: server and client share one kernel's memory.
    pid: of the local process that answers (with its children), 0 for any other server. roster: for a replicated
    model, the servers that answer now; it has no address of its own. frames: how pictures go there. options:
    what a server that we started found in RW_MODEL_OPTIONS, "" for nothing; None for somebody else's.
    """

    url: str
    socket: Path | None = None
    local: bool = True
    pid: int = 0
    roster: Roster | None = None
    frames: Frames = "auto"
    options: str | None = None

    @property
    def direct(self) -> bool:
        """Its address is on this machine, if only as the end of a tunnel: no proxy of the environment is asked."""
        return not self.url or urlsplit(self.url).hostname in LOOPBACK


class Client(Protocol):
    """A connection to one model server. Thread-safe: `infer` may be called from several threads."""

    @property
    def transport(self) -> str:
        """How frames travel, for the inspector: ``memfd``, ``unix``, ``http``, ``socket.io 3``, ..."""

    def infer(self, inputs: Mapping[str, Any], params: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
        """Run the model once; values are core types (see core/types.py), by port and parameter name.

        Raises ModelUnreachable, ModelTimeout (after `timeout` seconds), ModelRefused or ModelAnswerError.
        """

    def close(self) -> None:
        """Drop the connection; calls in flight raise ModelUnreachable."""
