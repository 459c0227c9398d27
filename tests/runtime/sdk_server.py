"""A server that behaves as runway-python 0.6.1 was seen to, quirks included, for tests: the SDK itself is not on PyPI.

Written from captured answers, apart from our client. It takes one request at a time (nothing answers during a command),
GET /setup fails, missing inputs are a 500 without a name, and a failed set-up leaves it STARTING. Jobs come over a
WebSocket and block nobody.
"""

import base64
import contextlib
import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import GeneratorType
from typing import Any

import numpy as np
import simple_websocket
from PIL import Image


def type_of(type: str, name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "description": None, **more}


LABELS = {
    "labels": ["background", "person", "cat"],
    "defaultLabel": "background",
    "labelToId": {"background": 0, "person": 5, "cat": 9},
    "labelToColor": {"background": [0, 0, 0], "person": [255, 0, 0], "cat": [0, 0, 250]},
}
POINTS = {"length": 3, "labels": ["nose", "left", "right"], "connections": [["nose", "left"], ["nose", "right"]]}
LANDMARKS = type_of("image_landmarks", "item", **POINTS)
BOX = type_of("image_bounding_box", "image_bounding_box_array_item")
OPTIONS = [
    type_of("text", "suffix", default="!", minLength=0),
    type_of("category", "size", oneOf=["s", "l"], default="l"),
    type_of("number", "seed", default=3, min=0, max=10, step=1),
    type_of("file", "checkpoint", default="none", extension=".bin"),
]
NUMBERS = type_of("number", "number_array_item", default=0)
EVERY = [
    type_of("any", "any"),
    type_of("array", "arr", itemType=NUMBERS, minLength=1, maxLength=4),
    type_of("array", "texts", itemType=type_of("text", "t"), minLength=0),
    type_of("array", "boxes", itemType=BOX, minLength=0),
    type_of("array", "poses", itemType=LANDMARKS, minLength=0),
    type_of("vector", "vec", length=4, samplingMean=0, samplingStd=0.5, default=None),
    type_of("category", "cat", oneOf=[1, 2], default=1),
    type_of("number", "num", default=0.0, min=-1, max=1, step=0.1),
    type_of("number", "whole", default=2, min=0, max=9, step=1),
    type_of("boolean", "bool", default=True),
    type_of("image_point", "pt"),
    type_of("image_bounding_box", "box"),
    type_of("image_landmarks", "lm", **POINTS),
    type_of("file", "dir", isDirectory=True, default="."),
]
COMMANDS: dict[str, dict[str, Any]] = {
    "upper": {"inputs": [type_of("text", "input", default="", minLength=0)], "outputs": [type_of("text", "output")]},
    "echo": {
        "inputs": [
            type_of("image", "image", channels=3, width=8, height=6, defaultOutputFormat="JPEG"),
            type_of("boolean", "flip", default=False),
        ],
        "outputs": [type_of("image", "image", channels=3), type_of("image", "gray", channels=1)],
    },
    "every": {"inputs": EVERY, "outputs": EVERY},
    "segment": {
        "inputs": [type_of("segmentation", "seg", **LABELS)],
        "outputs": [type_of("segmentation", "seg", **LABELS)],
    },
    "find": {
        "inputs": [type_of("image", "image", channels=3)],
        "outputs": [
            type_of("array", "boxes", itemType=BOX),
            type_of("array", "labels", itemType=type_of("text", "text")),
            type_of("array", "scores", itemType=NUMBERS),
        ],
    },
    "stream": {"inputs": [type_of("number", "n", default=3)], "outputs": [type_of("text", "output")]},
    "wait": {"inputs": [type_of("number", "seconds", default=0)], "outputs": [type_of("text", "output")]},
}


def picture_in(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(uri.rpartition(",")[2])))


def uri_of(picture: Image.Image, kind: str = "PNG") -> str:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


