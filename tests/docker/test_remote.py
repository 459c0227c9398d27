"""Models on another machine: over ssh and TLS, through interruptions, and with other people's containers beside."""

import gc
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.core.errors import ModelError
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.registry import discover
from nodegraph.engine.run import Run
from nodegraph.runtime.engines import labels
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.engines.engines import KnownEngine, engine_at
from nodegraph.runtime.manage import engine_status
from nodegraph.runtime.model_node import definition_of
from nodegraph.runtime.servers import Lease, Servers
from nodegraph.runtime.state import Stage
from tests.docker.elsewhere import STEADY, Elsewhere, machine, send_image, until, use_ssh, we_listen_at
from tests.docker.listing import containers

# docker-py leaves a socket to the collector when nobody listens, as for a moment at the end of a cut connection.
_LEFT = r"ignore:Exception ignored in. <socket.socket fd=\d+, family=1,:pytest.PytestUnraisableExceptionWarning"
pytestmark = [pytest.mark.docker, pytest.mark.filterwarnings(_LEFT)]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    with Servers(linger=0, folder=tmp_path / "state") as made:
        yield made


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """What a test leaves behind is found in its own name."""
    yield
    gc.collect()


@pytest.fixture(params=["ssh", "tls"])
def engine(request: pytest.FixtureRequest, elsewhere: Elsewhere) -> str:
    """The other machine's engine, as a place names it."""
    return elsewhere.ssh if request.param == "ssh" else "context:elsewhere"


def scene() -> np.ndarray:
    ramp = np.tile(np.linspace(0, 255, 320).astype(np.uint8), (240, 1))
    return np.dstack([ramp, ramp[:, ::-1], ramp])


def ready(servers: Servers, entry: Any, engine: str, **place: Any) -> Lease:
    lease = servers.acquire(entry, {"kind": "container", "engine": engine, **place})
    lease.wait_ready(60)
    return lease


def test_frames_reach_a_model_there_and_no_port_is_opened_to_the_network(servers, steady, elsewhere, engine):
    there = elsewhere.listening()
    lease = ready(servers, steady, engine)
    answer = lease.client().infer({"image": scene()}, {}, 30)
    assert np.abs(answer["image"].astype(int) - (255 - scene())).mean() < 3, "travelled as JPEG"
    (container,) = containers(elsewhere.docker, running=True, label=f"{labels.INSTANCE}={labels.THIS_INSTANCE}")
    assert container.id.startswith(answer["where"]), "it ran there"
    assert we_listen_at() == {"127.0.0.1"}
    assert elsewhere.listening() <= there
    assert not lease.endpoint.local
    assert lease.endpoint.options == "", "it was told nothing by RW_MODEL_OPTIONS"
    lease.release()
    until(lambda: not containers(elsewhere.docker, ancestor=STEADY))


