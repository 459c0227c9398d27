"""Socket.IO sessions over long polling: namespace /query, one event in, one event out.

Engine.IO 3 (2018) and 4 (today) differ in framing, in who pings, and in how namespaces are joined.
"""

import json
import logging
import secrets
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from nodegraph_kit import alpha, engineio
from nodegraph_kit.errors import Refusal
from nodegraph_kit.runner import Runner

log = logging.getLogger("nodegraph_kit")
NAMESPACE: Final = "/query"
PING_INTERVAL: Final = 25.0
PING_TIMEOUT: Final = 60.0
MAX_SESSIONS: Final = 64
MAX_WAITING: Final = 8
"""Requests of one session that may wait for the model; 2018 clients wait for each answer, so more is a mistake."""


class Session:
    """One client: packets that wait for its next poll, and a thread that works on its requests in order."""

    def __init__(self, runner: Runner, version: int) -> None:
        self.id = secrets.token_hex(10)
        self.version = version
        self.seen = time.monotonic()
        self.closed = False
        self._runner = runner
        self._joined = {"/"} if version == 3 else set()
        self._out: deque[str] = deque()
        self._changed = threading.Condition()
        self._waiting = 0
        self._worker = ThreadPoolExecutor(1, "socketio")

    def send(self, packet: str) -> None:
        """Queue a packet for the next poll."""
        with self._changed:
            self._out.append(packet)
            self._changed.notify()

    def poll(self) -> list[str]:
        """Packets for the client; waits up to the ping interval for one."""
        self.seen = time.monotonic()
        with self._changed:
            self._changed.wait_for(lambda: self._out or self.closed, PING_INTERVAL)
            packets = list(self._out)
            self._out.clear()
        self.seen = time.monotonic()
        # With nothing to say, a version 4 server pings; a version 3 one waits for the client's ping and says "noop".
        return packets or ["1" if self.closed else "2" if self.version == 4 else "6"]

    def receive(self, packet: str) -> None:
        """Act on one packet from the client. Raises Refusal when it is malformed."""
        self.seen = time.monotonic()
        kind, rest = packet[:1], packet[1:]
        if kind == "2" and self.version == 3:
            self.send("3" + rest)
        elif kind == "1":
            self.close()
        elif kind == "4":
            self._message(rest)

    def close(self) -> None:
        """End it; a pending poll returns."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _message(self, message: str) -> None:
        kind, rest = message[:1], message[1:]
        namespace = "/"
        if rest.startswith("/"):
            namespace, _, rest = rest.partition(",")
            namespace = namespace.partition("?")[0]
        prefix = "" if namespace == "/" else namespace + ","
        if kind == "0":
            self._join(namespace, prefix)
        elif kind == "1":
            self._joined.discard(namespace)
        elif kind == "2" and namespace in self._joined:
            self._event(prefix, rest)

    def _join(self, namespace: str, prefix: str) -> None:
        if namespace not in ("/", NAMESPACE):
            said = "Invalid namespace"
            self.send(f"44{prefix}" + json.dumps(said if self.version == 3 else {"message": said}))
            return
        self._joined.add(namespace)
        self.send(f"40{prefix}" + (json.dumps({"sid": self.id}) if self.version == 4 else ""))
        if namespace == NAMESPACE:
            self.send(_event(prefix, "successful_connection", {"data": "connection established"}))

    def _event(self, prefix: str, text: str) -> None:
        start = text.find("[")
        try:
            name, *arguments = json.loads(text[start:])
        except (ValueError, RecursionError) as error:
            raise Refusal(f"The event is not a JSON list: {error}.") from error
        if text[:start].isdigit():
            self.send(f"43{prefix}{text[:start]}[]")
        if name != "update_request" or self.closed:
            return
        with self._changed:
            if self._waiting >= MAX_WAITING:
                log.warning("dropped a request: %d of this session are waiting already", self._waiting)
                return
            self._waiting += 1
        self._worker.submit(self._work, prefix, arguments[0] if arguments else None)

    def _work(self, prefix: str, payload: Any) -> None:
        """The protocol has no error event: a refusal is an answer without results, so that nobody waits for ever."""
        try:
            reply = {"results": alpha.query(self._runner, payload, self.id)}
        except Refusal as refusal:
            log.warning("%s", refusal.message)
            reply = {"results": None, "error": refusal.message}
        except Exception:
            log.exception("a request failed")
            reply = {"results": None, "error": "The server failed; its log says why."}
        finally:
            with self._changed:
                self._waiting -= 1
        self.send(_event(prefix, "update_response", reply))


class Sessions:
    """Every client of this server. Thread-safe."""

    def __init__(self, runner: Runner, max_bytes: int) -> None:
        self._runner = runner
        self._max_bytes = max_bytes
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open(self, version: int) -> Session:
        """A new session with its handshake queued. Raises Refusal("busy") when there are too many."""
        with self._lock:
            for old in [s for s in self._sessions.values() if s.closed or _is_stale(s)]:
                old.close()
                del self._sessions[old.id]
            if len(self._sessions) >= MAX_SESSIONS:
                raise Refusal(f"{MAX_SESSIONS} clients are connected already.", "busy")
            session = Session(self._runner, version)
            self._sessions[session.id] = session
        timing = {"pingInterval": int(PING_INTERVAL * 1000), "pingTimeout": int(PING_TIMEOUT * 1000)}
        limit = {"maxPayload": self._max_bytes} if version == 4 else {}
        session.send("0" + json.dumps({"sid": session.id, "upgrades": [], **timing, **limit}))
        if version == 3:
            session.send("40")
        return session

    def find(self, sid: str) -> Session | None:
        """The live session called `sid`."""
        session = self._sessions.get(sid)
        return None if session is None or session.closed else session

    def exchange(self, method: str, query: dict[str, str], body: bytes | bytearray) -> tuple[int, bytes, str]:
        """One HTTP request to /socket.io/: status, body and content type of the answer."""
        version = query.get("EIO", "")
        if version not in ("3", "4"):
            return _refused(5, "Unsupported protocol version")
        if query.get("transport") != "polling":
            return _refused(0, "Transport unknown")
        session = self.find(query["sid"]) if "sid" in query else None
        if "sid" in query and session is None:
            return _refused(1, "Session ID unknown")
        if method == "POST":
            return _refused(2, "Bad handshake method") if session is None else self._receive(session, body)
        session = session or self.open(int(version))
        binary = session.version == 3 and query.get("b64") not in ("1", "true")
        payload = engineio.encode(session.poll(), session.version, binary)
        return 200, payload, "application/octet-stream" if binary else "text/plain; charset=UTF-8"

    def _receive(self, session: Session, body: bytes | bytearray) -> tuple[int, bytes, str]:
        try:
            for packet in engineio.decode(body, session.version):
                session.receive(packet)
        except Refusal as refusal:
            return _refused(3, refusal.message)
        return 200, b"OK", "text/plain; charset=UTF-8"


def _is_stale(session: Session) -> bool:
    return time.monotonic() - session.seen > PING_INTERVAL + PING_TIMEOUT


def _refused(code: int, message: str) -> tuple[int, bytes, str]:
    return 400, json.dumps({"code": code, "message": message}).encode(), "application/json"


def _event(prefix: str, name: str, value: Any) -> str:
    return f"42{prefix}" + json.dumps([name, value])
