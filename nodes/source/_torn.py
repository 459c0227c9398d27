"""Telling that a video ends before it should: cut off while it was written or copied."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_log = logging.getLogger("nodegraph.nodes")
MISSING = 0.5
"""Seconds the pictures may end before the file's own idea of its length: edit lists and sound make small gaps."""


def length_of(path: Path) -> float | None:
    """Seconds of picture the file claims to hold, or None when it does not say."""
    import av

    try:
        with av.open(str(path)) as container:
            return _length(container, container.streams.video[0])
    except (av.FFmpegError, OSError, IndexError):
        return None


def warn_if_torn(path: Path, last: float, rate: float | None) -> None:
    """Log a sentence when the last picture, at `last` seconds, is not where the file should end."""
    import av

    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            length = _length(container, stream)
            end, broken = _tail(container, stream, last)
    except (av.FFmpegError, OSError, IndexError):
        return
    end = max(end, last + 1 / (rate or 30.0))
    if length and end + MISSING < length:
        _log.warning("%s ends early: at %.1f s of %.1f s. The rest of the file is missing.", path, end, length)
    elif broken:
        _log.warning("%s ends in the middle of a frame, at %.1f s. What came before was kept.", path, end)


def _length(container: "InputContainer", stream: "VideoStream") -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    alone = len(container.streams) == 1  # else it may be the sound that is that long
    return container.duration / 1_000_000 if container.duration and alone else None


def _tail(container: "InputContainer", stream: "VideoStream", last: float) -> tuple[float, bool]:
    """Where the last packet ends, which may be long after it began, and whether it is damaged."""
    import av

    zero, end = stream.start_time or 0, 0
    try:
        container.seek(max(0, int((last - 1) * 1_000_000)))
        for packet in container.demux(stream):
            if packet.is_corrupt:
                return float(end * (stream.time_base or 0)), True
            if packet.pts is not None:
                end = max(end, packet.pts - zero + (packet.duration or 0))
    except av.FFmpegError:
        return float(end * (stream.time_base or 0)), True
    return float(end * (stream.time_base or 0)), False
