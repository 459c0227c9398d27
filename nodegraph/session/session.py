"""One session: the registry, the catalogue and the model servers, each made when first needed."""

import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from nodegraph.core.errors import Problem
from nodegraph.core.graph import Graph
from nodegraph.core.registry import Registry, discover
from nodegraph.core.resources import data_folder
from nodegraph.core.validate import validate
from nodegraph.session.found import Found, find_preset
from nodegraph.session.own import user_catalogue, user_nodes
from nodegraph.session.paths import resolve_paths

if TYPE_CHECKING:
    from nodegraph.engine.events import Listener
    from nodegraph.engine.run import Run
    from nodegraph.runtime.catalog.catalog import Catalog
    from nodegraph.runtime.entry import ModelEntry
    from nodegraph.runtime.model_node import Lease
    from nodegraph.runtime.servers import Servers
    from nodegraph.runtime.state import ServerListener

Mode = Literal["live", "offline"]
_WINDOWS = ("sink.window",)


class Session:
    """Everything a run needs. Use as a context manager, or `close()` it: that stops the model servers it started.

    catalog_paths: catalogues to read, by default the shipped one, then the person's own, which need not be there; an
    id in an earlier one wins. node_folders: folders with node modules of the person's own (``nodes`` in the user's data
    folder by default); they are run as code, so a preset can never name one. servers: shared servers of
    somebody else, who closes them. on_server: told what the servers do.
    """

    def __init__(
        self,
        catalog_paths: Iterable[Path] | None = None,
        node_folders: Iterable[Path] | None = None,
        servers: "Servers | None" = None,
        on_server: "ServerListener | None" = None,
    ) -> None:
        own = user_catalogue()
        self._catalog_paths = [data_folder() / "models.json", own] if catalog_paths is None else list(catalog_paths)
        self._node_folders = [user_nodes()] if node_folders is None else list(node_folders)
        self._given = servers
        self._own: Servers | None = None
        self._on_server = on_server

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def catalogs(self) -> "Mapping[Path, Catalog]":
        """The catalogues by path, mistakes included."""
        from nodegraph.runtime.catalog.catalog import load_catalog

        own = user_catalogue()
        return {path: load_catalog(path) for path in self._catalog_paths if path != own or os.path.exists(path)}

    @property
    def models(self) -> "list[ModelEntry]":
        """Every usable entry of the catalogues; of two with one id the first."""
        entries: dict[str, ModelEntry] = {}
        for catalog in self.catalogs.values():
            for entry in catalog.entries:
                entries.setdefault(entry.id, entry)
        return list(entries.values())

    def ids_outside(self, path: Path) -> dict[str, str]:
        """The ids of models in other catalogues than `path`, with who has them."""
        others = [catalog for where, catalog in self.catalogs.items() if where != path]
        return {one.id: f"{one.name}, of {one.where.partition('[')[0]}" for each in others for one in each.entries}

    @cached_property
    def registry(self) -> Registry:
        """Every type of node: the packs', the person's own, and one for each model."""
        from nodegraph.runtime.model_node import definition_of

        problems = [problem for catalog in self.catalogs.values() for problem in catalog.problems]
        models = [definition_of(entry, _Lazy(self)) for entry in self.models]
        return self._packs.with_definitions(models, problems)

    @cached_property
    def _packs(self) -> Registry:
        return discover(self._node_folders)

    def reload_models(self) -> None:
        """Read the catalogues again: `catalogs`, `models` and `registry` are new then. Servers and runs go on."""
        for name in ("catalogs", "registry"):
            self.__dict__.pop(name, None)

    @property
    def servers(self) -> "Servers":
        """The model servers; nothing is started before a node asks."""
        if self._given is not None:
            return self._given
        if self._own is None:
            from nodegraph.runtime.protocols.connect import connect
            from nodegraph.runtime.servers import Servers

            self._own = Servers(connect, listener=self._on_server)
        return self._own

    def listen(self, on_server: "ServerListener") -> None:
        """Tell `on_server` what the model servers do from now on; none are started for it."""
        self._on_server = on_server
        if self._own is not None:
            self._own.listen(on_server)

    def open(self, name: str) -> Found:
        """The preset that `name` means: a path or a shipped id. Raises UsageError, DocumentError."""
        return find_preset(name)

    def problems_of(self, graph: Graph) -> list[Problem]:
        """Everything that is wrong with a graph, warnings included."""
        return validate(graph, self.registry)

    def resolve_paths(self, graph: Graph, base: Path) -> Graph:
        """`graph` with absolute paths; see `nodegraph.session.paths`."""
        return resolve_paths(graph, self.registry, base)

    def run(
        self,
        graph: Graph,
        mode: Mode,
        *,
        frames: int | None = None,
        seconds: float | None = None,
        workers: int | None = None,
        listener: "Listener | None" = None,
        trace: bool = False,
    ) -> "Run":
        """A run of `graph` (paths resolved), not started yet. Raises DocumentError when it cannot run."""
        from nodegraph.engine.run import Run

        return Run(graph, self.registry, mode, workers, frames, seconds, listener, trace)

    def is_live(self, graph: Graph) -> bool:
        """Whether a graph is meant to run at the clock's pace: it has a device for a source, or a window."""
        specs = [found.spec for node in graph.nodes.values() if (found := self.registry.find(node.type))]
        return any(spec.live or spec.id in _WINDOWS for spec in specs)

    def frames_of(self, graph: Graph, frames: int | None, seconds: float | None) -> int | None:
        """How many frames a run will probably give, for its progress; None when nobody knows.

        A source may say so, see `Source.expected_frames`.
        """
        counts = [frames] if frames else []
        for node in graph.nodes.values():
            found = self.registry.find(node.type)
            if found is not None and found.spec.kind == "source" and node.state == "on":
                known = {name: value for name, value in node.params.items() if found.spec.param(name)}
                source: Any = found.make(known, {})
                count = source.expected_frames(seconds)
                counts += [count] if count else []
        return min(counts, default=None)

    def outputs_of(self, graph: Graph) -> list[Path]:
        """The files the sinks of a graph (paths resolved) write, those that are there."""
        paths = []
        for node in graph.nodes.values():
            found = self.registry.find(node.type)
            if found is not None and found.spec.kind == "sink" and node.state == "on":
                values = [node.params.get(one.name, "") for one in found.spec.params if one.kind == "file"]
                paths += [path for value in values if str(value) and os.path.exists(path := Path(str(value)))]
        return paths

    def close(self) -> None:
        """Stop the model servers this session started."""
        own, self._own = self._own, None
        if own is not None:
            own.close()


class _Lazy:
    """Stands in for the session's servers, so that a registry can be had without starting their machinery."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def acquire(self, entry: "ModelEntry", place: Mapping[str, Any]) -> "Lease":
        return self._session.servers.acquire(entry, place)
