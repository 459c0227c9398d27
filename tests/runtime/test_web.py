"""httpx's client with sockets it knows."""

import socket

from nodegraph.runtime.protocols.web import Web


class Opened:
    """What httpcore gives when it has connected."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def get_extra_info(self, name: str) -> socket.socket:
        return self._connection


def test_a_connection_that_was_being_made_while_the_client_was_closed_is_cut() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(5)
        web = Web(trust_env=False)
        web._note("connection.connect_tcp.complete", {"return_value": Opened(ours)})
        web.close()
        assert theirs.recv(1) == b""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(5)
        web._note("connection.connect_tcp.complete", {"return_value": Opened(ours)})
        assert theirs.recv(1) == b"", "it came too late for `close`"
