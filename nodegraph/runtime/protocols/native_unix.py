"""Native over the server's Unix socket: frames in shared memory, or inline where that is refused.

A lane is one connection with one segment of shared memory, and carries one request at a time; several requests in
flight use several lanes. So nothing has to be multiplexed, and a request that is given up costs only its lane.
"""

import contextlib
import os
import socket
import threading
from pathlib import Path
from typing import Any, Final

import numpy as np

from nodegraph.core.errors import ModelAnswerError, ModelError, ModelUnreachable
from nodegraph.runtime.protocols import SEE_LOG
from nodegraph.runtime.protocols import native_message as message
from nodegraph.runtime.protocols.native_message import Deadline
from nodegraph.runtime.protocols.native_segment import Segment
from nodegraph.runtime.protocols.native_values import Bytes, Packer

_FIRST_ANSWER: Final = 1 << 20


class UnixChannel:
    """A pool of lanes to one socket."""

    def __init__(self, path: Path, client: str, max_answer: int, deadline: Deadline) -> None:
        """Connects once. Raises ModelUnreachable when nobody listens at `path`."""
        self._path, self._client, self._max_answer = path, client, max_answer
        self._lock = threading.Lock()
        self._idle: list[Lane] = []
        self._all: set[Lane] = set()
        self._closed = False
        lane = self._open(deadline)
        self._shares = lane.shares
        self._idle.append(lane)

    @property
    def name(self) -> str:
        """``memfd`` while lanes share memory, else ``unix``."""
        return "memfd" if self._shares else "unix"

    def describe(self, deadline: Deadline) -> dict[str, Any]:
        """What the server says it is."""
        header, _ = self._with_lane(lambda lane: lane.exchange({"op": "describe"}, None, deadline), deadline)
        described = header.get("describe")
        if not isinstance(described, dict):
            raise ModelAnswerError("The server did not describe its model.")
        return described

    def run(self, header: dict[str, Any], packer: Packer, deadline: Deadline) -> tuple[dict[str, Any], Bytes]:
        """Run once on a lane of its own."""
        answer: tuple[dict[str, Any], Bytes] = self._with_lane(
            lambda lane: lane.run(header, packer, deadline), deadline
        )
        return answer

    def retire(self) -> None:
        """Hang up idle lanes; the others when their calls end."""
        with self._lock:
            self._closed = True
            for lane in self._idle:
                lane.hang_up()
                self._all.discard(lane)
            self._idle.clear()

    def close(self) -> None:
        """Hang up all lanes; threads that wait on one wake at once."""
        with self._lock:
            self._closed = True
            for lane in self._all:
                lane.hang_up()
            self._all.clear()
            self._idle.clear()

    def _with_lane(self, work: Any, deadline: Deadline) -> Any:
        lane = self._take() or self._open(deadline)
        try:
            result = work(lane)
        except BaseException:
            lane.hang_up()
            with self._lock:
                self._all.discard(lane)
            raise
        with self._lock:
            self._shares = lane.shares
            if self._closed:
                lane.hang_up()
                self._all.discard(lane)
            else:
                self._idle.append(lane)
        return result

    def _take(self) -> "Lane | None":
        """An idle lane that is still connected; the one used last, so that few stay warm."""
        with self._lock:
            while self._idle:
                lane = self._idle.pop()
                if lane.is_quiet():
                    return lane
                lane.hang_up()
                self._all.discard(lane)
        return None

    def _open(self, deadline: Deadline) -> "Lane":
        lane = Lane(self._path, self._client, self._max_answer, deadline)
        with self._lock:
            if self._closed:
                lane.hang_up()
                raise ModelUnreachable("The connection to the model was closed.")
            self._all.add(lane)
        return lane


