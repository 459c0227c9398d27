"""A video put together from parts that were encoded alike: packets are copied, only their times are new.

The times are computed from the frames' stamps as if one encoder had written all of them. What the parts' containers
say is used for the order only: MP4 begins every file at 0, and Matroska rounds to milliseconds.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nodegraph.sdk import NodeError, Stamp
from nodes.sink._encoder import MUXER_OPTIONS, exact
from nodes.sink._picture_stream import CLOCK
from nodes.sink._sound import Sound

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer
    from av.video.stream import VideoStream


class _Form(NamedTuple):
    """What must be the same in every part."""

    codec: str
    width: int
    height: int
    pixels: str
    extradata: bytes


def join(parts: Sequence[Path], target: Path, stamps: Sequence[Stamp], audio: Path | None, quiet_from: float) -> None:
    """Write `target` from `parts`, whose pictures have these stamps.

    The sound of `audio` is taken along until `quiet_from` seconds of the picture. Raises NodeError, OSError and
    av.FFmpegError.
    """
    import av

    ranks = [_ranks(part) for part in parts]
    if sum(map(len, ranks)) != len(stamps):
        raise NodeError(f"The parts hold {sum(map(len, ranks))} pictures of {len(stamps)}.", "Report this.")
    pictures = _Times(ranks, stamps)
    with (
        av.open(str(parts[0])) as first,
        av.open(str(target), "w", options=MUXER_OPTIONS[target.suffix.lower()]) as out,
    ):
        form = _form(first)
        stream = out.add_stream_from_template(first.streams.video[0])
        stream.time_base, stream.codec_context.framerate = Fraction(1, CLOCK), exact(stamps[0].rate)
        if out.format.name in ("mp4", "mov"):  # which has several names for a codec, and takes the first
            stream.codec_context.codec_tag = first.streams.video[0].codec_context.codec_tag
        sound = Sound.of(audio, stamps[0].media, out, target.suffix.lower()) if audio else None
        out.start_encoding()
        try:
            for packet in _packets(parts, form):
                packet.pts, packet.dts, packet.duration = pictures.next()
                packet.time_base, packet.stream = Fraction(1, CLOCK), stream
                shown = packet.pts / CLOCK
                out.mux(packet)
                if sound:
                    sound.write_until(min(shown, quiet_from))
            if sound:
                sound.write_until(min(pictures.end, quiet_from))
                sound.finish()
        finally:
            if sound:
                sound.close()


class _Times:
    """When each packet is decoded and shown, in ticks, in the order of the packets."""

    def __init__(self, ranks: Sequence[Sequence[int]], stamps: Sequence[Stamp]) -> None:
        self._ranks = [sum(map(len, ranks[:part])) + rank for part, own in enumerate(ranks) for rank in own]
        self._late = max(place - rank for place, rank in enumerate(self._ranks))
        self._step = round(CLOCK / exact(stamps[0].rate))
        self._shown: list[int] = []
        for stamp in stamps:
            tick = round((stamp.time - stamps[0].time) * CLOCK)
            self._shown.append(max(self._shown[-1] + 1, tick) if self._shown else tick)
        self._place = 0

    @property
    def end(self) -> float:
        """Seconds at which the last picture ends."""
        return (self._shown[-1] + self._step) / CLOCK

    def next(self) -> tuple[int, int, int]:
        """When the next packet is shown and decoded, and how long it is shown."""
        place = self._place
        self._place += 1
        before = place - self._late
        decoded = self._shown[before] if before >= 0 else self._shown[0] + before * self._step
        return self._shown[self._ranks[place]], decoded, self._step


def _ranks(part: Path) -> list[int]:
    """For each packet of a part, which picture it is in the order shown."""
    import av

    with av.open(str(part)) as container:
        times = [packet.pts for packet in container.demux(container.streams.video[0]) if packet.size]
    order = {time: rank for rank, time in enumerate(sorted(time for time in times if time is not None))}
    if len(order) < len(times):
        raise NodeError(f"{part.name} cannot be joined: two of its pictures have one time.", "Render in one piece.")
    return [order[time] for time in times if time is not None]


def _packets(parts: Sequence[Path], form: _Form) -> "Iterator[Packet[VideoStream]]":
    import av

    for part in parts:
        with av.open(str(part)) as container:
            if _form(container) != form:
                message = "The parts do not fit together: their pictures differ in size or kind, or their encoders do."
                raise NodeError(message, "Render in one piece (--workers 1); a cluster needs the same PyAV everywhere.")
            yield from (packet for packet in container.demux(container.streams.video[0]) if packet.size)


def _form(container: "InputContainer") -> _Form:
    context = container.streams.video[0].codec_context
    return _Form(context.name, context.width, context.height, str(context.pix_fmt), bytes(context.extradata or b""))
