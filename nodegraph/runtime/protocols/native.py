"""The native protocol's client: raw frames, the fastest way that works (docs/native-protocol.md)."""

import itertools
import threading
import time
import uuid
import weakref
from collections.abc import Mapping
from typing import Any, Final

from nodegraph.core.errors import (
    ModelAnswerError,
    ModelError,
    ModelNotReady,
    ModelRefused,
    ModelUnreachable,
)
from nodegraph.runtime.protocols import SEE_LOG, Endpoint
from nodegraph.runtime.protocols.native_frames import FrameWay
from nodegraph.runtime.protocols.native_http import HttpChannel
from nodegraph.runtime.protocols.native_message import Channel, Deadline
from nodegraph.runtime.protocols.native_pictures import pack_for_network, pixels_of, unpack_from_network
from nodegraph.runtime.protocols.native_unix import UnixChannel
from nodegraph.runtime.protocols.native_values import Bytes, Packer, is_carried, pack, plain

MAX_ANSWER: Final = 512 << 20
"""Bytes: the largest picture we read, 100 megapixels, with alpha."""
_NOT_AS_AGREED: Final = (ValueError, TypeError, KeyError, AttributeError, OverflowError)


class NativeClient:
    """Speaks to one model server. Thread-safe; calls from several threads are in flight together.

    Connects on first use, and again after the server broke off. It tries the endpoint's Unix socket (frames in
    shared memory, else inline) and then its URL. A server keeps a stateful model's memory per client: give every
    stream of frames a client of its own.
    """

    def __init__(self, endpoint: Endpoint, connect_timeout: float = 5.0, max_answer: int = MAX_ANSWER) -> None:
        """`connect_timeout` in seconds; `max_answer` in bytes: a larger answer is refused."""
        self._endpoint, self._connect_timeout, self._max_answer = endpoint, connect_timeout, max_answer
        self._lock = threading.Lock()
        self._channel: Channel | None = None
        self._channels: weakref.WeakSet[Channel] = weakref.WeakSet()
        self._described: dict[str, Any] | None = None
        self._closed = False
        self._id = uuid.uuid4().hex
        self._numbers = itertools.count(1)
        self._milliseconds = 0.0
        self._way = FrameWay(endpoint.frames, endpoint.local)
        self._as_jpeg = False

    @property
    def transport(self) -> str:
        """``memfd``, ``unix`` or ``http``, and ``jpeg`` when frames go as that; ``native`` before the first use."""
        channel = self._channel
        name = "native" if channel is None else channel.name
        return f"{name}, jpeg" if self._as_jpeg else name

    @property
    def model_milliseconds(self) -> float:
        """How long the model itself worked on the latest answer, as the server measured it."""
        return self._milliseconds

    def describe(self) -> dict[str, Any]:
        """What the server says about its model: names, types and ranges, and whether it is ready.

        Raises ModelUnreachable, ModelTimeout or ModelAnswerError.
        """
        return self._describe(Deadline(self._connect_timeout))

    def _describe(self, deadline: Deadline) -> dict[str, Any]:
        described = self._connected(deadline).describe(deadline)
        if described.get("protocol") != "native" or described.get("protocolVersion") != 1:
            spoken = f"{described.get('protocol')!r:.40} {described.get('protocolVersion')!r:.40}"
            raise ModelAnswerError(
                f"The server speaks {spoken}, not native 1.",
                "Check the entry's protocol, or build the model again with the kit of this version.",
            )
        for side in ("inputs", "outputs"):
            if not _are_ports(described.get(side)):
                raise ModelAnswerError(f"The {side} the server tells of are not ports that native knows.", SEE_LOG)
        self._described = described
        return described

    def infer(self, inputs: Mapping[str, Any], params: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
        """Run the model once; arrays in the answer are read-only and the caller's to keep.

        Raises ModelUnreachable, ModelTimeout, ModelRefused, ModelNotReady or ModelAnswerError.
        """
        deadline = Deadline(timeout)
        try:
            described = self._described or self._describe(Deadline(min(self._connect_timeout, timeout)))
            began, size = time.perf_counter(), pixels_of(inputs)
            jpeg = "jpeg" in (described.get("encodings") or ()) and self._way.as_jpeg(size)
            header, packer = self._request(described, inputs, params, jpeg)
            answer, body = self._connected(deadline).run(header, packer, deadline)
        except ModelUnreachable:
            self._forget()
            raise
        except ModelRefused:
            self._described = None  # what it said of itself may be out of date
            raise
        if "error" in answer:
            raise _refusal(answer["error"])
        if answer.get("id") != header["id"]:
            self._forget()
            raise ModelAnswerError(f"The model answered request {str(answer.get('id'))[:40]}, not {header['id']}.")
        try:
            outputs = self._outputs(described, answer, body)
        except ModelAnswerError:
            self._described = None  # it may be another version by now
            raise
        if size or pixels_of(outputs):
            self._as_jpeg = jpeg
            self._way.took(jpeg, size, time.perf_counter() - began - self._milliseconds / 1000)
        return outputs

    def close(self) -> None:
        """Drop the connection; calls in flight raise ModelUnreachable."""
        self._closed = True
        with self._lock:
            channels = list(self._channels)
            self._channel = None
        for channel in channels:
            channel.close()

    def _connected(self, deadline: Deadline) -> Channel:
        with self._lock:
            if self._closed:
                raise ModelUnreachable("The connection to the model was closed.")
            if self._channel is None:
                self._channel = self._connect(deadline)
                self._channels.add(self._channel)
            return self._channel

    def _connect(self, deadline: Deadline) -> Channel:
        endpoint = self._endpoint
        soon = Deadline(min(self._connect_timeout, deadline.left()))
        if endpoint.socket is not None and endpoint.local:
            try:
                return UnixChannel(endpoint.socket, self._id, self._max_answer, soon)
            except ModelError:
                if not endpoint.url:
                    raise
        if not endpoint.url:
            raise ModelUnreachable("The model's server has neither a Unix socket nor an address that can be reached.")
        return HttpChannel(endpoint.url, self._max_answer)

    def _forget(self) -> None:
        """The next call connects anew and asks again what the model is: another version may be there by then."""
        with self._lock:
            channel, self._channel, self._described = self._channel, None, None
        if channel is not None:
            channel.retire()

    def _request(
        self, described: Mapping[str, Any], inputs: Mapping[str, Any], params: Mapping[str, Any], jpeg: bool
    ) -> tuple[dict[str, Any], Packer]:
        ports, packer, packed = described["inputs"], Packer(), {}
        for name, value in inputs.items():
            if value is None:
                continue
            if name not in ports:
                raise ModelRefused(f"The model has no input {name!r}. It has: {', '.join(ports) or 'none'}.")
            try:
                packed[name] = (pack_for_network if jpeg else pack)(ports[name]["type"], value, packer)
            except _NOT_AS_AGREED as error:
                raise ModelRefused(f"The input {name} of the model: {error!s:.300}.") from error
        header = {"id": next(self._numbers), "client": self._id, "inputs": packed, "parameters": plain(params)}
        return ({**header, "accept": ["jpeg"]} if jpeg else header), packer

    def _outputs(self, described: Mapping[str, Any], answer: Mapping[str, Any], body: Bytes) -> dict[str, Any]:
        body.setflags(write=False)
        name = ""
        try:
            self._milliseconds = float(answer["milliseconds"])
            outputs = {}
            for name, port in described["outputs"].items():
                value = answer["outputs"][name]
                outputs[name] = None if value is None else unpack_from_network(port["type"], value, body)
        except _NOT_AS_AGREED as error:
            raise ModelAnswerError(
                f"The model's output {name} is not what it promised: {error!s:.300}.", SEE_LOG
            ) from error
        return outputs


def _are_ports(ports: Any) -> bool:
    if not isinstance(ports, Mapping):
        return False
    kinds = [one.get("type") if isinstance(one, Mapping) else None for one in ports.values()]
    return all(isinstance(kind, str) and is_carried(kind) for kind in kinds)


def _refusal(error: Any) -> ModelError:
    """The exception for an error object of the server."""
    if not isinstance(error, Mapping) or not isinstance(error.get("message"), str):
        return ModelAnswerError("The server reported an error without a sentence.")
    message = error["message"][:2000]
    if error.get("kind") in ("loading", "busy"):
        return ModelNotReady(message)
    return ModelRefused(message, SEE_LOG if error.get("kind") == "model" else "")
