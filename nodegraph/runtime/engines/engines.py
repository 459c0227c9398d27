"""The engines this program uses, one object each, and what was found out about them."""

import contextlib
import os
import platform
import threading
from collections.abc import Callable
from typing import Any

from nodegraph.runtime.engines import labels
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.engines.docker_connection import EngineError, NoSuchImage
from nodegraph.runtime.engines.relay import Relay

_lock = threading.Lock()
_known: dict[tuple[str, str], "KnownEngine"] = {}

_GPU_WORDS = ("could not select device driver", "nvidia", "cdi device injection failed", "gpu")
_CLOSED = "nodegraph-closed"
_CLOSED_OPTIONS = {
    "com.docker.network.bridge.enable_ip_masquerade": "false",
    "com.docker.network.bridge.enable_icc": "false",
}
_NO_SUCH_PROGRAM = "/nodegraph-gpu-probe"


class KnownEngine:
    """An engine, and facts about it that cost time to find out.

    gpu: whether it can give a container a GPU, None until tried. shares_folders: whether our folders can be mounted
    into its containers and sockets in them work (same machine, same kernel), None until tried.
    """

    def __init__(self, host: str) -> None:
        self.engine = Engine(host)
        self.gpu: bool | None = None
        self.shares_folders: bool | None = None
        self._reaped = False
        self._memory = 0
        self._network = ""
        self._relays: dict[str, Relay] = {}
        self._lock = threading.Lock()

    def prepare(self) -> list[str]:
        """Once per program: look around, and remove the containers of programs that died. Names of those removed."""
        with self._lock:
            if self._reaped:
                return []
            info = self.engine.info()
            self._memory = int(info.get("MemTotal") or 0)
            if not self._is_here(info):
                self.shares_folders = False
            gone = self.reap()
            if (info.get("Swarm") or {}).get("ControlAvailable"):
                gone += self._reap_services()
            self._reaped = True
            return gone

    def reap(self) -> list[str]:
        """Remove the containers whose program is gone (killed, or the machine lost power); their names.

        One that the engine will not remove stays: another program removes it just now, or a person has to.
        """
        gone = []
        for container in self.engine.containers(labels.OURS):
            if labels.is_orphan(container.get("Labels") or {}, own_engine=self.engine.by_socket):
                with contextlib.suppress(EngineError):
                    self.engine.remove(str(container["Id"]))
                    names = container.get("Names") or [container["Id"]]
                    gone.append(str(names[0]).lstrip("/"))
        return gone

    def _reap_services(self) -> list[str]:
        """The same for services of a swarm, which would outlive their program for ever."""
        gone = []
        wanted = [f"{key}={value}" for key, value in labels.OURS.items()]
        for service in self.engine.call("GET", "/services", filters={"label": wanted}):
            spec = service["Spec"]
            if labels.is_orphan(spec.get("Labels") or {}, own_engine=self.engine.by_socket):
                with contextlib.suppress(EngineError, NoSuchImage):  # the latter is what any 404 is called
                    self.engine.call("DELETE", f"/services/{service['ID']}")
                    gone.append(str(spec["Name"]))
        return gone

    def open_way(self, container: str, inside: int, published: int, said: Callable[[str], None]) -> str:
        """An address on this machine that leads to a container's port; nothing is opened to the network.

        inside, published: the port in the container, and on the engine's machine (on its 127.0.0.1). said: told why,
        should the way be blocked later. Raises ModelError.
        """
        tunnel = self.engine.tunnel
        if tunnel is not None:
            return f"http://127.0.0.1:{tunnel.forward('127.0.0.1', published)}"
        if self.engine.by_socket:
            return f"http://127.0.0.1:{published}"
        relay = Relay(self.engine, container, inside, said)
        url = f"http://127.0.0.1:{relay.port}"
        self._relays[url] = relay
        return url

    def close_way(self, url: str) -> None:
        """The container is gone."""
        relay = self._relays.pop(url, None)
        if relay is not None:
            relay.close()
        elif url and self.engine.tunnel is not None:
            self.engine.tunnel.cancel(int(url.rpartition(":")[2]))

    @property
    def memory(self) -> int:
        """Bytes one model may have when nothing else is said: three quarters of the machine's."""
        return self._memory * 3 // 4

    def closed_network(self) -> str:
        """A network whose containers can be reached through published ports but cannot reach the internet.

        Its bridge does not translate addresses, so nothing of it is answered from outside. The default bridge where
        the engine cannot make one.
        """
        with self._lock:
            if not self._network:
                try:
                    self.engine.ensure_network(_CLOSED, _CLOSED_OPTIONS, labels.OURS)
                    self._network = _CLOSED
                except EngineError:
                    self._network = "bridge"
            return self._network

    def probe_gpu(self) -> bool | None:
        """Whether the engine can give a container a GPU; None when it has no image to try with.

        What `docker info` lists is neither sufficient nor necessary, so this starts a container that asks for a GPU
        and for a program that does not exist: the engine complains about whichever it looks for first, the GPU.
        """
        if self.gpu is None:
            images = self.engine.images()
            if images:
                self.gpu = self._try_gpu(images[0])
        return self.gpu

    def _try_gpu(self, image: str) -> bool:
        request = [{"Driver": "", "Count": -1, "Capabilities": [["gpu"]]}]
        host = {"DeviceRequests": request, "NetworkMode": "none"}
        body = {"Image": image, "Entrypoint": [_NO_SUCH_PROGRAM], "Labels": labels.labels("gpu-probe", "gpu")}
        container = self.engine.create({**body, "HostConfig": host}, "")
        try:
            self.engine.start(container)
        except EngineError as error:
            return _NO_SUCH_PROGRAM in error.message
        finally:
            self.engine.remove(container)
        return True

    def _is_here(self, info: dict[str, Any] | Any) -> bool:
        """Whether it runs on this kernel. Docker Desktop has one of its own in a virtual machine."""
        desktop = "docker desktop" in str(info.get("OperatingSystem", "")).lower()
        return self.engine.by_socket and not desktop and info.get("KernelVersion") == platform.release()


def engine_at(host: str) -> KnownEngine:
    """The engine at `host` ("" for the default one, which is another one when DOCKER_HOST has changed)."""
    with _lock:
        return _known.setdefault((host, "" if host else os.environ.get("DOCKER_HOST", "")), KnownEngine(host))


def is_gpu_refusal(words: str) -> bool:
    """Whether the engine's words say that it has no GPU to give."""
    return any(word in words.lower() for word in _GPU_WORDS)