class _Web(ThreadingHTTPServer):
    """It can cut its connections, as a server that dies does."""

    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        self.connections: list[socket.socket] = []
        super().__init__(*arguments)

    def process_request(self, request: Any, address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, address)

    def hang_up(self) -> None:
        for one in self.connections:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class Sdk:
    """`setups` are the options of every POST /setup, `asked` the bodies of the commands, `gets` the paths asked for."""

    def __init__(self, address: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        self.status, self.options = "RUNNING", {one["name"]: one["default"] for one in OPTIONS}
        self.setups: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.gets: list[str] = []
        self.cancelled = threading.Event()
        self.busy = threading.Lock()
        self.started = time.monotonic()
        self.release = threading.Event()
        self.web = _Web(address, _handler(self))
        self.url = f"http://127.0.0.1:{self.web.server_port}"
        threading.Thread(target=self.web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self) -> "Sdk":
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self.web.shutdown()
        self.web.server_close()
        self.web.hang_up()

    def manifest(self) -> dict[str, Any]:
        commands = [{"name": name, "description": f"Does {name}.", **one} for name, one in COMMANDS.items()]
        millis = int((time.monotonic() - self.started) * 1000)
        said = {"GPU": False, "modelSDKVersion": "0.6.1", "millisRunning": millis, "millisSinceLastCommand": None}
        return {**said, "options": OPTIONS, "commands": commands}

    def get(self, path: str) -> tuple[int, Any]:
        self.gets.append(path)
        if path in ("/", "/meta"):
            return 200, self.manifest()
        if path == "/healthcheck":
            return 200, {"status": self.status}
        if path == "/setup":
            return 500, {"error": "Internal server error."}
        return 404, {"error": f"Unknown command: {path[1:]}.", "traceback": []}

    def set_up(self, given: dict[str, Any]) -> tuple[int, Any]:
        self.setups.append(given)
        self.status = "STARTING"
        if given.get("suffix") == "boom":
            return 500, {"error": "Error during setup: ValueError('bad suffix').", "traceback": []}
        self.options = {**self.options, **given}
        self.status = "RUNNING"
        return 200, {"success": True}

    def command(self, name: str, given: dict[str, Any]) -> tuple[int, Any]:
        self.asked.append(given)
        values = {}
        for one in COMMANDS[name]["inputs"]:
            if one["name"] not in given and "default" not in one:
                return 500, {"error": "Internal server error."}
            values[one["name"]] = given.get(one["name"], one.get("default"))
            if wrong := wrong_in(one, values[one["name"]]):
                return 400, {"error": f"Invalid argument: {one['name']}. {wrong}", "traceback": []}
        try:
            result = getattr(self, f"run_{name}")(**values)
            return 200, last_of(result) if isinstance(result, GeneratorType) else result
        except Exception as error:
            return 500, {"error": f"Error during inference: {error!r}.", "traceback": []}

    def run_upper(self, input: str) -> Any:
        if input == "boom":
            raise ValueError("boom!")
        return {"output": input.upper() + self.options["suffix"]}

    def run_echo(self, image: str, flip: bool) -> Any:
        picture = picture_in(image)
        if picture.size != (8, 6):
            raise ValueError(f"expected 8x6, got {picture.size}")
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else picture
        return {"image": uri_of(picture.convert("RGB"), "JPEG"), "gray": uri_of(picture.convert("L"))}

    def run_every(self, **values: Any) -> Any:
        return values

    def run_segment(self, seg: str) -> Any:
        ids = np.asarray(picture_in(seg))
        assert ids.ndim == 2, "one channel of numbers"
        colors = np.zeros((*ids.shape, 3), np.uint8)
        for label, id in LABELS["labelToId"].items():
            colors[ids == id] = LABELS["labelToColor"][label]
        return {"seg": uri_of(Image.fromarray(colors))}

    def run_find(self, image: str) -> Any:
        picture_in(image)
        boxes = [[0.1, 0.2, 0.5, 0.6], [0.0, 0.0, 1.0, 1.0]]
        return {"boxes": boxes, "labels": ["dog", "sofa"], "scores": [0.75, 0.25]}

    def run_stream(self, n: float) -> Iterator[Any]:
        for step in range(int(n)):
            if n > 50:
                self.release.wait(60)
            yield {"output": f"step {step}"}, (step + 1) / n

    def run_wait(self, seconds: float) -> Any:
        self.release.wait(seconds)
        return {"output": "slept"}

    # ---- jobs ------------------------------------------------------------------------------------------------------

    def talk(self, line: simple_websocket.Server) -> None:
        """`started` is racy in the SDK: here it comes last."""
        while True:
            said = json.loads(line.receive())
            if said["type"] == "cancel":
                self.cancelled.set()
                line.send(json.dumps({"type": "cancelled", "id": said["id"]}))
                continue
            threading.Thread(target=self.job, args=(line, said), daemon=True).start()

    def job(self, line: simple_websocket.Server, said: dict[str, Any]) -> None:
        id = {"id": said["id"]}
        self.asked.append(said["inputData"])
        try:
            result = getattr(self, f"run_{said['command']}")(**said["inputData"])
            for value, progress in result if isinstance(result, GeneratorType) else [(result, None)]:
                told = {} if progress is None else {"progress": progress}
                line.send(json.dumps({"type": "output", **id, "outputData": value, **told}))
            line.send(json.dumps({"type": "succeeded", **id, "timeElapsed": 1}))
            line.send(json.dumps({"type": "started", **id}))
        except simple_websocket.ConnectionClosed:
            pass
        except Exception as error:
            line.send(json.dumps({"type": "failed", **id, "error": str(error), "traceback": []}))


def last_of(values: Iterator[Any]) -> Any:
    return list(values)[-1][0]


def wrong_in(one: dict[str, Any], value: Any) -> str:
    """What the SDK really checks, which is little."""
    match one["type"]:
        case "boolean" if not isinstance(value, bool):
            return "value is not a boolean."
        case "category" if value not in one["oneOf"]:
            return f'category value "{value}" does not appear in choices list.'
        case "image_bounding_box" if len(value) != 4 or value[0] >= value[2] or value[1] >= value[3]:
            return "Bounding box is invalid."
        case "image_point" if len(value) != 2:
            return "Points must have 2 values."
        case "image_landmarks" if len(value) != one["length"]:
            return "Wrong number of landmarks."
    return ""


def _handler(sdk: Sdk) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if self.headers.get("Upgrade", "").lower() == "websocket":
                return self.websocket()
            return self.one_at_a_time(lambda: sdk.get(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            name = self.path[1:]
            if name == "setup":
                return self.one_at_a_time(lambda: sdk.set_up(json.loads(body)))
            if name not in COMMANDS:
                return self.answer(404, {"error": f"Unknown command: {name}.", "traceback": []})
            return self.one_at_a_time(lambda: sdk.command(name, json.loads(body)))

        def one_at_a_time(self, work: Callable[[], tuple[int, Any]]) -> None:
            with sdk.busy:
                self.answer(*work())

        def answer(self, status: int, value: Any) -> None:
            body = json.dumps(value, sort_keys=True).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def websocket(self) -> None:
            headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
            self.close_connection = True
            with contextlib.suppress(simple_websocket.ConnectionClosed):
                sdk.talk(simple_websocket.Server.accept({"werkzeug.socket": self.connection, **headers}))

        def log_message(self, *_: object) -> None:
            pass

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:  # a client that hung up
                self.close_connection = True

    return Handler
