"""What a swarm is asked for, and where its answers say that a replica is."""

from typing import Any

import pytest

from nodegraph.runtime.consent import agree_to_secrets
from nodegraph.runtime.engines.engines import KnownEngine
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.runners.container_body import container_body
from nodegraph.runtime.runners.swarm import Service, _address
from nodegraph.runtime.runners.swarm_body import gpu_resource, service_body


def body_of(gpu: str = "", **more: Any) -> dict[str, Any]:
    launch = Launch("container", "people", "People", image="a/people:1", replicas=3, memory=256 << 20, **more)
    container = container_body(launch, {}, "root", launch.memory, None, "", False)
    return service_body(container, "nodegraph-people", {"app.nodegraph.owner": "nodegraph"}, launch, gpu)


def test_a_replica_may_do_as_little_as_a_container() -> None:
    body = body_of(weights="nodegraph-weights-people")
    spec, resources = body["TaskTemplate"]["ContainerSpec"], body["TaskTemplate"]["Resources"]
    assert body["Mode"] == {"Replicated": {"Replicas": 3}}
    assert body["Labels"] == {"app.nodegraph.owner": "nodegraph"}
    assert spec["Image"] == "a/people:1"
    assert spec["User"] == "65534:65534"
    assert spec["ReadOnly"] is True
    assert spec["Init"] is True
    assert spec["CapabilityDrop"] == ["ALL"]
    assert spec["Privileges"] == {"NoNewPrivileges": True}
    assert "NODEGRAPH_PORT=33000" in spec["Env"]
    assert resources["Limits"]["MemoryBytes"] == 256 << 20
    assert resources["Limits"]["Pids"] > 0
    assert {mount["Target"]: mount.get("ReadOnly", False) for mount in spec["Mounts"]} == {
        "/tmp": False,
        "/weights": True,
    }


def test_an_image_that_was_agreed_to_by_its_id_runs_by_its_id() -> None:
    launch = Launch("container", "people", "People", image="a/people:1", image_id="sha256:" + "a" * 64)
    assert container_body(launch, {}, "", 1 << 20, None, "", False)["Image"] == launch.image_id


def test_ports_are_the_machines_own_because_the_swarms_balancer_needs_a_kernel_module() -> None:
    endpoint = body_of()["EndpointSpec"]
    assert endpoint == {"Mode": "dnsrr", "Ports": [{"Protocol": "tcp", "TargetPort": 33000, "PublishMode": "host"}]}


def test_each_replica_reserves_one_of_the_gpus_the_machines_offer() -> None:
    offered = [{"NamedResourceSpec": {"Kind": "NVIDIA-GPU", "Value": "GPU-aaa"}}]
    nodes: list[dict[str, Any]] = [
        {"Description": {"Resources": {"MemoryBytes": 1}}},
        {"Description": {"Resources": {"GenericResources": offered}}},
    ]
    assert gpu_resource(nodes) == "NVIDIA-GPU"
    assert gpu_resource(nodes[:1]) == ""
    reserved = body_of("gpu")["TaskTemplate"]["Resources"]["Reservations"]
    assert reserved == {"GenericResources": [{"DiscreteResourceSpec": {"Kind": "gpu", "Value": 1}}]}
    assert body_of()["TaskTemplate"]["Resources"]["Reservations"] == {}


def test_replicas_with_weights_stay_where_the_weights_are() -> None:
    launch = Launch("container", "people", "People", image="a/people:1", replicas=2)
    container = container_body(launch, {}, "", 1 << 20, None, "", False)
    placed = service_body(container, "n", {}, launch, "", only_on="abc")["TaskTemplate"]["Placement"]
    assert placed == {"Constraints": ["node.id==abc"]}
    assert body_of()["TaskTemplate"]["Placement"] == {}


def test_a_replica_is_at_its_machines_address_while_both_are_up() -> None:
    ports = {"PortStatus": {"Ports": [{"TargetPort": 33000, "PublishedPort": 32768}]}}
    running = {"NodeID": "n", "Status": {"State": "running", **ports}}
    up = {"n": {"Status": {"State": "ready", "Addr": "10.0.0.7"}}}
    assert _address(running, up) == ("10.0.0.7", 32768)
    assert _address(running, {"n": {"Status": {"State": "ready", "Addr": "0.0.0.0"}}}) == ("127.0.0.1", 32768)
    assert _address(running, {"n": {"Status": {"State": "ready", "Addr": "fd00::7"}}}) == ("[fd00::7]", 32768)
    assert _address(running, {"n": {"Status": {"State": "down", "Addr": "10.0.0.7"}}}) is None
    assert _address(running, {}) is None
    assert _address({"NodeID": "n", "Status": {"State": "starting", **ports}}, up) is None
    assert _address({"NodeID": "n", "Status": {"State": "running"}}, up) is None


def test_replicas_are_given_the_models_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    known = KnownEngine("unix:///nowhere/docker.sock")
    asked: list[tuple[Any, ...]] = []

    def call(*said: Any) -> dict[str, str]:
        asked.append(said)
        return {"ID": "1"}

    agree_to_secrets("echo", ["ECHO_TOKEN"])
    monkeypatch.setenv("ECHO_TOKEN", "of-no-use-to-anybody")
    monkeypatch.setattr(known.engine, "image", lambda name: None)
    monkeypatch.setattr(known.engine, "call", call)
    Service(Launch("container", "echo", "Echo", image="a/echo:1", secrets=("ECHO_TOKEN",)), known).begin(_Silent())
    assert "ECHO_TOKEN=of-no-use-to-anybody" in asked[-1][2]["TaskTemplate"]["ContainerSpec"]["Env"]


class _Silent:
    """A watcher that tells nobody."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None
