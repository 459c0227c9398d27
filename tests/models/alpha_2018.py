"""A minimal 2018 client: Socket.IO over long polling, Engine.IO 3 and 4, spoken with plain HTTP."""

import json
from typing import Any

import httpx


class AlphaSocket:
    """One Socket.IO session in namespace /query."""

    def __init__(self, url: str, version: int, b64: bool = True) -> None:
        self.version, self.b64 = version, b64
        self.http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self.query = {"EIO": str(version), "transport": "polling"} | ({"b64": "1"} if b64 and version == 3 else {})
        self.packets: list[str] = []
        handshake = self.poll()[0]
        assert handshake[0] == "0"
        self.handshake = json.loads(handshake[1:])
        self.query["sid"] = self.handshake["sid"]

    def join(self, namespace: str = "/query") -> list[str]:
        """Join; the packets that come back."""
        self.post("40" + namespace + ("," if self.version == 4 else ""))
        return self.poll()

    def ask(self, payload: Any, ack: str = "") -> list[Any]:
        """Emit update_request; the events that come back, up to update_response."""
        self.post(f"42/query,{ack}" + json.dumps(["update_request", payload]))
        events: list[Any] = []
        while not any(event[0] == "update_response" for event in events):
            packets = self.poll()
            self.packets += packets
            events += [json.loads(packet.partition(",")[2]) for packet in packets if packet.startswith("42/query,")]
        return events

    def post(self, packet: str) -> httpx.Response:
        """Send one packet."""
        data = packet.encode()
        if self.version == 3 and self.b64:
            data = f"{len(packet)}:".encode() + data
        elif self.version == 3:
            data = b"\0" + bytes(int(digit) for digit in str(len(data))) + b"\xff" + data
        return self.http.post("/socket.io/", params=self.query, content=data)

    def poll(self) -> list[str]:
        """Packets that wait for us."""
        answer = self.http.get("/socket.io/", params=self.query)
        assert answer.status_code == 200, answer.text
        if self.version == 4:
            return answer.text.split("\x1e")
        return _text(answer.text) if self.b64 else _binary(answer.content)

    def close(self) -> None:
        """Hang up."""
        self.http.close()


def _text(text: str) -> list[str]:
    packets = []
    while text:
        size, _, text = text.partition(":")
        packets.append(text[: int(size)])
        text = text[int(size) :]
    return packets


def _binary(data: bytes) -> list[str]:
    packets = []
    while data:
        assert data[0] == 0
        digits, _, data = data[1:].partition(b"\xff")
        size = int("".join(str(digit) for digit in digits))
        packets.append(data[:size].decode())
        data = data[size:]
    return packets
