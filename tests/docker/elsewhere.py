"""Another machine for tests: an engine in a network namespace, reached over ssh and TLS (scripts/second-engine.sh)."""

import contextlib
import fcntl
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import numpy
import PIL
import psutil
import pytest

from nodegraph.core.spec import Param, Port
from nodegraph.runtime.engines import engines
from nodegraph.runtime.entry import ModelEntry
from tests.docker.own import BASE, tag

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "second-engine.sh"
STEADY = tag("steady")
SERVER = """
import os, socket, time
from typing import NamedTuple
from nodegraph_kit import Image, Integer, Text, model, param, serve

class Out(NamedTuple):
    image: Image
    where: Text
    number: Integer

@model(max_inflight=1)
def steady(image: Image, seconds: float = param(0.0, "How long it takes.", ge=0)) -> Out:
    time.sleep(seconds)
    return Out(255 - image, socket.gethostname(), int(image[0, 0, 0]))

serve(steady)
"""
DOCKERFILE = f'FROM {BASE}\nCOPY . /lib/model/\nENV PYTHONPATH=/lib/model\nCMD ["python", "/lib/model/server.py"]\n'


@dataclass(frozen=True)
class Elsewhere:
    """How the other machine is reached. socket, docker: its engine, as a program on it would use it."""

    address: str
    socket: str
    ssh: str
    tls: str
    certs: Path
    docker: docker.DockerClient

    def listening(self) -> set[str]:
        """Addresses that sockets there listen at, as the kernel writes them, but those for that machine alone."""
        command = [
            "nsenter",
            f"--net=/run/netns/ng-engine{self.address.rpartition('.')[2]}",
            "cat",
            "/proc/net/tcp",
            "/proc/net/tcp6",
        ]
        tables = subprocess.run(command, capture_output=True, text=True, check=True)
        found = [line.split()[1] for line in tables.stdout.splitlines() if " 0A " in line]
        return {address for address in found if not address.startswith(("0100007F", "0" * 24 + "01000000"))}


def we_listen_at() -> set[str]:
    """Addresses at which this program and those it started can be reached."""
    ours = psutil.Process()
    sockets = [one for process in (ours, *ours.children(recursive=True)) for one in process.net_connections("inet")]
    return {one.laddr.ip for one in sockets if one.status == psutil.CONN_LISTEN}


def until(found: Callable[[], Any], seconds: float = 60.0, instead: Callable[[], Any] = lambda: None) -> Any:
    """What `found` gives, as soon as it is something; frames go on meanwhile. instead: said when it is late."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, instead()
        threading.Event().wait(0.02)
    return value


@contextlib.contextmanager
def machine() -> Iterator[dict[str, str]]:
    """One that no other run of the tests uses; how it is reached. Skips the test where there cannot be one."""
    with contextlib.ExitStack() as stack:
        number = str(stack.enter_context(_number_of_our_own()))
        with _alone("network"):
            done = subprocess.run([SCRIPT, "up", number], capture_output=True, text=True, timeout=90)
        if done.returncode != 0:
            pytest.skip(f"no second engine: {done.stderr.strip().rpartition(chr(10))[2] or 'it did not start'}")
        stack.callback(_take_down, number)
        yield dict(line.split("=", 1) for line in done.stdout.splitlines())


@contextlib.contextmanager
def _number_of_our_own() -> Iterator[int]:
    for number in range(2, 10):
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(_alone(str(number), fcntl.LOCK_NB))
            except BlockingIOError:
                continue
            yield number
            return
    pytest.skip("no second engine: other runs of the tests have all there can be")


def _take_down(number: str) -> None:
    with _alone("network"):  # all such machines are on one bridge, which goes with the last
        subprocess.run([SCRIPT, "down", number], capture_output=True, timeout=60, check=True)


@contextlib.contextmanager
def _alone(what: str, option: int = 0) -> Iterator[None]:
    """Among all programs of this machine. Raises BlockingIOError with LOCK_NB when another is in there."""
    with Path(tempfile.gettempdir(), f"nodegraph-engines-{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | option)
        yield


@pytest.fixture(scope="session")
def steady(docker_engine: str) -> ModelEntry:
    """A model of the kit that says where it ran; its image holds our own numpy, so nothing is downloaded."""
    client = docker.DockerClient(base_url=docker_engine, timeout=60)
    with tempfile.TemporaryFile() as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            _add_text(tar, "Dockerfile", DOCKERFILE)
            _add_text(tar, "server.py", SERVER)
            tar.add(ROOT / "models" / "kit" / "nodegraph_kit", "nodegraph_kit", filter=_lean)
            for module in (numpy, PIL):
                folder = Path(module.__file__ or "").parent
                for path in folder.parent.glob(f"{folder.name}*"):
                    if path.name in (folder.name, f"{folder.name}.libs"):
                        tar.add(path, path.name, filter=_lean)
            for path in Path(PIL.__file__).parents[1].glob("pillow.libs"):
                tar.add(path, path.name)
        file.seek(0)
        client.images.build(fileobj=file, custom_context=True, tag=STEADY, rm=True)
    client.close()
    return entry_of("steady")


def entry_of(id: str, **more: Any) -> ModelEntry:
    outputs = (Port("image", ("image",)), Port("where", ("text",)), Port("number", ("integer",)))
    params = (Param("seconds", "number", 0.0),)
    return ModelEntry(id, "Steady", "test", protocol="native", tag=STEADY, outputs=outputs, parameters=params, **more)


@pytest.fixture(scope="session")
def elsewhere(steady: ModelEntry, docker_engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """The other machine, with the test model's image. `ssh` uses keys of its own, and a Docker context knows TLS."""
    with contextlib.ExitStack() as stack:
        found = stack.enter_context(machine())
        here = stack.enter_context(pytest.MonkeyPatch.context())
        use_ssh("-F", found["SSH_CONFIG"], folder=tmp_path_factory.mktemp("programs"), monkeypatch=here)
        here.setenv("DOCKER_CONFIG", str(tmp_path_factory.mktemp("docker")))
        certs = Path(found["CERTS"])
        material = f"host={found['TLS']},ca={certs / 'ca.pem'},cert={certs / 'cert.pem'},key={certs / 'key.pem'}"
        context = ["docker", "context", "create", "elsewhere", "--docker", material]
        subprocess.run(context, check=True, capture_output=True)
        client = docker.DockerClient(base_url=found["SOCKET"], timeout=60)
        stack.callback(client.close)
        there = Elsewhere(found["ADDRESS"], found["SOCKET"], found["SSH"], found["TLS"], certs, client)
        send_image(docker_engine, there.socket)
        yield there
        for host in (there.ssh, "context:elsewhere"):
            engines.engine_at(host).engine.close()


def use_ssh(*options: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on `ssh` has these options first: OpenSSH takes no configuration from the environment."""
    program = folder / "ssh"
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} {" ".join(options)} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def send_image(source: str, target: str) -> None:
    """Copy the test model's image from one engine to another."""
    save = subprocess.Popen(["docker", "-H", source, "save", STEADY], stdout=subprocess.PIPE)
    with save:
        subprocess.run(["docker", "-H", target, "load"], stdin=save.stdout, check=True, capture_output=True)


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(text.encode())
    tar.addfile(info, io.BytesIO(text.encode()))


def _lean(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    skipped = ("tests", "__pycache__", "include", "f2py")
    return None if any(part in skipped for part in Path(info.name).parts) else info
