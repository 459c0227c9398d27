"""Models with replicas: containers on one engine, and services of a swarm of two machines."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import docker
import numpy as np
import pytest

from nodegraph.core.errors import ModelError
from nodegraph.core.graph import GraphNode
from nodegraph.engine.run import Run
from nodegraph.runtime import manage
from nodegraph.runtime.engines import labels
from nodegraph.runtime.engines.engines import KnownEngine
from nodegraph.runtime.model_node import definition_of
from nodegraph.runtime.servers import Lease, Servers
from tests.docker.elsewhere import STEADY, Elsewhere, entry_of, machine, send_image, until
from tests.docker.listing import containers
from tests.docker.own import own
from tests.engine import support

pytestmark = pytest.mark.docker
IMAGE = np.zeros((24, 32, 3), np.uint8)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    with Servers(linger=0, folder=tmp_path / "state") as made:
        yield made


@pytest.fixture
def engine(docker_engine: str) -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=docker_engine, timeout=30)
    yield client
    client.close()


def mine(engine: docker.DockerClient, id: str = "steady") -> list[Any]:
    wanted = [f"{labels.ENTRY}={id}", f"{labels.INSTANCE}={labels.THIS_INSTANCE}"]
    return containers(engine, running=True, label=wanted)


def complete(servers: Servers, entry: Any, **place: Any) -> Lease:
    """A lease with every replica at work."""
    lease = servers.acquire(entry, {"kind": "container", **place})
    lease.wait_ready(60)
    until(lambda: len(lease.endpoint.roster.members()) == place["replicas"])
    return lease


def where(lease: Lease, calls: int) -> list[str]:
    return [lease.client().infer({"image": IMAGE}, {}, 30)["where"] for _ in range(calls)]


class Load:
    """Calls without a pause from several threads, until `stop`; what failed is kept."""

    def __init__(self, lease: Lease, threads: int) -> None:
        self.failed: list[Exception] = []
        self.answers = 0
        self._over = threading.Event()
        self._lease = lease
        self._threads = [threading.Thread(target=self._call) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _call(self) -> None:
        while not self._over.is_set():
            try:
                self._lease.client().infer({"image": IMAGE}, {"seconds": 0.01}, 30)
                self.answers += 1
            except ModelError as error:
                self.failed.append(error)

    def more(self, count: int) -> None:
        """Until so many more were answered."""
        goal = self.answers + count
        until(lambda: self.answers >= goal)

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def test_containers_share_the_calls_and_a_lost_one_costs_none(servers, steady, engine):
    lease = complete(servers, steady, replicas=3)
    assert len(mine(engine)) == 3
    assert len(set(where(lease, 3))) == 3, "calls go round"
    before = set(lease.endpoint.roster.members())
    load = Load(lease, 3)
    load.more(20)
    mine(engine)[0].kill()
    load.more(20)
    until(lambda: len(members := set(lease.endpoint.roster.members())) == 3 and members != before)
    load.more(20)
    load.stop()
    assert load.failed == []
    assert lease.restarts == 0
    lease.release()
    until(lambda: mine(engine) == [])


def test_frames_leave_in_order_whichever_replica_answers_first(servers, steady, engine):
    registry = support.REGISTRY.with_definitions([definition_of(steady, servers)])
    ask = GraphNode("ask", "model.steady", {"seconds": 0.01}, place={"kind": "container", "replicas": 3})
    frames = GraphNode("in", "t.frames", {"count": 90})
    graph = support.graph_of({"in": frames, "ask": ask, "out": "collect"}, "in.image ask.image", "ask.image out.image")
    with Run(graph, registry, "offline") as run:
        until(lambda: len(run.nodes["out"].instance.got) > 10, 60)
        mine(engine)[0].kill()
        assert run.wait(60)
    assert run.failure is None
    assert support.values(run) == [255 - number for number in range(90)]


def test_the_number_of_replicas_changes_while_the_graph_runs(servers, steady, engine):
    registry = support.REGISTRY.with_definitions([definition_of(steady, servers)])

    def graph(replicas: int) -> Any:
        ask = GraphNode("ask", "model.steady", place={"kind": "container", "replicas": replicas})
        frames = GraphNode("in", "t.frames", {"count": 0, "rate": 50.0})
        return support.graph_of(
            {"in": frames, "ask": ask, "out": "collect"}, "in.image ask.image", "in.image out.image"
        )

    with Run(graph(1), registry, "live") as run:
        first = until(lambda: run.latest("ask", "where"), 60)
        run.update(graph(2))
        seen = set()
        until(lambda: seen.add(run.latest("ask", "where")) or len(seen - {None, first}) == 2, 60)
        assert run.nodes["ask"].spec.max_inflight == 2
        assert not run.failure


def test_more_and_fewer_replicas_keep_those_that_run_and_cost_no_call(servers, steady, engine):
    two = complete(servers, steady, replicas=2)
    before = {one.id for one in mine(engine)}
    load = Load(two, 3)
    load.more(10)
    three = complete(servers, steady, replicas=3)  # as a node does whose place is changed
    assert len(mine(engine)) == 3
    assert before < {one.id for one in mine(engine)}
    load.more(10)
    three.release()
    until(lambda: {one.id for one in mine(engine)} == before)
    load.more(10)
    load.stop()
    assert load.failed == []
    assert two.restarts == 0
    two.release()
    until(lambda: mine(engine) == [])


def test_replicas_left_running_are_used_by_runs_each_by_one_and_stopped_by_hand(servers, steady, engine):
    left = entry_of(own("left"))
    assert manage.start(left, {"replicas": 2}, lambda event: None).roster is not None
    try:
        (status,) = manage.statuses([left])
        assert (status.running, status.kept) == (2, 2)
        lines = manage.logs(left)
        assert {line[:3] for line in lines} == {"[1]", "[2]"}
        before = {one.id for one in mine(engine, left.id)}
        lease = complete(servers, left, replicas=3)
        assert before < {one.id for one in mine(engine, left.id)}, "two were there and one is the run's own"
        assert len(set(where(lease, 3))) == 3
        lease.release()
        until(lambda: {one.id for one in mine(engine, left.id)} == before)
    finally:
        assert manage.stop(left) == 2
    assert mine(engine, left.id) == []


def test_replicas_that_never_run_are_given_up_with_their_last_words(yard):
    lease = yard.acquire(yard.entry("crash"), {"replicas": 2}, give_up=2)
    with pytest.raises(ModelError, match="stopped by itself with exit code 3") as caught:
        lease.wait_ready(60)
    assert "cannot find the weights" in caught.value.message
    assert yard.containers("crash") == []


@pytest.fixture(scope="module")
def swarm(elsewhere: Elsewhere, docker_engine: str) -> Iterator[docker.DockerClient]:
    """The engine elsewhere leads a swarm with a second machine in it; that one's client."""
    with ExitStack() as stack:
        found = stack.enter_context(machine())
        worker = docker.DockerClient(base_url=found["SOCKET"], timeout=60)
        stack.callback(worker.close)
        send_image(docker_engine, found["SOCKET"])
        elsewhere.docker.swarm.init(advertise_addr=elsewhere.address)
        stack.callback(elsewhere.docker.swarm.leave, force=True)
        token = elsewhere.docker.swarm.attrs["JoinTokens"]["Worker"]
        worker.swarm.join([elsewhere.address], token, advertise_addr=found["ADDRESS"])
        yield worker


