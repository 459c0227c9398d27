"""The engine's JSON for a model's container: the catalogue says what runs, this says how little it may do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from nodegraph.runtime.launch import Launch

SHARED: Final = "/run/nodegraph"  # the folder, inside the container, that holds the model's Unix socket
WEIGHTS: Final = "/weights"
CACHE: Final = "/cache"
_SCRATCH: Final = "size=512m,mode=1777,nosuid,nodev"
_HOMES: Final = ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "MPLCONFIGDIR", "TORCHINDUCTOR_CACHE_DIR")
_NOBODY: Final = "65534:65534"


def container_body(
    launch: Launch,
    labels: Mapping[str, str],
    image_user: str,
    memory: int,
    shared: Path | None,
    network: str,
    gpu: bool,
    secrets: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The body of ``POST /containers/create``.

    image_user: the user the image itself names. memory: bytes. shared: our folder for the Unix socket; with it the
    container has no network at all, without it it is in `network` and its port is published on 127.0.0.1 only.
    secrets: variables whose values nobody may read in a preset or log; who may ask the engine sees them.
    """
    port = f"{launch.port}/tcp"
    host: dict[str, Any] = {
        **_hardening(launch, memory),
        "Binds": [f"{shared}:{SHARED}:rw"] if shared else [],
        "NetworkMode": "none" if shared else network,
        # 0.0.0.0, as catalogues of 2018 say, would open the model to the whole network.
        "PortBindings": {} if shared else {port: [{"HostIp": "127.0.0.1", "HostPort": ""}]},
    }
    if launch.weights:
        host["Binds"].append(f"{launch.weights}:{WEIGHTS}:ro,nocopy")
    if launch.cache:  # a new volume takes the owner of the image's own /cache: its user alone may write there
        host["Binds"].append(f"{launch.cache}:{CACHE}:rw")
    if gpu:
        host["DeviceRequests"] = [{"Driver": "", "Count": -1, "Capabilities": [["gpu"]]}]
    body: dict[str, Any] = {
        "Image": launch.image_id or launch.image,  # by now a name may mean another image than was agreed to
        "Tty": launch.tty,
        "Labels": dict(labels),
        "Env": [f"{name}={value}" for name, value in _environment(launch, shared is not None, gpu, secrets).items()],
        "ExposedPorts": {port: {}},
        "HostConfig": host,
    }
    if not launch.legacy and image_user.partition(":")[0] in ("", "0", "root"):
        body["User"] = _NOBODY
    return body


def _hardening(launch: Launch, memory: int) -> dict[str, Any]:
    """What every container is denied. Images of 2018 expect to be root and to write beside their code."""
    return {
        "Init": True,  # PID 1 would ignore SIGTERM
        "AutoRemove": False,  # logs and the reason of its end would vanish with it
        "RestartPolicy": {"Name": "no"},
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true"],
        "ReadonlyRootfs": not launch.legacy,
        "Tmpfs": {} if launch.legacy else {"/tmp": _SCRATCH},
        "PidsLimit": 1024,
        "Memory": memory,
        "MemorySwap": memory,
        "IpcMode": "private",
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "5m", "max-file": "2"}},
    }


def _environment(launch: Launch, shared: bool, gpu: bool, secrets: Mapping[str, str] | None) -> dict[str, str]:
    homes = {} if launch.legacy else dict.fromkeys(_HOMES, "/tmp")
    own = {"NODEGRAPH_HOST": "0.0.0.0", "NODEGRAPH_PORT": str(launch.port), **told(launch, WEIGHTS)}
    own["NODEGRAPH_DEVICE"] = launch.device if gpu else "cpu"
    if launch.cache:
        own["NODEGRAPH_CACHE"] = CACHE
    if shared:
        own["NODEGRAPH_SOCKET"] = f"{SHARED}/s"
    return {**homes, **launch.environment, **(secrets or {}), **own}


def told(launch: Launch, weights: str) -> dict[str, str]:
    """The variables by which every server of ours learns who it is and where its weights are."""
    chosen = {"NODEGRAPH_CHECKPOINT": launch.checkpoint} if launch.checkpoint else {}
    return {"NODEGRAPH_MODEL": launch.id, "NODEGRAPH_WEIGHTS": weights, **chosen}
