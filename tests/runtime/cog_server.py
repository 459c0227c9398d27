"""A real Cog server (the `cog` package of the development environment) for tests, started without Docker."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

MODELS = Path(__file__).with_name("cog_models")


def field(type: str, order: int, **more: Any) -> dict[str, Any]:
    return {"type": type, "x-order": order, **more}


PICTURES: dict[str, Any] = {
    "Input": {
        "type": "object",
        "required": ["image"],
        "properties": {
            "mask": field("string", 8, format="uri", nullable=True),
            "image": field("string", 0, format="uri", description="The photo."),
            "mode": {"allOf": [{"$ref": "#/components/schemas/mode"}], "default": "invert", "x-order": 1},
            "level": {"allOf": [{"$ref": "#/components/schemas/level"}], "default": 1, "x-order": 2},
            "scale": field("number", 3, default=1.0, minimum=0.1, maximum=4.0),
            "steps": field("integer", 4, nullable=True),
            "tags": field("array", 5, items={"type": "string"}, default=["a"]),
            "sleep": field("number", 6, default=0.0),
            "token": field("string", 7, format="password", nullable=True, **{"x-cog-secret": True}),
            "old": field("string", 9, default="x", deprecated=True),
        },
    },
    "mode": {"type": "string", "enum": ["invert", "mirror", "text", "none"]},
    "level": {"type": "integer", "enum": [1, 2, 4]},
    "Output": {"type": "array", "items": {"type": "string", "format": "uri"}},
}
STORY: dict[str, Any] = {
    "Input": {
        "type": "object",
        "required": ["prompt"],
        "properties": {
            "prompt": field("string", 0, description="How it begins."),
            "words": field("integer", 1, default=3, minimum=1, maximum=1000),
            "pause": field("number", 2, default=0.0),
        },
    },
    "Output": {
        "type": "array",
        "items": {"type": "string"},
        "x-cog-array-type": "iterator",
        "x-cog-array-display": "concatenate",
    },
}


def openapi(schemas: dict[str, Any], streaming: bool = False) -> dict[str, Any]:
    """The document `cog build` would have written."""
    request = {"type": "object", "properties": {"input": {"$ref": "#/components/schemas/Input"}}}
    post = {"x-cog-streaming": True} if streaming else {}
    return {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": "0.1.0"},
        "paths": {"/predictions": {"post": post}},
        "components": {"schemas": {**schemas, "PredictionRequest": request}},
    }


class CogServer:
    """`model` is a file of cog_models; it runs in `folder` until the block ends. It listens before it is set up."""

    def __init__(self, folder: Path, model: str, document: dict[str, Any] | None, broken: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(MODELS / f"{model}.py", folder / "predict.py")
        if document is not None:
            (folder / ".cog").mkdir()
            (folder / ".cog" / "openapi_schema.json").write_text(json.dumps(document))
        if broken:
            (folder / "broken").touch()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        kind = "Runner" if "Runner" in (folder / "predict.py").read_text() else "Predictor"
        # The server starts its worker as plain `python`, so this environment's must be found first.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        told = {"PATH": path, "PORT": str(self.port), "COG_PREDICT_TYPE_STUB": f"predict.py:{kind}"}
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cog.server.http", "--host", "127.0.0.1"],
                cwd=folder,
                env={**os.environ, **told},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def until(self, *states: str, timeout: float = 60.0) -> str:
        """Wait until the server says one of these states."""
        end = time.monotonic() + timeout
        while time.monotonic() < end and self._process.poll() is None:
            said = self.state()
            if said in states:
                return said
            time.sleep(0.02)
        raise AssertionError(self.log.read_text()[-2000:])

    def state(self) -> str:
        try:
            with urllib.request.urlopen(f"{self.url}/health-check", timeout=5) as answer:
                return str(json.load(answer)["status"])
        except (urllib.error.URLError, ConnectionError):
            return ""

    def __enter__(self) -> "CogServer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(60)
