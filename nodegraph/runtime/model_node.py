"""The one node class for all models: it asks a server for each frame, and knows neither places nor protocols."""

import copy
import re
import threading
from collections.abc import Mapping
from typing import Any, Final, Protocol, Self

from nodegraph.core.errors import ModelAnswerError, ModelError, ModelRefused, ModelTimeout, ModelUnreachable, NodeError
from nodegraph.core.registry import Definition
from nodegraph.core.spec import NodeSpec
from nodegraph.runtime.answers import checked
from nodegraph.runtime.chosen import settled
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.model_spec import spec_of
from nodegraph.runtime.protocols import SEE_LOG, Client
from nodegraph.runtime.secrets import redacted

_NO_SUCH: Final = re.compile(r"has no (parameter|input) ")
FIRST_TIMEOUT: Final = 60.0
"""Seconds for the first answer of a server, which often loads its model only then."""
LATER_TIMEOUT: Final = 30.0


class Lease(Protocol):
    """The right to use a server until `release`. Several leases may share one server. Thread-safe."""

    @property
    def state(self) -> str:
        """For people: ``pulling``, ``starting``, ``ready``, ``failed``, ..."""

    @property
    def note(self) -> str:
        """What a person should know about how it runs (``... runs on the CPU``), "" for nothing."""

    @property
    def restarts(self) -> int:
        """How often the server was started again after a failure."""

    @property
    def transport(self) -> str:
        """How frames travel, "" while there is no connection; looking at it starts nothing."""

    def client(self) -> Client:
        """The connection. Raises ModelNotReady while the server is coming up, ModelError when it cannot."""

    def wait_ready(self, timeout: float) -> None:
        """Block until `client` answers. Raises ModelNotReady after `timeout` seconds, ModelError as `client` does."""

    def report_failure(self, error: ModelUnreachable | ModelTimeout) -> None:
        """Say that the server broke off or hangs, so that it may be started again."""

    def release(self) -> None:
        """Give the server back; it may stop when nobody holds it."""


class Servers(Protocol):
    """At most one live server per entry, place and what was chosen for its start."""

    def acquire(self, entry: ModelEntry, place: Mapping[str, Any]) -> Lease:
        """A lease, at once: pulling and starting go on behind it. What was chosen is in the entry (`settled`)."""