class Lane:
    """One connection to the server. One thread at a time."""

    def __init__(self, path: Path, client: str, max_answer: int, deadline: Deadline) -> None:
        self._max_answer = max_answer
        self._segment: Segment | None = None
        self._expected = _FIRST_ANSWER
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.settimeout(deadline.left())
            self._socket.connect(str(path))
            hello, _ = self.exchange({"op": "hello", "client": client}, None, deadline)
        except OSError as error:
            self._socket.close()
            raise ModelUnreachable(f"No model server answers at {path}: {error.strerror or error}.") from error
        except ModelError:
            self._socket.close()
            raise
        self.shares = bool(hello.get("memfd")) and hasattr(os, "memfd_create")

    def is_quiet(self) -> bool:
        """True while the server is there and has nothing to say that nobody asked for."""
        try:
            self._socket.settimeout(0)
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def hang_up(self) -> None:
        """Close; a thread that waits in this lane wakes with ModelUnreachable."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def run(self, header: dict[str, Any], packer: Packer, deadline: Deadline) -> tuple[dict[str, Any], Bytes]:
        """One request, one answer; the body is the caller's to keep."""
        header = {"op": "run", **header}
        segment = self._segment_for(packer.size, deadline) if self.shares else None
        if segment is None:
            return self.exchange(header, packer.to_bytes(), deadline)
        packer.write(segment.request)
        header["shared"] = segment.ranges(packer.size)
        answer, body = self.exchange(header, None, deadline)
        if answer.get("kept"):
            self._segment = None
        size = answer.get("shared")
        if size is None:
            self._expected = max(self._expected, body.size)
            return answer, body
        if type(size) is not int or not 0 <= size <= segment.answer.size:
            raise ModelAnswerError(f"The model's answer claims {str(size)[:40]} bytes of shared memory.")
        return answer, segment.answer[:size].copy()

    def exchange(
        self, header: dict[str, Any], body: Bytes | None, deadline: Deadline, descriptor: int | None = None
    ) -> tuple[dict[str, Any], Bytes]:
        """Send a message, and a file descriptor with it; receive one."""
        try:
            head = message.head(header, 0 if body is None else body.size)
            self._socket.settimeout(deadline.left())
            if descriptor is None:
                self._socket.sendall(head)
            else:
                sent = socket.send_fds(self._socket, [head], [descriptor])
                self._socket.sendall(head[sent:])
            if body is not None and body.size:
                self._socket.sendall(body.data)
            prefix = self._receive(message.PREFIX.size, deadline).tobytes()
            header_size, body_size = message.sizes(prefix, self._max_answer)
            answer = message.parse(self._receive(header_size, deadline).tobytes())
            return answer, self._receive(body_size, deadline)
        except TimeoutError as error:
            raise deadline.error() from error
        except OSError as error:
            raise _gone(error) from error

    def _receive(self, size: int, deadline: Deadline) -> Bytes:
        body = np.empty(size, np.uint8)
        rest = body.data
        while rest:
            self._socket.settimeout(deadline.left())
            count = self._socket.recv_into(rest)
            if not count:
                raise _gone(None)
            rest = rest[count:]
        return body

    def _segment_for(self, request: int, deadline: Deadline) -> Segment | None:
        """Shared memory with room for this request and the answers seen so far, or None when it cannot be had."""
        segment = self._segment
        if segment is not None and segment.request.size >= request and segment.answer.size >= self._expected:
            return segment
        self._segment = None
        try:
            segment = Segment(request, max(self._expected, request))
            told = {"op": "segment", "size": segment.size}
            answer, _ = self.exchange(told, None, deadline, segment.descriptor)
        except OSError:
            self.shares = False
            return None
        finally:
            if segment is not None:
                segment.close_descriptor()
        self.shares = bool(answer.get("ok"))
        self._segment = segment if self.shares else None
        return self._segment


def _gone(error: OSError | None) -> ModelUnreachable:
    why = f": {error.strerror or error}" if error else ""
    return ModelUnreachable(
        f"The model's server broke off the connection{why}.", f"It may have crashed or been stopped. {SEE_LOG}"
    )
