"""One server process answers native, alpha over HTTP and alpha over Socket.IO, and survives what is thrown at it."""

import base64
import contextlib
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
import socketio

from tests.models.kit_models import ONE_BOX, Start, data_uri, query

MODELS = Path(__file__).resolve().parents[2] / "models"
SERVER = """
from typing import NamedTuple
from nodegraph_kit import *

class Found(NamedTuple):
    boxes: Detections
    points: Keypoints
    caption: Text
    small: Image

@model(title="All", max_inflight=2)
def everything(image: Image, fail: bool = False, shade: int = param(7, "Grey.", ge=0, le=255)) -> Found:
    if fail:
        raise ValueError("asked to fail")
    small = image[:1, :1] * 0 + shade
    points = Keypoints([[[0.5, 0.25, 1], [float("nan")] * 2 + [0]]], ("Nose", "Neck"))
    import numpy
    points = Keypoints(numpy.array(points.points, numpy.float32), points.names)
    return Found(Detections.of([[0.1, 0.2, 0.3, 0.6]], ["dog"], [0.5]), points, "a dog", small.astype("uint8"))

if __name__ == "__main__":
    serve(everything)
"""


@pytest.fixture
def closing() -> Iterator[Callable[[Any], Any]]:
    """Closes what it is given at the end of the test."""
    with contextlib.ExitStack() as stack:
        yield lambda thing: stack.enter_context(contextlib.closing(thing))


def test_the_description_is_both_ours_and_that_of_2018(start: Start) -> None:
    said = httpx.get(start(SERVER).wait().url).json()
    assert (said["status"], said["message"]) == ("200", "everything is running")
    assert (said["query_route"], said["test_route"]) == ("/query", "/test")
    assert (said["protocol"], said["protocolVersion"], said["state"], said["maxInflight"]) == ("native", 1, "ready", 2)


@pytest.mark.parametrize("route", ["/query", "/query_once"])
def test_alpha_over_http_answers_in_the_shapes_of_2018(start: Start, scene: np.ndarray, route: str) -> None:
    results = query(start(SERVER).wait().url, {"data": data_uri(scene), "model": "mobilenet_thin"}, route).json()
    results = results["results"]
    assert results["boxes"] == [{"cat": "dog", "score": 0.5, "bounds": pytest.approx([0.1, 0.2, 0.2, 0.4])}]
    assert results["points"] == {"humans": [[["Nose", 0.5, 0.25]]]}
    assert results["caption"] == [{"caption": "a dog", "prob": 1.0}]
    picture = base64.b64decode(results["small"].partition(",")[2])
    assert cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR).tolist() == [[[7, 7, 7]]]


def test_the_test_route_runs_on_a_sample(start: Start) -> None:
    said = httpx.get(start(ONE_BOX).wait().url + "/test").json()
    assert (said["status"], said["model"], said["response"][0]["cat"]) == ("200", "box", "cat")


def test_raw_base64_without_a_prefix_and_png_work_too(start: Start) -> None:
    url = start(ONE_BOX).wait().url
    white = np.full((4, 4, 3), 255, np.uint8)
    for text in (data_uri(white).partition(",")[2], data_uri(white, ".png")):
        assert query(url, {"data": text}).json()["results"][0]["score"] == 1.0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "input image (image) is missing"),
        ([], "must be a JSON object"),
        ({"data": 3}, "not int"),
        ({"data": "data:image/jpg;base64,???"}, "not base64"),
        ({"data": "data:image/jpg;base64,"}, "neither JPEG nor PNG"),
        ({"data": base64.b64encode(b"\xff\xd8\xff").decode()}, "neither JPEG nor PNG"),
        ({"data": base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 8 + b"\x7f\xff\xff\xff" * 2).decode()}, "at most"),
        ({"data": base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 8 + b"\0\0\0\x09" * 2).decode()}, "damaged"),
        ({"data": data_uri(np.zeros((2, 2, 3), np.uint8)), "shade": 256}, "from 0 to 255"),
    ],
)
def test_a_wrong_alpha_request_is_answered_with_a_sentence(start: Start, body: Any, said: str) -> None:
    url = start(ONE_BOX).wait().url
    answer = query(url, body)
    assert answer.status_code in (400, 413)
    assert said in answer.json()["error"]
    assert httpx.get(url + "/health").status_code == 200


