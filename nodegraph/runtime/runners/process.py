"""A model's server as a process on this machine: needs no Docker, dies with us, is stopped with its children."""

import os
import re
import shutil
import signal
import sys
import threading
from pathlib import Path

from nodegraph.core.errors import ModelError
from nodegraph.core.resources import data_folder
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.processes.leashed import Leashed
from nodegraph.runtime.processes.ports import free_port
from nodegraph.runtime.processes.private import private_folder
from nodegraph.runtime.processes.signals import signal_name
from nodegraph.runtime.protocols import OPTIONS, Endpoint
from nodegraph.runtime.runners.container_body import told
from nodegraph.runtime.runners.device import machine_has_gpu, settle_for_cpu, wants_gpu
from nodegraph.runtime.runners.local_weights import local_weights
from nodegraph.runtime.secrets import secrets_of
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Exit, Watcher

_LISTENING = re.compile(r"nodegraph-kit listening (http://\S+)")
_PYTHONS = ("python", "python3", "{python}")


class ProcessRunner:
    """Runs `launch.command` in `launch.folder`, on a leash (see leash.py), in a session of its own."""

    def __init__(self, launch: Launch, limits: Limits) -> None:
        self._launch = launch
        self._limits = limits
        self._process: Leashed | None = None
        self._private: Path | None = None
        self._address = self._options = ""
        self._weights = Path()
        self._spoke = threading.Event()

    def prepare(self, watcher: Watcher) -> None:
        """Check that there is something to run, and fetch its weights. Raises ModelError or Cancelled."""
        launch = self._launch
        if not launch.command:
            hint = "Run it as a container, or give its entry a `process`."
            raise ModelError(f"{launch.name} has no command for running as a local process.", hint)
        if not launch.folder.is_dir():
            message = f"The folder of {launch.name}, {launch.folder}, does not exist."
            raise ModelError(message, "Correct `process` in its entry.")
        program = launch.command[0]
        if not (program in _PYTHONS or shutil.which(program) or (launch.folder / program).is_file()):
            message = f"{launch.name} needs the program {program}, which is not on this machine."
            raise ModelError(message, "Install it, or run the model as a container.")
        if not (wants_gpu(launch) and machine_has_gpu()):
            settle_for_cpu(launch, watcher, "this machine has none", "Run it on a machine with one.")
        self._weights = local_weights(launch, watcher)

    def start(self, watcher: Watcher) -> Endpoint:
        """Start it and learn where it listens. Raises ModelError or Cancelled."""
        watcher.stage(Stage.STARTING)
        port = 0 if self._launch.native else free_port()
        self._address = "" if self._launch.native else f"http://127.0.0.1:{port}"
        self._spoke.clear()
        self._private = private_folder()
        unix = self._private / "s"
        self._process = self._spawn(watcher, port, unix)
        with watcher.cancel.interrupting(self._spoke.set):
            if self._launch.native and not self._spoke.wait(self._limits.ready):
                message = f"{self._launch.name} did not say where it listens within {self._limits.ready:g} s."
                raise ModelError(message, f'It printed "{watcher.tail()}" and no line "nodegraph-kit listening ...".')
        watcher.cancel.check()
        there = unix if unix.exists() else None
        return Endpoint(self._address, there, pid=self._process.pid, options=self._options)

    def stop(self) -> None:
        """Terminate its process group, kill what is left, and remove its private folder."""
        if self._process is not None:
            self._process.stop(self._limits.stop)
            self._process = None
        if self._private is not None:
            shutil.rmtree(self._private, ignore_errors=True)
            self._private = None

    def _spawn(self, watcher: Watcher, port: int, unix: Path) -> Leashed:
        def said(line: str) -> None:
            watcher.log(line)
            found = _LISTENING.search(line)  # a model that loads may have begun the line
            if found:
                self._address = found[1].rstrip("/")
                self._spoke.set()

        def ended(code: int) -> None:
            watcher.exited(self._how(code, watcher.tail()))
            self._spoke.set()

        try:
            environment = self._environment(port, unix)
            self._options = environment.get(OPTIONS, "")
            return Leashed(self._command(port), self._launch.folder, environment, said, ended)
        except OSError as error:
            raise ModelError(f"{self._launch.name} cannot be started: {error.strerror}.") from error

    def _command(self, port: int) -> list[str]:
        command = [
            part.replace("{python}", sys.executable).replace("{port}", str(port)) for part in self._launch.command
        ]
        return [sys.executable if command[0] in _PYTHONS else command[0], *command[1:]]

    def _environment(self, port: int, unix: Path) -> dict[str, str]:
        paths = (str(data_folder() / "models" / "kit"), os.environ.get("PYTHONPATH", ""))
        python = {"PYTHONPATH": os.pathsep.join(path for path in paths if path), "PYTHONUNBUFFERED": "1"}
        device = {"CUDA_VISIBLE_DEVICES": ""} if self._launch.device == "cpu" else {}
        own = {"NODEGRAPH_HOST": "127.0.0.1", "NODEGRAPH_PORT": str(port), "NODEGRAPH_SOCKET": str(unix)}
        own["NODEGRAPH_DEVICE"] = self._launch.device
        secrets = secrets_of(self._launch.secrets, self._launch.id, self._launch.name)
        known = told(self._launch, str(self._weights))
        return {**os.environ, **python, **device, **self._launch.environment, **secrets, **own, **known}

    def _how(self, code: int, tail: str) -> Exit:
        """How it ended, in a sentence."""
        name = self._launch.name
        words = f'Its last words: "{tail}".' if tail else "It printed nothing."
        hint = f"Its whole log: nodegraph models logs {self._launch.id}"
        if code < 0:
            memory = " The system may have run out of memory." if -code == signal.SIGKILL else ""
            return Exit(f"{name} was ended by {signal_name(-code)}.{memory} {words}", hint)
        if "address already in use" in tail.lower():
            return Exit(f"{name} could not have its port, another program uses it. {words}", hint)
        return Exit(f"{name} stopped by itself with exit code {code}. {words}", hint)
