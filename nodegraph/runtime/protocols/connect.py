"""The protocol an entry names, as a client."""

from nodegraph.core.errors import ModelRefused
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols import Client, Endpoint
from nodegraph.runtime.protocols.native import NativeClient


def connect(entry: ModelEntry, endpoint: Endpoint) -> Client:
    """A client for the entry's server; it connects on first use. Raises ModelRefused for a protocol we do not speak."""
    match entry.protocol:
        case "native":
            return NativeClient(endpoint)
        case "runway-alpha":
            if not endpoint.url:
                raise ModelRefused(f"{entry.name} speaks runway-alpha, which needs a network address.")
            from nodegraph.runtime.protocols.runway_alpha import RunwayAlpha  # brings Socket.IO, which few models need

            return RunwayAlpha(entry, endpoint)
        case other:
            hint = "Use a model that speaks native or runway-alpha."
            raise ModelRefused(f"{entry.name} speaks {other}, which this version cannot speak yet.", hint)
