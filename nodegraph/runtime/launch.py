"""What it takes to run one model server in one place: the runners' only input, so they know no catalogue."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from nodegraph.runtime.container_options import ContainerOptions, container_options
from nodegraph.runtime.entry import Build, ModelEntry, ProtocolName, Weights
from nodegraph.runtime.place import Device, Kind, place_of
from nodegraph.runtime.weights.checkpoints import default_checkpoint, has_checkpoints
from nodegraph.runtime.weights.places import weights_volume

__all__ = ["Device", "Kind", "Launch", "launch_of", "usual_kind"]

_PORT_VARIABLES: Final = {"cog": "PORT", "runway-sdk": "RW_PORT"}
"""By which variable the servers of others learn where to listen."""


@dataclass(frozen=True)
class Launch:
    """One model server to be.

    kind: where it runs. id, name: the catalogue entry's. protocol: what it speaks (all but native: HTTP on `port`).
    image: what Docker pulls, by digest or tag; build: the folder with its Dockerfile. port, tty: the
    container's. command, folder: the local process; in the command ``{python}`` is our interpreter and ``{port}`` a
    free port. environment: additional variables; secrets: names of more, whose values are looked up at the start.
    weights: the named volume mounted read-only at /weights; files: what must be in it, with the chosen checkpoint,
    whose name is `checkpoint`. cache: the named volume it may write to at /cache, "" for none. untrained: it has to
    be trained, and there is no checkpoint yet. setup: the values the server is set up with. cpu, gpu: what the
    model can run on. memory: bytes a container may have, 0 for three quarters of the machine's. internet: the
    container may reach it. replicas: how many containers share the work. legacy: an image of others that expects to
    be root and to write anywhere. url: a server somebody else runs. engine: DOCKER_HOST of the engine, "" for the
    default one. image_id: the id its image must have, "" for any.
    """

    kind: Kind
    id: str
    name: str
    protocol: ProtocolName = "native"
    image: str = ""
    build: Build | None = None
    port: int = 33000
    tty: bool = False
    command: tuple[str, ...] = ()
    folder: Path = Path()
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    weights: str = ""
    files: tuple[Weights, ...] = ()
    checkpoint: str = ""
    cache: str = ""
    untrained: bool = False
    setup: Mapping[str, Any] = field(default_factory=dict)
    cpu: bool = True
    gpu: bool = False
    device: Device = "auto"
    legacy: bool = False
    memory: int = 0
    internet: bool = False
    replicas: int = 1
    url: str = ""
    engine: str = ""
    image_id: str = ""

    @property
    def native(self) -> bool:
        """It speaks the native protocol, so it may be reached by a socket."""
        return self.protocol == "native"

    @property
    def key(self) -> tuple[str, str, str, str, str, str]:
        """Two launches with one key share one server: id, kind, url, engine, device, settings.

        Of replicas there are then as many as the one that wants most of them asks for.
        """
        return (self.id, self.kind, self.url, self.engine, self.device, self.settings)

    @property
    def settings(self) -> str:
        """What else makes it a server of its own, as text: set-up, and where we start it checkpoint and limits."""
        told: dict[str, Any] = {"setup": dict(self.setup)}
        if self.kind != "url":
            told["checkpoint"] = self.checkpoint
        if self.kind == "container":
            told |= {"memory": self.memory, "internet": self.internet, "replicas": self.replicas > 1}
        told = {key: value for key, value in told.items() if value}
        return json.dumps(told, sort_keys=True, default=str) if told else ""


def launch_of(entry: ModelEntry, place: Mapping[str, object]) -> Launch:
    """How to run `entry` at `place` (see GraphNode.place). Raises ModelError for a place that makes no sense.

    Without a place it runs where `usual_kind` says. What was chosen on the node is in the entry: see `chosen.settled`.
    """
    where = place_of(place, entry.name)
    kind = where.kind or usual_kind(entry)
    options = container_options(entry)
    checkpoint = default_checkpoint(entry)
    files = (*entry.weights, *([checkpoint] if checkpoint else []))
    image = options.image or (f"nodegraph/{entry.id}:local" if entry.build else "")
    return Launch(
        kind,
        entry.id,
        entry.name,
        protocol=entry.protocol,
        image=image,
        build=entry.build,
        port=options.container_port,
        tty=options.tty,
        command=entry.process.command if entry.process else (),
        folder=entry.process.folder if entry.process else Path(),
        environment=_environment_of(entry, kind, options),
        secrets=entry.secrets,
        weights=weights_volume(entry.id) if files else "",
        files=files,
        checkpoint=checkpoint.name if checkpoint else "",
        cache=_cache_of(entry, image),
        untrained=has_checkpoints(entry) and checkpoint is None,
        setup={param.name: param.default for param in entry.setup},
        cpu=entry.cpu,
        gpu=entry.gpu,
        device=where.device,
        legacy=entry.protocol != "native" and entry.build is None,
        memory=where.memory,
        internet=where.internet,
        replicas=where.replicas if kind == "container" else 1,
        url=(where.url or entry.server.rstrip("/")) if kind == "url" else "",
        engine=where.engine if kind == "container" else "",
        image_id=entry.image_id,
    )


def _environment_of(entry: ModelEntry, kind: Kind, options: ContainerOptions) -> dict[str, str]:
    """The variables of its process, or those of its container and the one that says at which port it is to listen."""
    if kind == "process" and entry.process:
        return dict(entry.process.env)
    heard = {_PORT_VARIABLES[entry.protocol]: str(options.container_port)} if entry.protocol in _PORT_VARIABLES else {}
    return heard | dict(line.split("=", 1) for line in options.env)


def _cache_of(entry: ModelEntry, image: str) -> str:
    """Named after the image too: what one wrote is never read by another that has the same id in some catalogue."""
    if not entry.cache or entry.protocol != "native":
        return ""
    return f"nodegraph-cache-{entry.id}-{hashlib.sha256(image.encode()).hexdigest()[:8]}"


def usual_kind(entry: ModelEntry) -> Kind:
    """Where a model runs when nobody chose: at the server it names, else as a local process if it can, else Docker."""
    return "url" if entry.server else "process" if entry.process else "container"
