"""A 1280×720 frame to a model server and back as an image: native against the seed's way, in turns.

The model subtracts the picture from white, which takes about 0.2 ms, so what is measured is the way there and back.
Native goes into a hardened container without a network, through a Unix socket in a bind-mounted folder. The seed's way
is JPEG at quality 80, base64, JSON and HTTP to the published port of the same server, and the same back. Without a
Docker engine both servers are local processes, and the note says so.
"""

import base64
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import httpx
import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks import Result
from nodegraph.core.errors import ModelError
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native import NativeClient

ROOT = Path(__file__).resolve().parents[1]
BLOCKS, BLOCK, PATIENCE = 12, 10, 60.0
FRAMES = 20_000
IMAGE = "nodegraph/lineart:1"
SERVER = """
from nodegraph_kit import Image, model, serve

@model()
def negative(image: Image) -> Image:
    return 255 - image

serve(negative)
"""
HARDENED = [
    "--init",
    "--read-only",
    "--tmpfs=/tmp:size=64m",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges:true",
    "--pids-limit=128",
    "--memory=512m",
]


def run() -> list[Result]:
    """Measure; about a minute, and once the time to build an image."""
    frame = _frame()
    with _servers() as (socket, url, where):
        client = NativeClient(Endpoint("", socket))
        with contextlib.closing(client), httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE) as seed:
            native, overhead, base64_ms = _measure(client, seed, frame)
            growth = _growth(client, frame)
            note = f"{where}; {client.transport}; {BLOCKS} × {BLOCK} rounds in turns"
    milliseconds = statistics.median(native)
    return [
        Result(
            name="transport.native_over_base64",
            value=milliseconds / statistics.median(base64_ms),
            target="<= 0.1",
            unit="x",
            spread=_spread([a / b for a, b in zip(native, base64_ms, strict=True)]),
            note=f"{milliseconds:.2f} ms against {statistics.median(base64_ms):.1f} ms; {note}",
        ),
        Result(
            name="transport.native_overhead_ms",
            value=statistics.median(overhead),
            target="<= 1.5",
            unit="ms",
            spread=_spread(overhead),
            note=f"720p there and back, without the model's own time; {note}",
        ),
        Result(
            name="transport.memory_growth",
            value=growth,
            target="< 2",
            unit="%",
            note=f"our resident memory over {FRAMES:,} frames to the model and back, after a warm-up; {where}",
        ),
    ]


def _measure(
    client: NativeClient, seed: httpx.Client, frame: NDArray[np.uint8]
) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of each round: native, native without the model's own time, and the seed's way."""
    answer = client.infer({"image": frame}, {}, PATIENCE)["image"]
    if not (np.array_equal(answer, 255 - frame) and _seeds_way(seed, frame).shape == frame.shape):
        raise RuntimeError("A server gave another picture than it should.")
    native, overhead, base64_ms = [], [], []
    for number in range(1 + BLOCKS):
        natives, models = [], []
        for _ in range(BLOCK):
            natives.append(_timed(lambda: client.infer({"image": frame}, {}, PATIENCE)))
            models.append(client.model_milliseconds)
        seeds = [_timed(lambda: _seeds_way(seed, frame)) for _ in range(BLOCK)]
        if number:  # the first warms up
            native += natives
            overhead += [whole - model for whole, model in zip(natives, models, strict=True)]
            base64_ms += seeds
    return native, overhead, base64_ms


def _growth(client: NativeClient, frame: NDArray[np.uint8]) -> float:
    """By how many per cent the resident memory grows between the first and the last twentieth of the frames."""
    ours = psutil.Process()
    resident: list[int] = []
    for _ in range(20):
        for _ in range(FRAMES // 20):
            client.infer({"image": frame}, {}, PATIENCE)
        resident.append(ours.memory_info().rss)
    return (resident[-1] / resident[0] - 1) * 100


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _seeds_way(seed: httpx.Client, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What a 2018 client does: a data URI in JSON there, a data URI in JSON back."""
    _, jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 80])
    uri = "data:image/jpg;base64," + base64.b64encode(jpeg.tobytes()).decode()
    results = seed.post("/query", json={"data": uri}).json()["results"]
    data = base64.b64decode(results.partition(",")[2])
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def _frame() -> NDArray[np.uint8]:
    """A picture that JPEG makes as large as a photograph: smooth shapes and some grain."""
    rng = np.random.default_rng(1)
    coarse = cv2.resize(rng.integers(0, 255, (24, 40, 3), np.uint8), (1280, 720), interpolation=cv2.INTER_CUBIC)
    grain = cv2.GaussianBlur(rng.integers(0, 255, (720, 1280, 3), np.uint8), (0, 0), 1.0)
    return np.asarray(cv2.addWeighted(coarse, 0.75, grain, 0.25, 0), np.uint8)


