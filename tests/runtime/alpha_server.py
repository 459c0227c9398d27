"""A server after the template of 2018 on Engine.IO 3 long polling, for tests: standard library only.

Like the servers of 2018 it answers version 3 whatever it is asked for, refuses websockets, sends an event before it
acknowledges the namespace, runs the model inside the POST, and says nothing when the model fails. It knows no more of
the protocol than that: it is written apart from our client and shares no code with it.
"""

import json
import queue
import threading
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Model = Callable[[dict[str, Any]], Any]


class Alpha2018:
    """`model` gets the payload and gives `results`; `routes` answer POSTs: (status, content type, body).

    What happened is kept: `payloads`, open `sessions`, `pings`, and `polls_at_once`, the most polls of a session.
    """

    def __init__(
        self,
        model: Model,
        *,
        interval: int = 25_000,
        namespace: str = "/query",
        address: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        self.model, self.interval, self.namespace = model, interval, namespace
        self.payloads: list[dict[str, Any]] = []
        self.sessions: dict[str, Session] = {}
        self.routes: dict[str, Callable[[bytes], tuple[int, str, bytes]]] = {}
        self.gets: list[str] = []
        self.pings = self.polls_at_once = 0
        self.left = threading.Event()
        self.web = _Web(address, _Handler)
        self.web.alpha = self
        self.url = f"http://127.0.0.1:{self.web.server_port}"
        threading.Thread(target=self.web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self) -> "Alpha2018":
        return self

    def __exit__(self, *_: object) -> None:
        self.break_off()
        self.web.shutdown()
        self.web.server_close()

    def break_off(self) -> None:
        """Drop every session without a word, as a server that dies does."""
        for session in list(self.sessions.values()):
            session.outbox.put(None)
        self.sessions.clear()


class Session:
    def __init__(self, sid: str) -> None:
        self.sid, self.outbox, self.polls = sid, queue.Queue[str | None](), 0


class _Web(ThreadingHTTPServer):
    daemon_threads = True
    alpha: Alpha2018


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Web

    def do_GET(self) -> None:
        alpha, url = self.server.alpha, urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        alpha.gets.append(url.path)
        if url.path == "/":
            self.answer(200, json.dumps({"status": "200", "query_route": "/query"}).encode(), "application/json")
        elif url.path != "/socket.io/":
            self.answer(404, b"<!DOCTYPE HTML><title>404 Not Found</title><h1>Not Found</h1>", "text/html")
        elif query.get("transport") != "polling":
            self.answer(400, b"Bad Request")
        elif "sid" not in query:
            session = Session(uuid.uuid4().hex)
            alpha.sessions[session.sid] = session
            opened = {"sid": session.sid, "upgrades": [], "pingTimeout": 60_000, "pingInterval": alpha.interval}
            self.packets([f"0{json.dumps(opened)}", "40"], "b64" in query)
        elif query["sid"] in alpha.sessions:
            self.poll(alpha.sessions[query["sid"]], "b64" in query)
        else:
            self.answer(400, b"Bad Request")

    def poll(self, session: Session, text: bool) -> None:
        alpha = self.server.alpha
        session.polls += 1
        alpha.polls_at_once = max(alpha.polls_at_once, session.polls)
        packets = [session.outbox.get()]
        while not session.outbox.empty():
            packets.append(session.outbox.get())
        session.polls -= 1
        if None in packets:
            self.close_connection = True
            return
        self.packets([packet for packet in packets if packet is not None], text)

    def packets(self, packets: list[str], text: bool) -> None:
        framed = [frame_text(packet) if text else frame_binary(packet) for packet in packets]
        self.answer(200, b"".join(framed), "text/plain; charset=UTF-8" if text else "application/octet-stream")

    def do_POST(self) -> None:
        alpha, url = self.server.alpha, urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if url.path in alpha.routes:
            status, kind, answer = alpha.routes[url.path](body)
            return self.answer(status, answer, kind)
        if url.path != "/socket.io/":
            return self.answer(405, b"<!DOCTYPE HTML><title>405</title><h1>Method Not Allowed</h1>", "text/html")
        session = alpha.sessions.get(parse_qs(url.query).get("sid", [""])[0])
        if session is None:
            return self.answer(400, b"Bad Request")
        while body:
            length, _, rest = body.partition(b":")
            self.take(session, rest[: int(length)].decode("ascii"))
            body = rest[int(length) :]
        return self.answer(200, b"OK")

    def take(self, session: Session, packet: str) -> None:
        alpha = self.server.alpha
        joined, prefix = f"40{alpha.namespace}", f"42{alpha.namespace},"
        if packet == "2":
            alpha.pings += 1
            session.outbox.put("3")
        elif packet == joined:
            session.outbox.put(f'{prefix}["successful_connection",{{"data":"connection established"}}]')
            session.outbox.put(joined)
        elif packet.startswith(prefix):
            name, payload = json.loads(packet.removeprefix(prefix))
            if name == "update_request":
                self.run_model(session, payload, prefix)
        elif packet == "1":
            session.outbox.put("6")
            alpha.sessions.pop(session.sid, None)
            alpha.left.set()

    def run_model(self, session: Session, payload: dict[str, Any], prefix: str) -> None:
        alpha = self.server.alpha
        alpha.payloads.append(payload)
        try:
            results = alpha.model(payload)
        except Exception:
            return  # as in 2018: a model that fails is silent
        reply = results if isinstance(results, str) and results.startswith("RAW") else None
        text = json.dumps(["update_response", {"results": results}])
        session.outbox.put(reply.removeprefix("RAW") if reply else prefix + text)

    def answer(self, status: int, body: bytes, kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def frame_text(packet: str) -> bytes:
    return f"{len(packet)}:{packet}".encode()


def frame_binary(packet: str) -> bytes:
    data = packet.encode()
    return b"\0" + bytes(map(int, str(len(data)))) + b"\xff" + data