def tasks(client: docker.DockerClient) -> list[Any]:
    return containers(client, running=True, name="nodegraph-steady")


def test_services_of_programs_that_died_are_removed(elsewhere, swarm):
    dead = {**labels.labels("steady", "cpu"), labels.PROGRAM: labels.this_program().replace(":", ":1", 1)}
    for name, found in (("dead", dead), ("alive", labels.labels("steady", "cpu"))):
        elsewhere.docker.services.create(STEADY, ["sleep", "60"], name=name, labels=found)
    known = KnownEngine(elsewhere.ssh)
    try:
        assert "dead" in known.prepare()
        assert [service.name for service in elsewhere.docker.services.list()] == ["alive"]
    finally:
        known.engine.close()
        for service in elsewhere.docker.services.list():
            service.remove()


def test_a_swarm_s_service_grows_and_shrinks_and_keeps_its_tasks(servers, steady, elsewhere, swarm):
    two = complete(servers, steady, replicas=2, engine=elsewhere.ssh)
    before = dict(two.endpoint.roster.members())
    three = complete(servers, steady, replicas=3, engine=elsewhere.ssh)
    assert before.items() < dict(three.endpoint.roster.members()).items()
    three.release()
    until(lambda: len(two.endpoint.roster.members()) == 2)
    assert len(elsewhere.docker.services.list()) == 1
    two.release()
    until(lambda: not elsewhere.docker.services.list(), 60)


def test_a_swarm_spreads_replicas_over_its_machines_and_a_lost_machine_costs_no_call(servers, steady, elsewhere, swarm):
    lease = complete(servers, steady, replicas=4, engine=elsewhere.ssh)
    assert tasks(elsewhere.docker)
    assert tasks(swarm)
    assert len(set(where(lease, 4))) == 4, "also those on the other machine answer through the one connection"
    (service,) = elsewhere.docker.services.list()
    template = service.attrs["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert template["ReadOnly"]
    assert template["User"] == "65534:65534"
    load = Load(lease, 4)
    load.more(20)
    swarm.swarm.leave(force=True)
    until(lambda: len(tasks(elsewhere.docker)) == 4, 60)
    until(lambda: len(lease.endpoint.roster.members()) == 4)
    load.more(20)
    load.stop()
    assert load.failed == []
    assert lease.restarts == 0
    lease.release()
    until(lambda: not elsewhere.docker.services.list(), 60)
