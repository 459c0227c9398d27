"""The Unix socket: native messages with frames in shared memory or inline, and plain HTTP for everything else."""

import array
import logging
import os
import socket
import stat
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import ReferenceType

import numpy as np

from nodegraph_kit import message
from nodegraph_kit.describe import PROTOCOL_VERSION
from nodegraph_kit.errors import Refusal
from nodegraph_kit.native import answer, is_connected
from nodegraph_kit.runner import Runner
from nodegraph_kit.segment import Segment
from nodegraph_kit.values import Bytes

log = logging.getLogger("nodegraph_kit")
MAX_CONNECTIONS = 64


class Closed(Exception):
    """The client is gone."""


def listen(path: Path) -> socket.socket:
    """A listening socket at `path`; a socket file left by a server that died is replaced. Raises OSError.

    Everyone who can reach the folder may connect: the server in a container and its client are different users,
    so it is the folder's permissions that guard the socket.
    """
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    os.chmod(path, 0o666)
    listener.listen(MAX_CONNECTIONS)
    return listener


def accept_for_ever(
    listener: socket.socket, runner: Runner, max_bytes: int, serve_http: Callable[[socket.socket], None]
) -> None:
    """Give every connection a thread, until the listener is closed."""
    turns = threading.Semaphore(MAX_CONNECTIONS)
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        if turns.acquire(blocking=False):
            lane = Lane(client, runner, max_bytes)
            threading.Thread(target=_serve, args=(lane, serve_http, turns), daemon=True).start()
        else:
            log.warning("refused a connection: %d are open already", MAX_CONNECTIONS)
            client.close()


def _serve(lane: "Lane", serve_http: Callable[[socket.socket], None], turns: threading.Semaphore) -> None:
    try:
        with lane.socket:
            if lane.speaks_native():
                lane.serve()
            else:
                serve_http(lane.socket)
    except (Closed, OSError):
        pass  # clients come and go
    except Exception:
        log.exception("a connection failed")
    finally:
        turns.release()


class Lane:
    """One connection: one request at a time, with at most one shared segment."""

    def __init__(self, client: socket.socket, runner: Runner, max_bytes: int) -> None:
        self.socket = client
        self._runner = runner
        self._max_bytes = max_bytes
        self._segment: Segment | None = None
        self._client = ""

    def speaks_native(self) -> bool:
        """False when the first bytes are something else, such as HTTP."""
        first = self.socket.recv(len(message.MAGIC), socket.MSG_PEEK | socket.MSG_WAITALL)
        return first == message.MAGIC or not first

    def serve(self) -> None:
        """Answer until the client leaves, or says something after which its bytes make no sense. Raises Closed."""
        while True:
            try:
                header, body, descriptors = self._receive()
            except Refusal as refusal:
                self._send({"error": refusal.to_json()})
                return
            try:
                self._answer(header, body, descriptors)
            except Refusal as refusal:
                self._send({"id": header.get("id"), "error": refusal.to_json()})
            finally:
                for descriptor in descriptors:
                    os.close(descriptor)

    def _answer(self, header: dict[str, Any], body: Bytes, descriptors: list[int]) -> None:
        match header.get("op"):
            case "hello":
                self._client = str(header.get("client", ""))
                self._send(self._hello())
            case "describe":
                self._send({"describe": self._runner.describe()})
            case "segment":
                if not descriptors:
                    raise Refusal("A segment message carries a file descriptor.")
                self._segment = None
                self._segment = Segment(descriptors.pop(), header.get("size"), self._max_bytes * 2)
                self._send({"ok": True})
            case "run":
                self._run(header, body)
            case other:
                raise Refusal(f"There is no operation {str(other)[:40]!r}.")

    def _hello(self) -> dict[str, Any]:
        shares = hasattr(os, "memfd_create") and not os.environ.get("NODEGRAPH_NO_MEMFD")
        limits = {"maxBytes": self._max_bytes, "maxInflight": self._runner.command.max_inflight}
        return {"protocol": "native", "protocolVersion": PROTOCOL_VERSION, "memfd": shares, **limits}

    def _run(self, header: dict[str, Any], body: Bytes) -> None:
        """Run and answer. The answer goes into the shared segment where it fits, else inline."""
        header.setdefault("client", self._client)
        if header.get("shared") is None:
            reply, packer = answer(self._runner, header, body, self._is_wanted)
            self._send(reply, packer.to_bytes())
            return
        reply, payload, request = self._run_shared(header)
        if request() is not None:  # the model remembers the frame: the client must give us other memory for its next
            reply["kept"], self._segment = True, None
        self._send(reply, payload)

    def _run_shared(self, header: dict[str, Any]) -> tuple[dict[str, Any], Bytes | None, "ReferenceType[Bytes]"]:
        """The answer, its body when that does not fit the segment, and whether the request's memory is still in use.

        Views of an array hold a reference to it, so a model that remembers a frame (or a part of one) is noticed.
        """
        shared = header["shared"]
        if self._segment is None or not isinstance(shared, dict):
            raise Refusal("There is no shared segment yet.")
        request = self._segment.view(shared.get("offset"), shared.get("length"))
        request.setflags(write=False)
        room = self._segment.view(shared.get("answerOffset"), shared.get("answerLength"))
        payload = None
        try:
            reply, packer = answer(self._runner, header, request, self._is_wanted)
            if packer.size > room.size:
                payload = packer.to_bytes()
            else:
                packer.write(room)
                reply["shared"] = packer.size
        except Refusal as refusal:
            reply = {"id": header.get("id"), "error": refusal.to_json()}
        return reply, payload, weakref.ref(request)

    def _is_wanted(self) -> bool:
        return is_connected(self.socket)

    def _send(self, header: dict[str, Any], body: Bytes | None = None) -> None:
        try:
            head = message.head(header, 0 if body is None else body.size)
        except (TypeError, ValueError) as error:
            raise Refusal(f"The model gave something that JSON cannot hold: {error}.", "model") from error
        self.socket.sendall(head)
        if body is not None and body.size:
            self.socket.sendall(body.data)

    def _receive(self) -> tuple[dict[str, Any], Bytes, list[int]]:
        prefix, descriptors = self._receive_prefix()
        try:
            header_size, body_size = message.sizes(prefix, self._max_bytes)
            header = message.parse(self._receive_exactly(header_size).tobytes())
            return header, self._receive_exactly(body_size), descriptors
        except BaseException:
            for descriptor in descriptors:
                os.close(descriptor)
            raise

    def _receive_prefix(self) -> tuple[bytes, list[int]]:
        """The next 16 bytes and the descriptors that came with them (at most one is taken, the kernel drops more)."""
        data, ancillary, _, _ = self.socket.recvmsg(message.PREFIX.size, socket.CMSG_SPACE(4), socket.MSG_CMSG_CLOEXEC)
        descriptors = array.array("i")
        for level, kind, payload in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                descriptors.frombytes(payload[: len(payload) // 4 * 4])
        if not data:
            raise Closed
        return data + self._receive_exactly(message.PREFIX.size - len(data)).tobytes(), list(descriptors)

    def _receive_exactly(self, size: int) -> Bytes:
        body = np.empty(size, np.uint8)
        rest = body.data
        while rest:
            count = self.socket.recv_into(rest, len(rest), socket.MSG_WAITALL)
            if not count:
                raise Closed
            rest = rest[count:]
        return body
