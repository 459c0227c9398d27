"""When the pictures of a video file are, from its packets: nothing is decoded."""

from pathlib import Path

COUNTED = ("mpegts", "mpeg", "avi", "gif", "mpegvideo", "h264", "hevc")
"""Containers whose packets do not tell it: without times, or cut where no picture ends."""


def positions_of(path: Path) -> list[float] | None:
    """Seconds of every picture in the order shown, the first being at 0; None when only reading the file can tell.

    They are computed as OpenCV does it, so they are its numbers to the last digit. What cannot be decoded is in them.
    """
    import av

    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            if stream.time_base is None or set(container.format.name.split(",")) & set(COUNTED):
                return None
            zero, tick = stream.start_time or 0, stream.time_base.numerator / stream.time_base.denominator
            times = []
            for packet in container.demux(stream):
                if packet.size == 0 or packet.is_discard:
                    continue
                if packet.pts is None or packet.is_corrupt:
                    return None
                times.append(packet.pts - zero)
    except (av.FFmpegError, OSError, IndexError):
        return None
    if len(set(times)) < len(times) or not times or min(times) < 0:
        return None
    return [time * tick * 1000 / 1000 for time in sorted(times)]