def test_broken_json_missing_routes_and_wrong_methods_have_sentences(start: Start) -> None:
    url = start(ONE_BOX).wait().url
    post = httpx.post(url + "/query", content=b"[" * 100_000)
    assert (post.status_code, "not JSON" in post.json()["error"]) == (400, True)
    assert httpx.get(url + "/nothing").status_code == 404
    assert httpx.post(url + "/nothing").status_code == 404
    assert httpx.get(url + "/query").json() == {"error": "/query takes POST."}
    chunked = httpx.post(url + "/query", content=iter([b"{}"]))
    assert "Content-Length" in chunked.json()["error"]


def test_an_oversized_body_is_answered_not_swallowed(start: Start) -> None:
    url = start(ONE_BOX, NODEGRAPH_MAX_MEGABYTES="1").wait().url
    answer = httpx.post(url + "/run", content=bytes(18 << 20), timeout=30)
    assert answer.status_code == 413
    assert "this server accepts 1048576" in answer.json()["error"]


def test_an_exception_is_answered_and_its_traceback_is_in_the_log(
    start: Start, scene: np.ndarray, tmp_path: Path
) -> None:
    url = start(SERVER).wait().url
    answer = query(url, {"data": data_uri(scene), "fail": True})
    assert (answer.status_code, answer.json()["error"]) == (500, "All failed: ValueError: asked to fail")
    assert query(url, {"data": data_uri(scene)}).status_code == 200
    assert 'raise ValueError("asked to fail")' in (tmp_path / "log").read_text()


@pytest.mark.parametrize(("version", "b64"), [(3, True), (3, False), (4, True)])
def test_socket_io_answers_as_captured_in_2018(start: Start, alpha_socket: Any, version: int, b64: bool) -> None:
    session = alpha_socket(start(ONE_BOX).wait().url, version, b64)
    assert session.handshake["upgrades"] == []
    assert ("maxPayload" in session.handshake) == (version == 4)
    joined = session.join()
    assert any(packet.startswith("40/query") for packet in joined)
    assert '42/query,["successful_connection", {"data": "connection established"}]' in joined
    white = data_uri(np.full((8, 8, 3), 255, np.uint8))
    for _ in range(2):
        [event] = session.ask({"data": white})
        assert event == [
            "update_response",
            {"results": [{"cat": "cat", "score": 1.0, "bounds": [0.0, 0.0, 0.5, 1.0]}]},
        ]


@pytest.mark.parametrize("version", [3, 4])
def test_socket_io_refuses_with_a_sentence_and_stays_usable(start: Start, alpha_socket: Any, version: int) -> None:
    session = alpha_socket(start(ONE_BOX).wait().url, version)
    session.join()
    [event] = session.ask({"data": "nonsense"})
    assert event[1]["results"] is None
    assert "picture" in event[1]["error"]
    [event] = session.ask({"data": data_uri(np.zeros((8, 8, 3), np.uint8))}, ack="7")
    assert event[1]["results"][0]["score"] == 0.0
    assert any(packet.startswith("43/query,7[]") for packet in session.packets)


def test_socket_io_details_of_versions_and_mistakes(start: Start, alpha_socket: Any, closing: Any) -> None:
    url = start(ONE_BOX).wait().url
    get = closing(httpx.Client(base_url=url, params={"transport": "polling"}))
    assert get.get("/socket.io/", params={"EIO": "5"}).json()["code"] == 5
    assert get.get("/socket.io/", params={"EIO": "3", "sid": "nobody"}).json()["code"] == 1
    assert get.get("/socket.io/", params={"EIO": "3", "transport": "websocket"}).status_code == 400
    old = alpha_socket(url, 3)
    assert old.join("/nope") == ['44/nope,"Invalid namespace"']
    old.post("2probe")
    assert old.poll() == ["3probe"]
    assert old.post("42/query,{").status_code == 200  # not joined: nothing to be wrong about
    old.join()
    assert old.post("42/query,[1").status_code == 400
    new = alpha_socket(url, 4)
    assert new.join("/nope") == ['44/nope,{"message": "Invalid namespace"}']
    new.post("1")
    assert get.get("/socket.io/", params=new.query).status_code == 400


