"""A model as a service of a Docker Swarm: the engine we speak to leads it and puts the tasks on its machines.

Every task publishes its port on the machine it runs on ("host" mode): the swarm's own load balancer needs IPVS in the
kernel, and would tie all calls of one connection to one task. We spread the calls ourselves.
"""

import contextlib
import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from nodegraph.core.errors import ModelError
from nodegraph.runtime.engines import labels
from nodegraph.runtime.engines.engines import KnownEngine
from nodegraph.runtime.images.variant import for_device
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.runners.container_body import container_body
from nodegraph.runtime.runners.device import settle_for_cpu, wants_gpu
from nodegraph.runtime.runners.swarm_body import gpu_resource, service_body
from nodegraph.runtime.secrets import secrets_of
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Watcher

_numbers = itertools.count(1)
_OPEN: Final = (
    "Docker Swarm opens the replicas' ports on every address of their machines: use it in a network of your own."
)
_SAID_ONCE: Final = 20  # different reasons of failed tasks that are logged


class Service:
    """A fleet (see replicas.py) that a swarm keeps: it starts ended tasks again, also on other machines."""

    def __init__(self, launch: Launch, known: KnownEngine) -> None:
        self._launch = launch
        self._known = known
        self._engine = known.engine
        self._id = ""
        self._watcher: Watcher | None = None
        self._ways: dict[tuple[str, int], int] = {}  # node's address and port -> the port here
        self._said: set[str] = set()

    def begin(self, watcher: Watcher) -> None:
        """Make the service. Raises ModelError."""
        self._watcher = watcher
        watcher.stage(Stage.STARTING)
        watcher.log(_OPEN)
        gpu = self.gpu(watcher)
        launch = for_device(self._launch, bool(gpu))
        image = self._engine.image(launch.image) or {}
        user = str((image.get("Config") or {}).get("User") or "")
        memory = launch.memory or self._known.memory
        secrets = secrets_of(launch.secrets, launch.id, launch.name)
        bare = replace(launch, cache="")  # nobody could count or remove what other machines would keep
        container = container_body(bare, {}, user, memory, None, "", bool(gpu), secrets)
        name = f"nodegraph-{re.sub(r'[^a-zA-Z0-9-]', '-', launch.id)[:40]}-{labels.THIS_INSTANCE[:8]}-{next(_numbers)}"
        only_on = self._where_weights_are(watcher) if launch.weights else ""
        body = service_body(container, name, labels.labels(launch.id, launch.device), launch, gpu, only_on)
        self._id = str(self._engine.call("POST", "/services/create", body)["ID"])

    def resize(self, count: int) -> None:
        """Tasks that run are kept; which of them end when there shall be fewer is the swarm's choice."""
        now = self._engine.call("GET", f"/services/{self._id}")
        body = {**now["Spec"], "Mode": {"Replicated": {"Replicas": count}}}
        self._engine.call("POST", f"/services/{self._id}/update?version={now['Version']['Index']}", body)

    def present(self) -> Mapping[str, Endpoint]:
        """The tasks that run on machines that are up. Raises ModelError."""
        tasks = self._engine.call("GET", "/tasks", filters={"service": [self._id], "desired-state": ["running"]})
        nodes = {str(node["ID"]): node for node in self._engine.call("GET", "/nodes")}
        found = {}
        for task in tasks:
            self._tell_failure(task)
            address = _address(task, nodes)
            if address is not None:
                found[str(task["ID"])] = Endpoint(self._way(*address), local=False)
        self._close_ways({address for task in tasks if (address := _address(task, nodes))})
        return found

    def end(self) -> None:
        """Remove the service; its tasks end by themselves."""
        with contextlib.suppress(ModelError):
            self._close_ways(set())
            if self._id:
                self._engine.call("DELETE", f"/services/{self._id}")
        self._id = ""

    def gpu(self, watcher: Watcher) -> str:
        """The generic resource by which this swarm hands out GPUs, "" to do without one. Raises ModelError."""
        kind = gpu_resource(self._engine.call("GET", "/nodes")) if wants_gpu(self._launch) else ""
        if not kind:
            hint = "Start its engines with --node-generic-resource gpu=GPU-... and the nvidia runtime as the default."
            settle_for_cpu(self._launch, watcher, "no machine of the swarm offers one", hint)
        return kind

    def _where_weights_are(self, watcher: Watcher) -> str:
        """The id of the engine's own machine: the volume with the weights was filled there, and is empty elsewhere."""
        watcher.note(f"All replicas of {self._launch.name} run on one machine, the one that has its weights.")
        return str((self._engine.info().get("Swarm") or {}).get("NodeID") or "")

    def _way(self, address: str, port: int) -> str:
        """Where a machine's port is reached from here: over the ssh connection to the leader, or directly."""
        tunnel = self._engine.tunnel
        if tunnel is None:
            return f"http://{address}:{port}"
        if (address, port) not in self._ways:
            self._ways[address, port] = tunnel.forward(address, port)
        return f"http://127.0.0.1:{self._ways[address, port]}"

    def _close_ways(self, wanted: set[tuple[str, int]]) -> None:
        for address in self._ways.keys() - wanted:
            local = self._ways.pop(address)
            if self._engine.tunnel is not None:
                self._engine.tunnel.cancel(local)

    def _tell_failure(self, task: Mapping[str, Any]) -> None:
        words = str((task.get("Status") or {}).get("Err") or "")
        if words and words not in self._said and len(self._said) < _SAID_ONCE and self._watcher is not None:
            self._said.add(words)
            self._watcher.log(f"the swarm says: {words}")


def _address(task: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]]) -> tuple[str, int] | None:
    """Where a running task's port is, None for one that does not run, or whose machine is down."""
    status = task.get("Status") or {}
    node = (nodes.get(str(task.get("NodeID"))) or {}).get("Status") or {}
    if status.get("State") != "running" or node.get("State") != "ready":
        return None
    for port in (status.get("PortStatus") or {}).get("Ports") or ():
        address = str(node.get("Addr") or "")
        if ":" in address:  # IPv6
            address = f"[{address}]"
        return ("127.0.0.1" if address in ("", "0.0.0.0") else address), int(port["PublishedPort"])
    return None
