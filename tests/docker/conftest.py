"""Tiny images with a stand-in model server, and servers with short limits that run them."""

import io
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from nodegraph.runtime.engines import labels
from nodegraph.runtime.entry import Build, ModelEntry
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.servers import Lease, Servers
from nodegraph.runtime.state import ServerEvent, Stage
from tests.docker.elsewhere import elsewhere, steady  # noqa: F401
from tests.docker.listing import containers
from tests.docker.own import BASE, own, own_base, tag

KINDS = Path(__file__).parents[1] / "runtime" / "server_kinds.py"
IMAGE = tag("kinds")
DOCKERFILE = f'FROM {BASE}\nCOPY server_kinds.py /\nENTRYPOINT ["python", "-u", "/server_kinds.py"]\nCMD ["good"]\n'


class FakeClient:
    """A connection that only knows where it leads."""

    transport = "fake"

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    def close(self) -> None:
        pass


class Yard:
    """Containers of one test: what they told, and Docker's own view of them."""

    def __init__(self, host: str, folder: Path) -> None:
        self.host = host
        self.folder = folder
        self.docker = docker.DockerClient(base_url=host, timeout=30)
        self.events: list[ServerEvent] = []
        self.made: list[Servers] = []
        self._news = threading.Condition()

    def hear(self, event: ServerEvent) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def until(self, found: Callable[[ServerEvent], bool], timeout: float = 60.0) -> ServerEvent:
        with self._news:
            assert self._news.wait_for(lambda: any(map(found, self.events)), timeout), self.stages
            return next(filter(found, self.events))

    def until_stage(self, stage: Stage) -> ServerEvent:
        return self.until(lambda event: event.state.stage is stage)

    @property
    def stages(self) -> list[str]:
        names = [str(event.state.stage) for event in self.events]
        return [name for name, before in zip(names, [None, *names], strict=False) if name != before]

    def servers(self, **limits: float) -> Servers:
        short = {"ready": 60.0, "backoff": 0.02, "backoff_max": 0.1, "hang": 5.0, "stop": 2.0}
        made = Servers(
            lambda entry, endpoint: FakeClient(endpoint),
            limits=Limits(**{**short, "loading": limits.get("ready", 60.0), **limits}),
            listener=self.hear,
            linger=0,
            folder=self.folder / "state",
        )
        self.made.append(made)
        return made

    def acquire(self, entry: ModelEntry, place: dict[str, Any] | None = None, **limits: float) -> Lease:
        return self.servers(**limits).acquire(entry, {"kind": "container", **(place or {})})

    def entry(self, kind: str = "good", protocol: str = "native", **more: Any) -> ModelEntry:
        """An entry whose container runs the stand-in server as `kind`, unless `tag` or `build` says otherwise."""
        if "tag" not in more and "build" not in more:
            more["tag"] = IMAGE if kind == "good" else self.image_of(kind)
        return ModelEntry(own(f"yard-{kind}"), f"Model {kind}", "test", protocol=protocol, **more)

    def image_of(self, kind: str) -> str:
        """The stand-in's image with another kind as its command."""
        text = f'FROM {IMAGE}\nCMD ["{kind}"]\n'
        self.docker.images.build(fileobj=io.BytesIO(text.encode()), tag=tag(kind), rm=True)
        return tag(kind)

    def context(self, dockerfile: str) -> Build:
        folder = self.folder / "context"
        folder.mkdir()
        (folder / "server_kinds.py").write_bytes(KINDS.read_bytes())
        (folder / "Dockerfile").write_text(dockerfile)
        return Build(folder, folder / "Dockerfile")

    def containers(self, kind: str = "good") -> list[Any]:
        """Those of this test, as docker-py sees them."""
        wanted = [f"{labels.ENTRY}={own(f'yard-{kind}')}", f"{labels.INSTANCE}={labels.THIS_INSTANCE}"]
        return containers(self.docker, label=wanted)

    def close(self) -> None:
        for servers in self.made:
            servers.close()
        self.docker.close()


@pytest.fixture(scope="session", autouse=True)
def _images_of_our_own(docker_engine: str) -> Iterator[None]:
    with own_base(docker_engine):
        yield


@pytest.fixture(scope="session")
def kinds_image(docker_engine: str) -> str:
    """The stand-in server's image, built once."""
    client = docker.DockerClient(base_url=docker_engine, timeout=60)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(KINDS, KINDS.name)
        info = tarfile.TarInfo("Dockerfile")
        info.size = len(DOCKERFILE.encode())
        tar.addfile(info, io.BytesIO(DOCKERFILE.encode()))
    archive.seek(0)
    client.images.build(fileobj=archive, custom_context=True, tag=IMAGE, rm=True)
    client.close()
    return IMAGE


@pytest.fixture
def yard(kinds_image: str, docker_engine: str, tmp_path: Path) -> Iterator[Yard]:
    yard = Yard(docker_engine, tmp_path)
    yield yard
    yard.close()


@pytest.fixture
def ended() -> Callable[["subprocess.Popen[str]"], None]:
    """Kill a program of ours as the system would when memory is short."""

    def end(program: "subprocess.Popen[str]") -> None:
        program.kill()
        program.wait()

    return end