def test_calls_in_flight_together_do_not_mix(servers, steady, engine):
    client = ready(servers, steady, engine).client()
    answers = {}

    def ask(shade: int) -> None:
        answers[shade] = client.infer({"image": np.full((120, 160, 3), shade, np.uint8)}, {}, 30)["number"]

    threads = [threading.Thread(target=ask, args=(shade,)) for shade in range(0, 250, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {shade: abs(shade - number) <= 2 for shade, number in answers.items()} == dict.fromkeys(
        range(0, 250, 25), True
    )


def test_a_broken_ssh_connection_is_made_anew_and_the_same_container_goes_on(servers, steady, elsewhere):
    lease = ready(servers, steady, elsewhere.ssh)
    before = lease.client().infer({"image": scene()}, {}, 30)["where"]
    os.killpg(engine_at(elsewhere.ssh).engine.tunnel.pid, signal.SIGKILL)

    def answer() -> str:
        try:
            return lease.client().infer({"image": scene()}, {}, 30)["where"]
        except ModelError as error:
            lease.report_failure(error)
            return ""

    assert until(answer) == before
    assert lease.restarts == 0


def test_a_container_that_dies_there_is_started_again(servers, steady, elsewhere, engine):
    lease = ready(servers, steady, engine)
    first = lease.client().infer({"image": scene()}, {}, 30)["where"]
    elsewhere.docker.containers.get(first).kill()
    until(lambda: lease.restarts == 1 and lease.details.stage is Stage.READY)
    assert lease.client().infer({"image": scene()}, {}, 30)["where"] != first


def test_an_engine_that_stops_is_said_in_a_sentence(servers, steady, docker_engine, tmp_path, monkeypatch):
    with machine() as found:
        send_image(docker_engine, found["SOCKET"])
        use_ssh("-F", found["SSH_CONFIG"], folder=tmp_path, monkeypatch=monkeypatch)
        lease = ready(servers, steady, found["SSH"])
    until(lambda: lease.details.stage is Stage.FAILED, 200, lambda: lease.details)
    with pytest.raises(ModelError, match=r"cannot be used as a Docker engine: |engine at .* does not answer") as caught:
        lease.client()
    assert found["ADDRESS"] in str(caught.value)
    assert caught.value.hint
    engine_at(found["SSH"]).engine.close()


def test_a_node_moves_to_another_machine_while_the_graph_runs(servers, steady, elsewhere):
    registry = discover().with_definitions([definition_of(steady, servers)])
    nodes = {
        "in": GraphNode("in", "source.test_pattern", {"width": 160, "height": 120}),
        "ask": GraphNode("ask", "model.steady", place={"kind": "container"}),
        "out": GraphNode("out", "sink.preview"),
    }
    wires = (Wire("in", "image", "ask", "image"), Wire("in", "image", "out", "image"))

    def where() -> str | None:
        return run.latest("ask", "where")

    said: list[str | None] = []
    with Run(Graph(nodes, wires), registry, "live") as run:
        first = until(where)
        moved = {**nodes, "ask": GraphNode("ask", "model.steady", place={"kind": "container", "engine": elsewhere.ssh})}
        shown = run.stats().nodes["out"].runs
        run.update(Graph(moved, wires))
        second = until(lambda: said[-1] if said.append(where()) or said[-1] != first else "")
        assert None not in said, "what the first one said was gone before the second one answered"
        assert elsewhere.docker.containers.get(second).status == "running"
        assert run.stats().nodes["out"].runs > shown
        assert not run.failure


def test_only_what_this_machine_started_and_lost_is_cleared_away_there(elsewhere):
    pid, started, namespace, boot = labels.this_program().split(":")
    mine, dead = labels.labels("reap", "cpu"), f"4194300:{started}:{namespace}:{boot}"
    kinds = {
        "alive": mine,
        "dead": {**mine, labels.PROGRAM: dead},
        "before-a-restart": {**mine, labels.PROGRAM: f"{pid}:{started}:{namespace}:an-earlier-boot"},
        "other-machine": {
            **mine,
            labels.PROGRAM: f"{pid}:1:{namespace}:another-boot",
            labels.MACHINE: "0123456789abcdef",
        },
        "unknown-machine": {**labels.OURS, labels.PROGRAM: f"{pid}:1:{namespace}:another-boot"},
    }
    made = {
        kind: elsewhere.docker.containers.create(STEADY, labels=found, name=f"reap-{kind}")
        for kind, found in kinds.items()
    }
    known = KnownEngine(elsewhere.ssh)
    try:
        assert sorted(known.reap()) == ["reap-before-a-restart", "reap-dead"]
        left = {one.name for one in containers(elsewhere.docker)}
        assert {"reap-alive", "reap-other-machine", "reap-unknown-machine"} <= left
    finally:
        known.engine.close()
        for kind in ("alive", "other-machine", "unknown-machine"):
            made[kind].remove(force=True)


def test_engines_that_cannot_be_used_are_said_plainly(elsewhere):
    cases = {
        elsewhere.ssh + ":23": "nothing answers there (Connection refused). Is it on, with sshd?",
        "ssh://root@no-such-machine.invalid": "no machine of that name is known",
        "ssh://nobody@" + elsewhere.address: "cannot be used as a Docker engine",
        elsewhere.tls: "we do not trust each other. It wants TLS: give the certificates with a Docker context",
        "context:nowhere": "There is no Docker context called 'nowhere'",
        "ssh://-oProxyCommand=reboot": "is no address of an engine",
    }
    for address, words in cases.items():
        status = engine_status(address)
        assert not status.answers
        assert words in status.message, address


@pytest.mark.parametrize(
    ("option", "words", "hint"),
    [
        ("UserKnownHostsFile=/dev/null", "its host key is not known on this machine", "compare the key"),
        ("PubkeyAuthentication=no", "it refused our login", "ssh-add"),
    ],
)
def test_a_stranger_is_not_let_in_and_the_fix_is_named(elsewhere, tmp_path, monkeypatch, option, words, hint):
    use_ssh("-o", option, folder=tmp_path, monkeypatch=monkeypatch)
    with pytest.raises(ModelError, match=words) as caught:
        Engine(elsewhere.ssh).info()
    assert hint in caught.value.hint


def test_an_engine_over_tls_is_found_by_the_environment_too(elsewhere, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", elsewhere.tls)
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(elsewhere.certs))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    for host in ("", elsewhere.tls):
        engine = Engine(host)
        assert engine.info()["OSType"] == "linux"
        engine.close()


HOLD = """
import sys
from nodegraph.runtime.engines.docker import Engine
engine = Engine(sys.argv[1])
engine.info()
print(engine.tunnel.pid, flush=True)
sys.stdin.read()
"""


def test_the_ssh_connection_ends_with_a_killed_program(elsewhere, ended):
    program = subprocess.Popen(
        [sys.executable, "-c", HOLD, elsewhere.ssh],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with program:
        group = int(program.stdout.readline())
        ended(program)

    def gone() -> bool:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        return False

    until(gone)


def test_the_models_commands_reach_another_machine(elsewhere, tmp_path, steady):
    entry = {"id": "steady", "name": "Steady", "protocol": "native", "tag": STEADY, "options": {"image": STEADY}}
    (tmp_path / "models.json").write_text(json.dumps([entry]))

    def models(*words: str) -> "subprocess.CompletedProcess[str]":
        more = ["--models", str(tmp_path / "models.json"), "--engine", elsewhere.ssh]
        command = [sys.executable, "-m", "nodegraph", "models", *words, *more]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)

    started = models("start", "steady")
    assert started.returncode == 0, started.stderr
    try:
        assert "image here, 1 running" in models("list").stdout
        assert "nodegraph-kit listening" in models("logs", "steady").stdout
    finally:
        stopped = models("stop", "steady")
    assert "stopped 1" in stopped.stdout
    assert containers(elsewhere.docker, label=f"{labels.ENTRY}=steady") == []