@contextlib.contextmanager
def _servers() -> Iterator[tuple[Path, str, str]]:
    """A Unix socket for native, a URL for the seed's way, and where the servers run."""
    with tempfile.TemporaryDirectory(prefix="ng-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # the container's user is another one
        script, mount = folder / "server.py", folder / "ipc"
        script.write_text(SERVER)
        script.chmod(0o644)
        mount.mkdir()
        mount.chmod(0o777)
        if _has_docker():
            url, where = _containers(stack, script, mount), "containers"
        else:
            url, where = _process(stack, script, mount / "s"), "local processes, as no Docker engine answers"
        _wait(mount / "s", url)
        yield mount / "s", url, where


def _has_docker() -> bool:
    try:
        return subprocess.run(["docker", "version"], capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _containers(stack: contextlib.ExitStack, script: Path, mount: Path) -> str:
    dockerfile = ROOT / "models" / "lineart" / "Dockerfile"
    environment = os.environ | {"DOCKER_BUILDKIT": "0"}
    build = ["docker", "build", "-q", "-t", IMAGE, "-f", str(dockerfile), str(ROOT / "models")]
    subprocess.run(build, env=environment, capture_output=True, check=True)
    socket = [f"--volume={mount}:/ipc", "--env=NODEGRAPH_SOCKET=/ipc/s", "--network=none"]
    for options in (socket, ["--publish=127.0.0.1::33000"]):
        command = ["run", "--detach", *HARDENED, f"--volume={script}:/app/server.py:ro", *options, IMAGE]
        container = _docker(*command)
        stack.callback(_docker, "rm", "--force", "--volumes", container)
    return "http://" + _docker("port", container, "33000/tcp").splitlines()[0]


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout.strip()


def _process(stack: contextlib.ExitStack, script: Path, socket: Path) -> str:
    variables = {"PYTHONPATH": str(ROOT / "models" / "kit"), "NODEGRAPH_PORT": "0", "NODEGRAPH_SOCKET": str(socket)}
    process = stack.enter_context(
        subprocess.Popen([sys.executable, str(script)], env=os.environ | variables, stdout=subprocess.PIPE, text=True)
    )
    stack.callback(process.terminate)
    return process.stdout.readline().split()[-1] if process.stdout else ""


def _wait(socket: Path, url: str) -> None:
    """Until both servers are ready."""
    with contextlib.closing(NativeClient(Endpoint("", socket))) as native:
        _until(lambda: native.describe()["state"] == "ready")
    _until(lambda: httpx.get(url + "/health", trust_env=False).status_code == 200)


def _until(is_ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(ModelError, httpx.TransportError):
            if is_ready():
                return
    raise TimeoutError(f"A model server was not ready in {PATIENCE:g} s.")


def _spread(values: list[float]) -> str:
    low, _, high = statistics.quantiles(values, n=4)
    return f"{low:.3g} to {high:.3g}"


if __name__ == "__main__":
    for result in run():
        print(f"{result['name']:34} {result['value']:8.3f} {result['unit']:3} {result['target']:8} ", end="")
        print(f"({result.get('spread', '')}) {result.get('note', '')}")
