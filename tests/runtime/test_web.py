"""httpx's client with sockets it knows."""

import socket

import pytest

from nodegraph.core.errors import ModelAnswerError, ModelRefused
from nodegraph.runtime.protocols.web import Web
from nodegraph.runtime.protocols.wire import dumps, fetch


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


def test_an_address_in_an_answer_that_is_none_is_a_sentence() -> None:
    with Web(trust_env=False) as web, pytest.raises(ModelAnswerError, match="names an address that is none"):
        fetch(web, "GET", "http://127.0.0.1:1/a\x01.png", 1.0)


def test_what_json_has_no_words_for_is_refused_and_not_sent() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (float("nan"), {"x": [float("inf")]}, deep, object()):
        with pytest.raises(ModelRefused, match="cannot be sent this"):
            dumps(value)
