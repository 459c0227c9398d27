"""The protocol an entry names, as a client."""

import functools
from dataclasses import replace

from nodegraph.core.errors import ModelRefused
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols import Client, Endpoint, Frames
from nodegraph.runtime.protocols.cog import CogClient
from nodegraph.runtime.protocols.native import NativeClient
from nodegraph.runtime.protocols.runway_sdk import RunwaySdk
from nodegraph.runtime.protocols.spread import SpreadClient


def connect(entry: ModelEntry, endpoint: Endpoint) -> Client:
    """A client for the entry's server; it connects on first use. Raises ModelRefused without an address."""
    if endpoint.roster is not None:
        width = entry.max_inflight if entry.protocol != "runway-alpha" else 1
        return SpreadClient(functools.partial(_connect_one, entry, endpoint.frames), endpoint.roster, width)
    match entry.protocol:
        case "native":
            return NativeClient(endpoint)
        case _ if not endpoint.url:
            raise ModelRefused(f"{entry.name} speaks {entry.protocol}, which needs a network address.")
        case "runway-alpha":
            from nodegraph.runtime.protocols.runway_alpha import RunwayAlpha  # brings Socket.IO, which few models need

            return RunwayAlpha(entry, endpoint)
        case "cog":
            return CogClient(entry, endpoint)
        case "runway-sdk":
            return RunwaySdk(entry, endpoint)


def _connect_one(entry: ModelEntry, frames: Frames, endpoint: Endpoint) -> Client:
    """To one of the replicas."""
    return connect(entry, replace(endpoint, frames=frames))
