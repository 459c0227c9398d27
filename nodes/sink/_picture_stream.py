"""The pictures of a video being written: an encoder that is begun anew when it would hold back too much.

An encoder looks ahead: it keeps the newest ten to fifty pictures to itself, and they are lost when the program is
killed. At full speed that is the last moment. Of a slow render (a model that takes its time) it would be everything
so far, so there the encoder is emptied and another one goes on with a key picture: a few times at the beginning of a
slow run, never in a fast one.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from nodes.sink._pixels import BT601, BT709, LIMITED

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

CLOCK = 120_000
"""Ticks per second: every usual frame rate, also 23.976 and 29.97, is a whole number of them."""
PATIENCE = 0.5
"""Seconds an encoder may hold back more than half as many pictures as the file has."""

LASTING = ("libx265",)
"""Encoders that are never begun anew: libx265 then now and then gives packets with wild times; why is not known."""


@dataclass(frozen=True)
class Format:
    """What every encoder of one stream is told; `tag` may be empty."""

    encoder: str
    width: int
    height: int
    pixel_format: str
    rate: Fraction
    options: Mapping[str, str]
    tag: str

    def apply(self, context: "VideoCodecContext") -> None:
        """Set up an encoder that is not open yet."""
        context.width, context.height, context.pix_fmt = self.width, self.height, self.pixel_format
        context.time_base, context.framerate = Fraction(1, CLOCK), self.rate
        context.gop_size = max(1, round(self.rate))
        if self.tag:
            context.codec_tag = self.tag
        if not self.pixel_format.startswith("bgr"):
            context.colorspace = BT601 if self.pixel_format == "yuv420p" else BT709
            context.color_primaries = context.color_trc = BT709
            context.color_range = LIMITED


class PictureStream:
    """Encodes frames, whose times are in ticks, into one stream of `container`. Raises av.FFmpegError."""

    def __init__(self, container: "OutputContainer", form: Format) -> None:
        self._container, self._form = container, form
        self._stream = cast(
            "VideoStream", container.add_stream(form.encoder, rate=form.rate, options=dict(form.options))
        )
        self._context = self._stream.codec_context
        form.apply(self._context)
        self._stream.time_base = Fraction(1, CLOCK)
        self._flags = self._context.flags
        self._held = self._written = 0
        self._dts: int | None = None
        self._begun = time.monotonic()

    def write(self, frame: "VideoFrame") -> None:
        """Encode one frame; what the encoder gives back is written."""
        self._held += 1
        self._mux(self._context.encode(frame))
        late = time.monotonic() - self._begun > PATIENCE
        if late and 2 * self._held > self._written and self._form.encoder not in LASTING:
            self.finish()
            self._context = self._anew()
            self._begun = time.monotonic()

    def finish(self) -> None:
        """Write what the encoder still holds."""
        self._mux(self._context.encode())

    def _anew(self) -> "VideoCodecContext":
        from av import CodecContext

        context = cast("VideoCodecContext", CodecContext.create(self._form.encoder, "w"))
        self._form.apply(context)
        context.options = dict(self._form.options)
        context.flags = self._flags
        return context

    def _mux(self, packets: "Iterable[Packet[VideoStream]]") -> None:
        for packet in packets:
            self._held, self._written = self._held - 1, self._written + 1
            if packet.dts is not None:  # a new encoder does not know how far the one before it came
                self._dts = packet.dts = packet.dts if self._dts is None else max(packet.dts, self._dts + 1)
            packet.stream = self._stream
            self._container.mux(packet)
