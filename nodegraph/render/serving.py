"""Model servers of a render: started once on this machine and shared by its workers, and asked what they remember."""

import itertools
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

from nodegraph.core.errors import ModelError, ModelNotReady
from nodegraph.core.graph import Graph
from nodegraph.engine.run import OFFLINE_WAIT
from nodegraph.render.job import Stopped
from nodegraph.runtime.chosen import settled
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.servers import Lease
from nodegraph.session import Session

_LOOK: Final = 0.3
"""Seconds between two looks at whether a person has had enough of waiting."""


class Shared:
    """A lease on the server of every model in a graph; while it is held, `places` says where they answer.

    A replicated model has several: each segment is given the next of them.
    Use as a context manager. Entering waits until they answer. Raises ModelError, and Stopped when `stopped` says so.
    """

    def __init__(self, graph: Graph, session: Session, stopped: Callable[[], bool] = bool) -> None:
        self._graph, self._session, self._stopped = graph, session, stopped
        self._leases: dict[str, Lease] = {}
        self._turns = itertools.count()

    def __enter__(self) -> Self:
        try:
            for id, entry in models_of(self._graph, self._session).items():
                self._leases[id] = self._session.servers.acquire(entry, self._graph.nodes[id].place)
            for lease in self._leases.values():
                self._wait(lease)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for lease in self._leases.values():
            lease.release()
        self._leases = {}

    def _wait(self, lease: Lease) -> None:
        until = time.monotonic() + OFFLINE_WAIT
        while True:
            try:
                return lease.wait_ready(_LOOK)
            except ModelNotReady:
                if self._stopped():
                    raise Stopped from None
                if time.monotonic() > until:
                    raise

    def places(self) -> dict[str, Mapping[str, Any]]:
        """Where the servers answer now, by node; one that is being started again keeps its own place."""
        turn = next(self._turns)
        found = {id: _address(lease.endpoint, turn) for id, lease in self._leases.items()}
        return {id: {"kind": "url", "url": address} for id, address in found.items() if address}

    def stateful(self) -> list[str]:
        """Sentences about the models that remember earlier frames. Raises ModelError."""
        return [f"{id}: this model remembers earlier frames." for id, one in self._leases.items() if _remembers(one)]


def stateful_models(graph: Graph, session: Session) -> list[str]:
    """The same for a moment only."""
    if not models_of(graph, session):
        return []
    with Shared(graph, session) as shared:
        return shared.stateful()


def models_of(graph: Graph, session: Session) -> dict[str, ModelEntry]:
    """The models a graph asks, by node, each with the checkpoint and the set-up that were chosen there."""
    entries = {f"model.{entry.id}": entry for entry in session.models}
    asked = [node for node in graph.nodes.values() if node.state == "on" and node.type in entries]
    return {node.id: settled(entries[node.type], node.params) for node in asked}


def _address(endpoint: Endpoint | None, turn: int) -> str:
    """As a place has it, "" for none now. turn: which of several replicas."""
    members = endpoint.roster.members() if endpoint is not None and endpoint.roster is not None else ()
    one = members[turn % len(members)][1] if members else endpoint
    if one is None:
        return ""
    return f"unix://{one.socket}" if one.socket else one.url


def _remembers(lease: Lease) -> bool:
    """Only native servers say; those of other protocols have no memory in their protocol."""
    describe = getattr(lease.client(), "describe", None)
    if describe is None:
        return False
    try:
        return bool(describe().get("stateful"))
    except ModelError:
        return False
