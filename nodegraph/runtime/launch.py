"""What it takes to run one model server in one place: the runners' only input, so they know no catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from nodegraph.core.errors import ModelError
from nodegraph.runtime.container_options import container_options
from nodegraph.runtime.entry import Build, ModelEntry

Device = Literal["auto", "cpu", "gpu"]
Kind = Literal["container", "process", "url"]


@dataclass(frozen=True)
class Launch:
    """One model server to be.

    kind: where it runs. id, name: the catalogue entry's. native: it speaks the native protocol (else plain HTTP on
    `port`). image: what Docker pulls, by digest or tag; build: the folder with its Dockerfile. port, tty: the
    container's. command, folder: the local process; in the command ``{python}`` is our interpreter and ``{port}`` a
    free port. environment: additional variables. weights: the named volume mounted read-only at /weights. cpu, gpu:
    what the model can run on. memory: bytes a container may have, 0 for three quarters of the machine's. internet: the
    container may reach it. legacy: an image of 2018 that expects to be root and to write anywhere. url: a server
    somebody else runs. engine: DOCKER_HOST of the engine, "" for the default one.
    """

    kind: Kind
    id: str
    name: str
    native: bool = True
    image: str = ""
    build: Build | None = None
    port: int = 33000
    tty: bool = False
    command: tuple[str, ...] = ()
    folder: Path = Path()
    environment: Mapping[str, str] = field(default_factory=dict)
    weights: str = ""
    cpu: bool = True
    gpu: bool = False
    device: Device = "auto"
    legacy: bool = False
    memory: int = 0
    internet: bool = False
    url: str = ""
    engine: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Two launches with one key share one server: id, kind, url, engine, device."""
        return (self.id, self.kind, self.url, self.engine, self.device)


def launch_of(entry: ModelEntry, place: Mapping[str, object]) -> Launch:
    """How to run `entry` at `place` (see GraphNode.place). Raises ModelError for a place that makes no sense.

    Without a place it runs where `usual_kind` says.
    """
    kind = str(place.get("kind") or usual_kind(entry))
    device = str(place.get("device") or "auto")
    if kind not in ("container", "process", "url"):
        raise ModelError(f"{entry.name} cannot run at {kind!r}.", "A place is container, process or url.")
    if device not in ("auto", "cpu", "gpu"):
        raise ModelError(f"{entry.name} cannot run on {device!r}.", "A device is auto, cpu or gpu.")
    options = container_options(entry)
    environment = dict(line.split("=", 1) for line in options.env)
    if kind == "process" and entry.process:
        environment = dict(entry.process.env)
    return Launch(
        cast(Kind, kind),
        entry.id,
        entry.name,
        native=entry.protocol == "native",
        image=options.image or (f"nodegraph/{entry.id}:local" if entry.build else ""),
        build=entry.build,
        port=options.container_port,
        tty=options.tty,
        command=entry.process.command if entry.process else (),
        folder=entry.process.folder if entry.process else Path(),
        environment=environment,
        weights=f"nodegraph-weights-{entry.id}" if entry.weights or entry.checkpoints else "",
        cpu=entry.cpu,
        gpu=entry.gpu,
        device=cast(Device, device),
        legacy=entry.protocol == "runway-alpha" and entry.build is None,
        memory=_megabytes(entry, place) << 20,
        internet=place.get("network") == "on",
        url=str(place.get("url") or entry.server).rstrip("/") if kind == "url" else "",
        engine=str(place.get("engine") or "") if kind == "container" else "",
    )


def usual_kind(entry: ModelEntry) -> Kind:
    """Where a model runs when nobody chose: at the server it names, else as a local process if it can, else Docker."""
    return "url" if entry.server else "process" if entry.process else "container"


def _megabytes(entry: ModelEntry, place: Mapping[str, object]) -> int:
    memory = place.get("memory") or 0
    if not isinstance(memory, int | float) or memory < 0:
        raise ModelError(f"{entry.name} cannot have {memory!r} MB of memory.", "Write a number of megabytes.")
    return int(memory)