class ModelNode:
    """A model as a node at work (an `Instance`, see core/registry.py).

    `wait` is how many seconds `process` may wait for a server that is coming up: 0 live, much in a render.
    """

    def __init__(
        self,
        spec: NodeSpec,
        entry: ModelEntry,
        place: Mapping[str, Any],
        servers: Servers,
        params: Mapping[str, Any],
    ) -> None:
        self.spec = spec
        self.wait = 0.0
        self._entry = entry
        self._place = dict(place)
        self._servers = servers
        self._lease: Lease | None = None
        self._answered = False
        self._closed_stats: Mapping[str, Any] = {"state": "", "restarts": 0, "transport": "", "place": self._place}
        self._lock = threading.Lock()
        self._params: Mapping[str, Any] = spec.defaults()
        self.configure(params)

    def open(self) -> None:
        """Ask for a server; it comes up behind. Raises ModelRefused for a model that was only announced."""
        entry = self._entry
        if not entry.available and self._place.get("kind") != "url":
            hint = "Choose another model, or give the URL of a server that runs it."
            raise ModelRefused(f"{entry.name} is marked as not available in the catalogue.", hint)
        self._lease = self._servers.acquire(settled(entry, self._params), self._meant_place())

    def _meant_place(self) -> Mapping[str, Any]:
        """A render gives the same pixels each time, so how it sends frames does not depend on a measurement."""
        chosen = self._place.get("frames") not in (None, "", "auto")
        return self._place if chosen or not self.wait else {**self._place, "frames": "raw"}

    def close(self) -> None:
        """Give the server back. What `extra_stats` said last stays: reports are written after the run."""
        if self._lease is not None:
            self._closed_stats = self.extra_stats()
        lease, self._lease = self._lease, None
        if lease is not None:
            lease.release()

    def configure(self, params: Mapping[str, Any]) -> None:
        """Set parameters, checked, for the next frame. Raises NodeError; then none is set."""
        checked_params = {}
        for name, value in params.items():
            declared = self.spec.param(name)
            if declared is None:
                raise NodeError(f"{self.spec.title} has no parameter {name!r}.")
            checked_params[name] = declared.check(value)
        with self._lock:
            self._params = {**self._params, **checked_params}

    def with_params(self, params: Mapping[str, Any]) -> Self:
        """A shallow copy with other parameters; it shares the server, so that what starts one anew cannot differ.

        Raises NodeError for such a parameter.
        """
        for name, value in params.items():
            declared = self.spec.param(name)
            if declared is not None and declared.restart and value != self._params[name]:
                message = f"{name} of {self.spec.title} starts its server anew: no wire can drive it."
                raise NodeError(message, "Remove the wire and set it by hand.")
        other = copy.copy(self)
        other.configure(params)
        return other

    def process(self, *inputs: Any) -> Any:
        """Ask the model about these inputs: one value, or a tuple in the order of the outputs.

        Raises ModelNotReady while the server is coming up, and any other ModelError.
        """
        lease = self._lease
        if lease is None:
            raise ModelUnreachable(f"{self.spec.title} was asked before it was opened or after it was closed.")
        given = self._named(inputs)
        try:
            answer = self._ask(lease, given)
        except ModelUnreachable:
            if not self.wait:
                raise
            # A render would rather lose a minute than the whole film: once more, on the restarted server.
            answer = self._ask(lease, given)
        self._answered = True
        return self._in_order(answer)

    def extra_stats(self) -> Mapping[str, Any]:
        """How the model is reached and how it is doing, for the inspector and the report."""
        lease = self._lease
        if lease is None:
            return self._closed_stats
        stats = {"state": lease.state, "restarts": lease.restarts, "transport": lease.transport, "place": self._place}
        return {**stats, "note": lease.note} if lease.note else stats

    def _named(self, inputs: tuple[Any, ...]) -> dict[str, Any]:
        """Inputs by name. Models are asked about colour: an alpha channel stays here."""
        named = {}
        for port, value in zip(self.spec.inputs, inputs, strict=True):
            if value is None:
                continue
            named[port.name] = value[:, :, :3] if "image" in port.types and _has_alpha(value) else value
        return named

    def _ask(self, lease: Lease, given: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.wait:
            lease.wait_ready(self.wait)
        client = lease.client()
        timeout = self._entry.timeout or (LATER_TIMEOUT if self._answered else FIRST_TIMEOUT)
        try:
            return client.infer(given, self._per_frame(), timeout)
        except ModelError as error:
            if isinstance(error, ModelUnreachable | ModelTimeout):
                lease.report_failure(error)
            self._explain(error)
            raise

    def _per_frame(self) -> dict[str, Any]:
        """The parameters of a call; the others went into the start of the server."""
        return {param.name: self._params[param.name] for param in self.spec.params if not param.restart}

    def _explain(self, error: ModelError) -> None:
        """Protocols say "the model" and "the server's log": here it has a name, and its log a place."""
        error.message = redacted(error.message)  # a server may repeat the token it was given
        if error.message.startswith("The model"):
            error.message = self._entry.name + error.message.removeprefix("The model")
        if self._entry.server and isinstance(error, ModelRefused) and _NO_SUCH.search(error.message):
            again = f"nodegraph models add {self._entry.server} --id {self._entry.id} --replace"
            error.hint = f"If its server changed, let the node follow: {again}"
        if isinstance(error, ModelTimeout):
            error.hint = f"If it only needs longer, raise `timeout` of its entry. {error.hint}"
        if isinstance(error, ModelAnswerError) and not error.hint:
            error.hint = f"Check that its server speaks the `protocol` of its entry, {self._entry.protocol}. {SEE_LOG}"
        if self._place.get("kind") != "url":
            error.hint = error.hint.replace(SEE_LOG, f"Its log: nodegraph models logs {self._entry.id}")

    def _in_order(self, answer: Mapping[str, Any]) -> Any:
        ports = self.spec.outputs
        missing = [port.name for port in ports if port.name not in answer and not port.optional]
        if self._entry.outputs and missing:
            got = ", ".join(sorted(map(str, answer))[:8]) or "nothing"
            message = f"{self.spec.title} did not answer {', '.join(missing)}; it answered {got}."
            raise ModelAnswerError(message, "Make `outputs` of its entry say what the server gives.")
        values = tuple(checked(port, answer.get(port.name), self.spec.title) for port in ports)
        return values[0] if len(values) == 1 else values


def _has_alpha(value: Any) -> bool:
    return getattr(value, "ndim", 0) == 3 and value.shape[2] == 4


def definition_of(entry: ModelEntry, servers: Servers) -> Definition:
    """The type of node for an entry; its nodes share `servers`."""
    spec = spec_of(entry)
    return Definition(spec, lambda params, place: ModelNode(spec, entry, place, servers, params), entry.where)
