"""The way to an engine on another machine: one OpenSSH connection that carries its API and the models' ports.

Nothing is opened to the network: both ends of everything that is forwarded are Unix sockets and 127.0.0.1. The ssh
program is used, with the person's own configuration, keys and known hosts, because it is what they made work before;
a connection is made once and shared (docs/adr/0014). It is held on a leash, so it ends with this program.
"""

import os
import shlex
import shutil
import subprocess
import threading
import time
from collections import deque
from pathlib import Path
from typing import Final

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.engines.ssh import SshAddress, why_not
from nodegraph.runtime.processes.leashed import Leashed
from nodegraph.runtime.processes.ports import free_port
from nodegraph.runtime.processes.private import private_folder

_CONNECT: Final = 15.0  # seconds for a login
_ASK: Final = 20.0  # seconds for a question over a connection that stands
_OPTIONS: Final = (
    "BatchMode=yes",  # it has no terminal to ask on
    "ConnectTimeout=10",
    "ControlPersist=no",
    "RemoteCommand=none",
    "ServerAliveCountMax=3",
    "ServerAliveInterval=5",
)
_WHERE_IS_DOCKER: Final = """
where=${DOCKER_HOST:-}
[ -n "$where" ] || where=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null) || where=
[ -n "$where" ] || where=unix:///var/run/docker.sock
path=${where#unix://}
if [ "$path" = "$where" ]; then echo "elsewhere $where"
elif [ ! -S "$path" ]; then echo "missing $path"
elif [ ! -w "$path" ]; then echo "denied $path"
else echo "found $path"
fi
"""


class Tunnel:
    """A connection to one machine; made when first needed, and again, with all it carried, when it broke.

    Thread-safe. Every method but `cancel` and `close` raises ModelUnreachable with the reason in a sentence.
    """

    def __init__(self, address: str) -> None:
        """`address` is ``ssh://[user@]host[:port]``; host may be an alias of ~/.ssh/config. Raises ModelError."""
        self._to = SshAddress.parse(address)
        self._lock = threading.RLock()
        self._folder: Path | None = None
        self._stood = False  # somebody may know a socket in the folder
        self._process: Leashed | None = None
        self._ended = threading.Event()
        self._words: deque[str] = deque(maxlen=20)
        self._ports: dict[int, tuple[str, int]] = {}

    @property
    def pid(self) -> int:
        """Of the leash that holds the ssh program, 0 while there is none."""
        process = self._process
        return 0 if process is None or self._ended.is_set() else process.pid

    def engine_socket(self) -> Path:
        """A Unix socket of ours that leads to the engine there."""
        with self._lock:
            if self._process is None or self._ended.is_set() or self._folder is None:
                self._open()
            assert self._folder is not None
            return self._folder / "docker"

    def forward(self, host: str, port: int) -> int:
        """A port on our 127.0.0.1 that leads to `host:port` as that machine sees it."""
        with self._lock:
            self.engine_socket()
            for _ in range(5):
                local = free_port()
                words = self._control("forward", f"127.0.0.1:{local}:{host}:{port}")
                if not words:
                    self._ports[local] = (host, port)
                    return local
            raise self._unreachable(f"its port {port} cannot be forwarded: {words}")

    def cancel(self, local: int) -> None:
        """Stop forwarding a port of ours."""
        with self._lock:
            there = self._ports.pop(local, None)
            if there is not None and not self._ended.is_set():
                self._control("cancel", f"127.0.0.1:{local}:{there[0]}:{there[1]}")

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            process, self._process = self._process, None
            self._ports.clear()
            if process is not None:
                process.stop(2.0)
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    # ---- connecting ---------------------------------------------------------------------------------------------

    def _open(self) -> None:
        if shutil.which("ssh") is None:
            raise self._unreachable("there is no ssh program on this machine", "Install the OpenSSH client.")
        if self._folder is None:
            self._folder = private_folder()
        for name in ("control", "docker"):
            (self._folder / name).unlink(missing_ok=True)
        self._words.clear()
        ended = self._ended = threading.Event()
        command = ["ssh", "-N", "-T", "-M", "-o", "ClearAllForwardings=yes", *self._arguments(), "--", self._to.host]
        self._process = Leashed(command, Path("/"), os.environ, self._words.append, lambda code: ended.set())
        try:
            self._wait_for_login()
            self._lead_to_engine()
        except ModelError:
            self._process.stop(0.5)
            if not self._stood:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None
            raise
        self._stood = True
        for local, (host, port) in self._ports.items():
            self._control("forward", f"127.0.0.1:{local}:{host}:{port}")

    def _wait_for_login(self) -> None:
        assert self._folder is not None
        deadline = time.monotonic() + _CONNECT
        while not (self._folder / "control").exists():
            if self._ended.wait(0.02):
                raise self._unreachable(*why_not(self._to, list(self._words)))
            if time.monotonic() > deadline:
                raise self._unreachable(f"it did not let us in within {_CONNECT:g} s", f"Try: {self._to.try_it}")

    def _lead_to_engine(self) -> None:
        """Find the engine's socket there, as the person's own `docker` would, and forward ours to it."""
        done = self._ssh("--", self._to.host, f"sh -c {shlex.quote(_WHERE_IS_DOCKER)}")
        state, _, where = done.stdout.strip().rpartition("\n")[2].partition(" ")
        host = self._to.host
        if state == "found":
            words = self._control("forward", f"{self._folder}/docker:{where}")
            if words:
                raise self._unreachable(f"it does not let us through to {where}: {words}", "See its sshd_config.")
        elif state == "missing":
            raise self._unreachable(f"no Docker engine runs there (no {where})", f"Install or start Docker on {host}.")
        elif state == "denied":
            hint = f"Add your user there to the group docker, and try: {self._to.try_it} docker ps"
            raise self._unreachable(f"your user there may not use the Docker engine ({where})", hint)
        elif state == "elsewhere":
            raise self._unreachable(f"its own engine is at {where}, not there", "Give the address of that machine.")
        else:
            words = (done.stderr.strip() or done.stdout.strip())[:300] or f"code {done.returncode}"
            raise self._unreachable(f"it runs no commands for us: {words}", f"Try by hand: {self._to.try_it} docker ps")

    def _control(self, what: str, forwarding: str) -> str:
        """Tell the standing connection to forward something; why it does not, "" when it does."""
        done = self._ssh("-O", what, "-L", forwarding, "--", self._to.host)
        return "" if done.returncode == 0 else (done.stderr.strip()[:300] or f"code {done.returncode}")

    def _ssh(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = ["ssh", *self._arguments(), *arguments]
        try:
            return subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_ASK, check=False
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 124, "", f"no answer in {_ASK:g} s")

    def _arguments(self) -> list[str]:
        options = [part for option in _OPTIONS for part in ("-o", option)]
        return ["-S", f"{self._folder}/control", *options, *self._to.arguments]

    def _unreachable(self, why: str, hint: str = "") -> ModelUnreachable:
        return ModelUnreachable(f"{self._to.host} cannot be used as a Docker engine: {why}.", hint)
