"""A model's server as a container on a Docker engine."""

import contextlib
import hashlib
import itertools
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodegraph.core.errors import ModelError
from nodegraph.runtime.engines import labels
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.engines.docker_connection import EngineError
from nodegraph.runtime.engines.engines import KnownEngine, engine_at, is_gpu_refusal
from nodegraph.runtime.images.images import ensure_image
from nodegraph.runtime.images.variant import for_device, gpu_variant
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.processes.private import private_folder
from nodegraph.runtime.protocols import OPTIONS, Endpoint
from nodegraph.runtime.runners.container_body import SHARED, container_body
from nodegraph.runtime.runners.container_end import Following
from nodegraph.runtime.runners.device import settle_for_cpu, wants_gpu
from nodegraph.runtime.runners.volumes import ready_cache, ready_weights
from nodegraph.runtime.secrets import secret, secrets_of
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Watcher

_numbers = itertools.count(1)


class ContainerRunner:
    """One container, made anew for every start: a restarted one would change its port anyway.

    keep: it is marked to outlive this program once `let_go` was called (`nodegraph models start`). A kept container of
    the same model is used instead of a new one, and left running, unless `adopt` is false. taken: ids of those that
    are not to be used; replicas share one, so that each has a container of its own.
    """

    def __init__(
        self, launch: Launch, limits: Limits, keep: bool = False, adopt: bool = True, taken: set[str] | None = None
    ) -> None:
        self._launch = launch
        self._limits = limits
        self._keep = keep
        self._adopt = adopt
        self._taken = set() if taken is None else taken
        self._known: KnownEngine = engine_at(launch.engine)
        self._engine = self._known.engine
        self._id = ""
        self._adopted = False  # the container is not ours to stop
        self._folder: Path | None = None
        self._way = ""  # the address of its port on this machine
        self._following: Following | None = None

    def prepare(self, watcher: Watcher, gpu: bool | None = None) -> None:
        """Reach the engine, clear away orphans, fetch the image and the weights. Raises ModelError or Cancelled.

        gpu: whether it will have one, where somebody else decides that; it matters to a model with an image for each.
        """
        for name in self._known.prepare():
            watcher.log(f"removed {name}, left behind by a program that died")
        gpu = self._will_have_gpu(watcher) if gpu is None else gpu
        ensure_image(self._engine, for_device(self._launch, gpu), watcher)
        ready_weights(self._known, self._launch, watcher)
        ready_cache(self._known, self._launch)

    def start(self, watcher: Watcher) -> Endpoint:
        """Create and start it. Raises ModelError or Cancelled."""
        kept = self._find_kept() if self._adopt else None
        self._adopted = kept is not None
        if kept is None:
            self._create_on_some_device(watcher)
        else:
            watcher.note(f"{self._launch.name} was left running by `models start`: that one is used.")
            for name in self._launch.secrets:
                secret(name)  # it has them already: so that its log does not show their values
            self._id = str(kept["Id"])
            folder = kept["Labels"].get(labels.FOLDER)
            self._folder = Path(folder) if folder else None
        self._taken.add(self._id)
        self._following = Following(self._engine, self._launch, self._id, watcher)
        return self._endpoint(watcher)

    def stop(self) -> None:
        """Stop and remove it, unless it is to outlive us."""
        if self._adopted:
            if self._following is not None:
                self._following.let_go()
                self._following.join(self._limits.stop)
        else:
            if self._following is not None:
                self._following.stopping.set()
            self._remove()
        with contextlib.suppress(ModelError):
            self._known.close_way(self._way)
        self._taken.discard(self._id)
        self._id, self._folder, self._way, self._following = "", None, "", None

    def let_go(self) -> None:
        """From now on it is not ours to stop."""
        self._adopted = True

    def _remove(self) -> None:
        if self._id:
            with contextlib.suppress(ModelError):  # what a busy engine cannot remove now is reaped at our next start
                self._engine.remove(self._id, self._limits.stop)
        remove_folder(self._folder)
        if self._following is not None:
            self._following.join(self._limits.stop)

    # ---- creating -----------------------------------------------------------------------------------------------

    def _create_on_some_device(self, watcher: Watcher) -> None:
        """With a GPU where the model can use one and the engine has one; else on the CPU, said aloud."""
        refused = False
        if wants_gpu(self._launch) and self._known.gpu is not False:
            try:
                self._create(watcher, gpu=True)
                self._known.gpu = True
                return
            except EngineError as error:
                if not is_gpu_refusal(error.message):
                    raise self._cannot_start(error) from error
                self._known.gpu, refused = False, True
        self._settle_for_cpu(watcher)
        if refused:  # `prepare` believed that there is one
            ensure_image(self._engine, self._launch, watcher)
        try:
            self._create(watcher, gpu=False)
        except EngineError as error:
            raise self._cannot_start(error) from error

    def _will_have_gpu(self, watcher: Watcher) -> bool:
        """Whether it will run on a GPU, as far as its image depends on that. Raises ModelError when it must and cannot.

        An engine without any image cannot be asked. Then the one for the CPU is made first: the other builds upon the
        same layers.
        """
        if not wants_gpu(self._launch) or gpu_variant(self._launch) is None:
            return False
        if self._known.probe_gpu() is None:
            ensure_image(self._engine, self._launch, watcher)
            self._known.probe_gpu()
        if not self._known.gpu:
            self._settle_for_cpu(watcher)
        return bool(self._known.gpu)

    def _settle_for_cpu(self, watcher: Watcher) -> None:
        lacking = "the Docker engine has none to give"
        settle_for_cpu(self._launch, watcher, lacking, "Install the NVIDIA Container Toolkit.")

    def _create(self, watcher: Watcher, gpu: bool) -> None:
        launch, engine = for_device(self._launch, gpu), self._engine
        watcher.stage(Stage.CREATING)
        shared = self._shared_folder()
        image = engine.image(launch.image_id or launch.image) or {}
        user = str((image.get("Config") or {}).get("User") or "")
        memory = launch.memory or self._known.memory
        secrets = secrets_of(launch.secrets, launch.id, launch.name)
        body = container_body(launch, self._labels(), user, memory, shared, self._network(), gpu, secrets)
        self._id = engine.create(body, _name(launch.id))
        watcher.cancel.check()
        watcher.stage(Stage.STARTING)
        try:
            engine.start(self._id)
        except EngineError:
            engine.remove(self._id)
            self._id = ""
            raise
        if shared is not None and not self._is_shared(shared):
            engine.remove(self._id)
            watcher.log("this engine cannot see our folders: the model's port is published instead of its socket")
            self._create(watcher, gpu)

    def _shared_folder(self) -> Path | None:
        """A private folder for the Unix socket: nobody else may enter the outer one, so anyone may write inside."""
        remove_folder(self._folder)
        self._folder = None
        if not self._launch.native or self._known.shares_folders is False:
            return None
        self._folder = private_folder(self._keep) / "s"
        self._folder.mkdir()
        self._folder.chmod(0o777)
        return self._folder

    def _network(self) -> str:
        """The network of a container whose port is published."""
        return "bridge" if self._launch.internet else self._known.closed_network()

    def _is_shared(self, shared: Path) -> bool:
        """Whether the container sees what we put into the folder; found out once per engine."""
        if self._known.shares_folders is None:
            (shared / "seen").touch()
            self._known.shares_folders = self._engine.has_file(self._id, f"{SHARED}/seen")
        return self._known.shares_folders

    def _labels(self) -> dict[str, str]:
        found = {**labels.labels(self._launch.id, self._launch.device), labels.SETTINGS: self._chosen()}
        if self._folder is not None:
            found[labels.FOLDER] = str(self._folder)
        return {**found, labels.KEPT: "yes"} if self._keep else found

    def _chosen(self) -> str:
        """Its settings as a label's value: one with another checkpoint, or with a network, is not the one meant."""
        return hashlib.sha256(self._launch.settings.encode()).hexdigest()[:16]

    @property
    def finds_kept(self) -> bool:
        """Whether one was left running that it would use. Raises ModelError."""
        return self._find_kept() is not None

    def _find_kept(self) -> Mapping[str, Any] | None:
        what = {labels.ENTRY: self._launch.id, labels.DEVICE: self._launch.device, labels.SETTINGS: self._chosen()}
        wanted = {**labels.OURS, labels.KEPT: "yes", **what}
        for one in self._engine.containers(wanted):
            if one.get("State") != "running":
                remove_kept(self._engine, one)
            elif str(one["Id"]) not in self._taken:
                return one
        return None

    def _endpoint(self, watcher: Watcher) -> Endpoint:
        if self._folder is not None:
            return Endpoint("", self._folder / "s")
        found = self._engine.inspect(self._id) or {}
        ports = (found.get("NetworkSettings") or {}).get("Ports") or {}
        for binding in ports.get(f"{self._launch.port}/tcp") or ():
            published = int(binding["HostPort"])
            self._way = self._known.open_way(self._id, self._launch.port, published, watcher.log)
            told = dict(line.partition("=")[::2] for line in (found.get("Config") or {}).get("Env") or ())
            return Endpoint(self._way, local=self._engine.by_socket, options=told.get(OPTIONS, ""))
        return Endpoint("")  # it ended already; how is told by `exited`

    def _cannot_start(self, error: EngineError) -> ModelError:
        words = error.message
        if "executable file not found" in words or "no such file or directory" in words:
            words = f"its image has no such program ({words})"
        return ModelError(
            f"The container of {self._launch.name} cannot start: {words.rstrip('.')}.", "Correct its entry or image."
        )


def remove_kept(engine: Engine, container: Mapping[str, Any], grace: float = 0.0) -> None:
    """Stop and remove a container that was left running, and the folder of its socket."""
    engine.remove(str(container["Id"]), grace)
    folder = container["Labels"].get(labels.FOLDER)
    remove_folder(Path(folder) if folder else None)


def remove_folder(folder: Path | None) -> None:
    """Remove the private folder around a socket's folder."""
    if folder is not None:
        shutil.rmtree(folder.parent, ignore_errors=True)


def _name(id: str) -> str:
    return f"nodegraph-{re.sub(r'[^a-zA-Z0-9_.-]', '-', id)[:40]}-{labels.THIS_INSTANCE[:8]}-{next(_numbers)}"
