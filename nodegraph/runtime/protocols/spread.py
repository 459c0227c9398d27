"""One client for many servers of one model: calls go round, and one that is lost with its server is made again."""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from nodegraph.core.errors import ModelError, ModelNotReady, ModelRefused, ModelTimeout, ModelUnreachable
from nodegraph.runtime.protocols import Client, Endpoint
from nodegraph.runtime.protocols.native import NativeClient
from nodegraph.runtime.protocols.roster import Roster

_PATIENCE: Final = 5.0
"""Seconds a call waits while no server answers: a lost one is usually back by then."""


class SpreadClient:
    """Thread-safe. As many calls are in flight as the servers take together; each waits for its own answer, so their
    order is the caller's.
    """

    def __init__(self, connect: Callable[[Endpoint], Client], roster: Roster, width: int) -> None:
        """width: how many calls one server takes at once."""
        self._connect = connect
        self._roster = roster
        self._width = width
        self._clients: dict[str, tuple[Endpoint, Client]] = {}
        self._busy: Counter[str] = Counter()
        self._turn = 0
        self._closed = False

    @property
    def transport(self) -> str:
        """As that of one server, with their number: ``3 × http``."""
        with self._roster.changed:
            kinds = Counter(client.transport for _, client in self._clients.values())
        return ", ".join(f"{count} × {kind}" for kind, count in kinds.items()) or "replicas"

    def infer(self, inputs: Mapping[str, Any], params: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
        """Ask the next server that has room; another one when it is lost meanwhile.

        Raises ModelRefused for a model that remembers frames, and what a client raises.
        """
        deadline = time.monotonic() + timeout
        lost: ModelError | None = None
        for _ in range(self._roster.size + 1):
            name = self._take(deadline, timeout, lost)
            try:
                return self._client(name).infer(inputs, params, max(0.001, deadline - time.monotonic()))
            except (ModelUnreachable, ModelNotReady) as error:
                lost = error
                self._forget(name)
            except ModelTimeout:
                self._forget(name)
                raise
            finally:
                self._give(name)
        assert lost is not None
        raise lost

    def close(self) -> None:
        """Drop every connection; calls in flight raise ModelUnreachable."""
        with self._roster.changed:
            self._closed = True
            clients = [client for _, client in self._clients.values()]
            self._clients.clear()
            self._roster.changed.notify_all()
        for client in clients:
            client.close()

    # ---- turns --------------------------------------------------------------------------------------------------

    def _take(self, deadline: float, timeout: float, lost: ModelError | None) -> str:
        """The next server in turn that has room; waits for one."""
        patience = min(deadline, time.monotonic() + _PATIENCE)
        with self._roster.changed:
            while not self._closed:
                names = [name for name, _ in self._roster.members()]
                self._part(names)
                for name in names[self._turn % len(names) :] + names[: self._turn % len(names)] if names else ():
                    if self._busy[name] < self._width:
                        self._turn = (names.index(name) + 1) % len(names)
                        self._busy[name] += 1
                        return name
                left = (deadline if names else patience) - time.monotonic()
                if left <= 0 and names:
                    raise ModelTimeout(f"The model had no replica free in {timeout:g} s.")
                if left <= 0:
                    raise lost or ModelUnreachable(f"None of the model's {self._roster.size} replicas answers.")
                self._roster.changed.wait(left)
        raise ModelUnreachable("The connection to the model was closed.")

    def _give(self, name: str) -> None:
        with self._roster.changed:
            self._busy[name] -= 1
            self._roster.changed.notify_all()

    def _part(self, names: Collection[str]) -> None:
        """Drop the connections to replicas that are no more."""
        for name in [name for name in self._clients if name not in names and not self._busy[name]]:
            self._clients.pop(name)[1].close()

    # ---- connections --------------------------------------------------------------------------------------------

    def _client(self, name: str) -> Client:
        """The connection to one server. Raises ModelUnreachable when it is gone by now, ModelRefused, ..."""
        with self._roster.changed:
            if self._closed:
                raise ModelUnreachable("The connection to the model was closed.")
            endpoint = dict(self._roster.members()).get(name)
            known = self._clients.get(name)
            if endpoint is None:
                raise ModelUnreachable("The replica is gone.")
            if known is not None and known[0] == endpoint:
                return known[1]
        client = self._made(endpoint)
        with self._roster.changed:
            other = self._clients.get(name)
            if other is known and not self._closed:
                self._clients[name] = (endpoint, client)
                unused = None if known is None else known[1]
            else:  # another call was faster, or all is over
                unused, client = client, (client if other is None else other[1])
        if unused is not None:
            unused.close()
        return client

    def _made(self, endpoint: Endpoint) -> Client:
        """A connection to a server that may be one of several."""
        client = self._connect(endpoint)
        try:
            if isinstance(client, NativeClient) and client.describe().get("stateful"):
                message = "The model remembers earlier frames, so its frames cannot be spread over replicas."
                raise ModelRefused(message, "Take `replicas` out of its place.")
        except ModelError:
            client.close()
            raise
        return client

    def _forget(self, name: str) -> None:
        """Its connection broke, or it does not answer: others take its turns until it was seen to answer."""
        self._roster.suspect(name)
        with self._roster.changed:
            known = self._clients.pop(name, None)
        if known is not None:
            with contextlib.suppress(Exception):  # a broken connection may refuse even to be closed
                known[1].close()
