"""The way to a container's port through the engine's own API: needs no published port, no ssh and no helper image.

For every connection to a port on our 127.0.0.1 a few lines of Python are run inside the container; they connect to
the model's port there, and their standard input and output are the stream. The engine's connection (TLS) carries it.
"""

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Final

from nodegraph.core.errors import ModelError
from nodegraph.runtime.engines.docker import Engine

_CHUNK: Final = 1 << 18
_HEAD: Final = struct.Struct(">B3xI")  # the engine marks every piece: which output, how many bytes
_INSIDE: Final = f"""
import os, select, socket, sys
there = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
there.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while True:
    ready, _, _ = select.select([0, there], [], [])
    if 0 in ready:
        data = os.read(0, {_CHUNK})
        if not data:
            break
        there.sendall(data)
    if there in ready:
        data = there.recv({_CHUNK})
        if not data:
            break
        while data:
            data = data[os.write(1, data):]
"""
_SHELL: Final = 'for p in python3 python; do command -v $p >/dev/null && exec $p -c "$0" "$1"; done; echo no python >&2'


class Relay:
    """Listens on a port of 127.0.0.1 until `close`; `port` says which."""

    def __init__(self, engine: Engine, container: str, inside: int, said: Callable[[str], None]) -> None:
        """inside: the model's port in the container. said: told once why connections are not led through."""
        self._engine = engine
        self._container = container
        self._command = ["sh", "-c", _SHELL, _INSIDE, str(inside)]
        self._said = said
        self._told = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def close(self) -> None:
        """Stop listening and cut what is connected."""
        _shut(self._listener)
        self._listener.close()
        for one in tuple(self._open):
            _shut(one)

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(ours,), name="relay", daemon=True).start()

    def _carry(self, ours: socket.socket) -> None:
        ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with ours, contextlib.suppress(OSError):
            try:
                there = self._engine.run_inside(self._container, self._command)
            except ModelError as error:
                self._tell(error.message)
                return
            with there:
                self._open |= {ours, there.socket}
                try:
                    self._pump(ours, there.socket)
                finally:
                    self._open -= {ours, there.socket}

    def _pump(self, ours: socket.socket, there: socket.socket) -> None:
        """Both directions in one thread: a TLS connection may not be read and written at the same time."""
        pieces = _Pieces()
        while True:
            held = getattr(there, "pending", int)()  # what TLS has decrypted already is no news to select
            ready = [there] if held else select.select([ours, there], [], [])[0]
            if ours in ready:
                data = ours.recv(_CHUNK)
                if not data:
                    return
                there.sendall(data)
            if there in ready:
                data = there.recv(_CHUNK)
                if not data:
                    return
                for output, piece in pieces.split(data):
                    if output == 1:
                        ours.sendall(piece)
                    else:
                        self._tell(piece.decode("utf-8", "replace"))

    def _tell(self, words: str) -> None:
        last = words.strip().rpartition("\n")[2]
        if last and not self._told and "Connection refused" not in last:  # a server that is not there yet is no news
            self._told = True
            self._said(f"the way through the engine to its port fails: {last}")


class _Pieces:
    """Takes the engine's marked stream apart, wherever the chunks of it end."""

    def __init__(self) -> None:
        self._output = self._left = 0
        self._head = b""

    def split(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The pieces in `data`, each with its output: 1 is standard output, 2 is standard error."""
        while data:
            if not self._left:
                missing = _HEAD.size - len(self._head)
                self._head, data = self._head + data[:missing], data[missing:]
                if len(self._head) < _HEAD.size:
                    return
                self._output, self._left = _HEAD.unpack(self._head)
                self._head = b""
                continue
            piece, data = data[: self._left], data[self._left :]
            self._left -= len(piece)
            yield self._output, piece


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
