"""Honest servers, an answer for each protocol: what tests/runtime/test_fuzz.py spoils."""

import json
import queue
import random
import struct
from typing import Any

from tests.runtime.cog_server import PICTURES, STORY, openapi
from tests.runtime.hostile import PIXEL, Answer, twisted
from tests.runtime.sdk_server import COMMANDS, OPTIONS


def reply(value: Any, status: int = 200) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(value).encode()


def cog() -> Answer:
    document = openapi(PICTURES)

    def answer(method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        if path == "/openapi.json":
            return reply(document)
        if path == "/health-check":
            return reply({"status": "READY", "setup": {"status": "succeeded", "logs": "x\n"}})
        return reply({"id": "x", "status": "succeeded", "output": [PIXEL, PIXEL], "logs": "", "metrics": {}})

    return answer


def cog_events() -> Answer:
    document = openapi(STORY, streaming=True)

    def answer(method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        if path == "/openapi.json":
            return reply(document)
        done = json.dumps({"id": "x", "status": "succeeded", "output": ["one ", "two"]})
        events = f'event: start\ndata: {{"id":"x"}}\n\n: keep-alive\n\nevent: completed\ndata: {done}\n\n'
        return 200, "text/event-stream", events.encode()

    return answer


MANIFEST = {
    "modelSDKVersion": "0.6.1",
    "millisRunning": 5,
    "options": OPTIONS,
    "commands": [{"name": name, "description": "", **one} for name, one in COMMANDS.items()],
}
SEGMENTS = {
    "any": {"a": 1},
    "arr": [1, 2],
    "texts": ["a"],
    "boxes": [[0, 0, 0.5, 0.5]],
    "poses": [[[0, 0], [1, 1], [0.5, 0.5]]],
    "vec": [1, 2, 3, 4],
    "cat": 1,
    "num": 0.5,
    "whole": 3,
    "bool": True,
    "pt": [0.1, 0.2],
    "box": [0, 0, 1, 1],
    "lm": [[0, 0], [1, 1], [0.5, 0.5]],
    "dir": "/data",
}


def sdk() -> Answer:
    def answer(method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        match path:
            case "/meta":
                return reply(MANIFEST)
            case "/healthcheck":
                return reply({"status": "RUNNING"})
            case "/setup":
                return reply({"success": True})
            case "/segment":
                return reply({"seg": PIXEL})
            case _:
                return reply(SEGMENTS)

    return answer


def framed(*packets: str) -> tuple[int, str, bytes]:
    return 200, "text/plain; charset=UTF-8", "".join(f"{len(one)}:{one}" for one in packets).encode()


def alpha() -> Answer:
    """Engine.IO 3, as far as one client needs it: a poll answers what the POSTs of its session asked for."""
    sessions: dict[str, queue.SimpleQueue[str]] = {}

    def answer(method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        sid = path.rpartition("sid=")[2] if "sid=" in path else ""
        if not sid:
            sid = f"s{len(sessions)}"
            sessions[sid] = queue.SimpleQueue()
            opened = {"sid": sid, "upgrades": [], "pingTimeout": 60_000, "pingInterval": 25_000}
            return framed(f"0{json.dumps(opened)}", "40")
        if sid not in sessions:
            return 400, "text/plain", b"Bad Request"
        if method == "POST":
            for packet in said_in(body):
                sessions[sid].put(packet)
            return 200, "text/plain", b"OK"
        try:
            return framed(sessions[sid].get(timeout=1.0))
        except queue.Empty:
            return framed("6")

    return answer


def said_in(body: bytes) -> list[str]:
    """The answers to the packets of a POST."""
    if b"41/query" in body:
        return ["1"]
    if b"40/query" in body:
        return ["40/query"]
    results = {"results": [{"cat": "dog", "score": 0.5, "bounds": [0, 0, 1, 1]}]}
    return [f"42/query,{json.dumps(['update_response', results])}"] if b"update_request" in body else ["3"]


def alpha_post() -> Answer:
    return lambda method, path, body: reply({"results": [{"cat": "dog", "score": 0.5, "bounds": [0, 0, 1, 1]}]})


DESCRIBED = {
    "protocol": "native",
    "protocolVersion": 1,
    "state": "ready",
    "inputs": {"image": {"type": "image"}},
    "outputs": {"image": {"type": "image"}, "boxes": {"type": "detections"}, "words": {"type": "text"}},
}
PIXELS = {"dtype": "uint8", "shape": [1, 1, 3], "offset": 0}
OUTPUTS = {
    "image": {"type": "image", "array": PIXELS},
    "boxes": {
        "type": "detections",
        "boxes": {"dtype": "float32", "shape": [1, 4], "offset": 64},
        "labels": ["x"],
        "scores": {"dtype": "float32", "shape": [1], "offset": 128},
    },
    "words": {"type": "text", "value": "hello"},
}


def native() -> Answer:
    twist = random.Random(7)

    def answer(method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        if method == "GET":
            return reply(DESCRIBED)
        length = struct.unpack("<4sIQ", body[:16])[1]
        said = {"id": json.loads(body[16 : 16 + length])["id"], "milliseconds": 1.5, "outputs": OUTPUTS}
        if answer.spoil:  # type: ignore[attr-defined]
            said = twisted(said, twist)
        text = json.dumps(said).encode()
        text += b" " * (-(16 + len(text)) % 8)
        return 200, "application/x-nodegraph", struct.pack("<4sIQ", b"NGN1", len(text), 132) + text + bytes(132)

    answer.spoil = False  # type: ignore[attr-defined]
    return answer
