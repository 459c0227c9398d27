"""Ports of this machine."""

import socket


def free_port() -> int:
    """A port on 127.0.0.1 that nobody had a moment ago; somebody else may take it before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