def test_the_present_python_socketio_client_is_served(start: Start) -> None:
    answers: list[Any] = []
    done = threading.Event()
    client = socketio.Client()
    client.on("update_response", lambda reply: (answers.append(reply), done.set()), namespace="/query")
    client.connect(start(ONE_BOX).wait().url, namespaces=["/query"], transports=["polling"])
    client.emit("update_request", {"data": data_uri(np.zeros((8, 8, 3), np.uint8))}, namespace="/query")
    assert done.wait(60)
    client.disconnect()
    assert answers[0]["results"][0]["cat"] == "cat"


def test_a_page_from_elsewhere_may_ask_alpha_but_not_native(start: Start) -> None:
    url = start(ONE_BOX).wait().url
    allowed = httpx.options(url + "/query", headers={"Origin": "http://page"})
    assert allowed.headers["access-control-allow-origin"] == "http://page"


def test_health_says_how_long_the_oldest_request_takes(start: Start, tmp_path: Path) -> None:
    for name in ("started", "gate"):
        os.mkfifo(tmp_path / name)
    source = ONE_BOX.replace(
        "    return",
        """    import os
    open(os.environ["STARTED"], "w").close()
    open(os.environ["GATE"]).read()
    return""",
    )
    server = start(source, STARTED=str(tmp_path / "started"), GATE=str(tmp_path / "gate")).wait()
    client = server.client()
    asking = threading.Thread(target=client.infer, args=({"image": np.zeros((2, 2, 3), np.uint8)}, {}, 60))
    asking.start()
    (tmp_path / "started").read_bytes()
    first, second = (httpx.get(server.url + "/health").json() for _ in range(2))
    assert first["running"] == 1
    assert 0 < first["longest"] <= second["longest"]
    (tmp_path / "gate").write_text("go")
    asking.join(60)
    assert httpx.get(server.url + "/health").json()["running"] == 0


def test_what_a_model_notes_while_it_loads_is_in_its_health_once(start: Start) -> None:
    noted = """from nodegraph_kit import note
note("Runs on a GPU.")
note("Runs on a GPU.")
note("And well.")
"""
    url = start(noted + ONE_BOX).wait().url
    assert httpx.get(url + "/health").json()["note"] == "Runs on a GPU. And well."


def test_sigterm_ends_it_cleanly_and_takes_the_socket_file_away(start: Start) -> None:
    server = start(ONE_BOX).wait()
    assert stat.S_ISSOCK(server.socket.stat().st_mode)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(60) == 0
    assert not server.socket.exists()


SLOW_START = """
import os, time
from nodegraph_kit import *

@model(title="Slow")
class Slow:
    def setup(self) -> None:
        with open(os.environ["GATE"]) as gate:  # a pipe: waits until the test opens the other end
            gate.read()

    def run(self, image: Image) -> Image:
        return image

serve(Slow)
"""


def test_while_it_loads_it_says_so_and_sigterm_still_ends_it(start: Start, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gate")
    server = start(SLOW_START, GATE=str(tmp_path / "gate"))
    health = httpx.get(server.url + "/health")
    assert (health.status_code, health.json()["state"]) == (503, "loading")
    assert httpx.get(server.url).json()["message"] == "slow is loading"
    early = query(server.url, {"data": data_uri(np.zeros((2, 2, 3), np.uint8))})
    assert (early.status_code, early.json()["error"]) == (503, "Slow is still loading.")
    (tmp_path / "gate").write_text("go")
    server.wait()
    again = start(SLOW_START, GATE=str(tmp_path / "gate"))
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(60) == 0


def test_a_port_in_use_and_an_impossible_socket_are_sentences(start: Start, tmp_path: Path) -> None:
    server = start(ONE_BOX)
    script = tmp_path / "server0.py"
    port = server.url.rpartition(":")[2]
    environment = {**os.environ, "PYTHONPATH": str(MODELS / "kit")}
    for flags, said in [
        (["--port", port], "Address already in use"),
        (["--socket", "/no/such/folder/s"], "Unix socket"),
    ]:
        done = subprocess.run(
            [sys.executable, script, *flags], env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_the_template_runs_as_it_stands(start: Start, scene: np.ndarray) -> None:
    server = start((MODELS / "kit" / "server_template.py").read_text()).wait()
    found = server.client().infer({"image": scene}, {"size": 0.1}, 20)["detections"]
    assert found.labels == ("brightest",)
    assert found.boxes[0] == pytest.approx(
        [145 / 320 - 0.05, 110 / 240 - 0.05, 145 / 320 + 0.05, 110 / 240 + 0.05], abs=0.02
    )
