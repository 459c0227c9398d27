"""The engine's JSON for a service, made from that of a container, so that both may do equally little."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from nodegraph.runtime.launch import Launch
from nodegraph.runtime.runners.container_body import WEIGHTS

_SECOND: Final = 1_000_000_000  # the engine counts nanoseconds
_SCRATCH: Final = 512 << 20


def service_body(
    container: Mapping[str, Any], name: str, labels: Mapping[str, str], launch: Launch, gpu: str, only_on: str = ""
) -> dict[str, Any]:
    """The body of ``POST /services/create``: `launch.replicas` tasks of what `container` describes.

    gpu: the generic resource of which each task gets one, "" for none. only_on: the id of the one machine they may run
    on, "" for any.
    """
    host = container["HostConfig"]
    spec: dict[str, Any] = {
        "Image": container["Image"],
        "Env": container["Env"],
        "TTY": container["Tty"],
        "Init": host["Init"],
        "ReadOnly": host["ReadonlyRootfs"],
        "CapabilityDrop": host["CapDrop"],
        "Privileges": {"NoNewPrivileges": True},  # engines before 25 do not know it for services, and pass over it
        "StopGracePeriod": 3 * _SECOND,
        "Mounts": _mounts(launch),
    }
    if "User" in container:
        spec["User"] = container["User"]
    reserved = {"GenericResources": [{"DiscreteResourceSpec": {"Kind": gpu, "Value": 1}}]} if gpu else {}
    limits = {"MemoryBytes": host["Memory"], "Pids": host["PidsLimit"]}
    port = {"Protocol": "tcp", "TargetPort": launch.port, "PublishMode": "host"}
    return {
        "Name": name,
        "Labels": dict(labels),
        "Mode": {"Replicated": {"Replicas": launch.replicas}},
        "EndpointSpec": {"Mode": "dnsrr", "Ports": [port]},
        "TaskTemplate": {
            "ContainerSpec": spec,
            "Resources": {"Limits": limits, "Reservations": reserved},
            "RestartPolicy": {"Condition": "any", "Delay": _SECOND // 2},
            "Placement": {"Constraints": [f"node.id=={only_on}"]} if only_on else {},
        },
    }


def gpu_resource(nodes: Iterable[Mapping[str, Any]]) -> str:
    """What the machines of a swarm call the GPUs they offer (``gpu``, ``NVIDIA-GPU``), "" when none does."""
    for node in nodes:
        resources = ((node.get("Description") or {}).get("Resources") or {}).get("GenericResources") or ()
        for one in resources:
            spec = one.get("NamedResourceSpec") or one.get("DiscreteResourceSpec") or {}
            if "gpu" in str(spec.get("Kind", "")).lower():
                return str(spec["Kind"])
    return ""


def _mounts(launch: Launch) -> list[dict[str, Any]]:
    scratch = {"Type": "tmpfs", "Target": "/tmp", "TmpfsOptions": {"SizeBytes": _SCRATCH, "Mode": 0o1777}}
    mounts: list[dict[str, Any]] = [] if launch.legacy else [scratch]
    if launch.weights:
        mounts.append({"Type": "volume", "Source": launch.weights, "Target": WEIGHTS, "ReadOnly": True})
    return mounts
