"""Taking a source's sound along: copied packet by packet where the container can hold it, else encoded anew."""

import logging
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from nodegraph.sdk import NodeError

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler, Packet
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer

_log = logging.getLogger("nodegraph.nodes")
_CAN_HOLD = {
    ".mp4": {"aac", "mp3", "ac3", "eac3", "opus", "alac"},
    ".mov": {"aac", "mp3", "ac3", "alac", "pcm_s16le", "pcm_s24le"},
    ".mkv": {"aac", "mp3", "ac3", "eac3", "opus", "vorbis", "flac", "alac", "pcm_s16le", "pcm_s24le"},
    ".webm": {"opus", "vorbis"},
}
_TARGET = {".mp4": "aac", ".mov": "aac", ".mkv": "aac", ".webm": "libopus"}
_TICKS = 1_000_000


class Sound:
    """The first sound track of a file, written behind the picture so that it never runs ahead of it."""

    def __init__(
        self, source: "InputContainer", track: "AudioStream", target: "OutputContainer", suffix: str, start: float
    ) -> None:
        self._source, self._track, self._target = source, track, target
        begin = source.streams.video[0].start_time if source.streams.video else None
        base = source.streams.video[0].time_base if source.streams.video else None
        self._zero = start + (float(begin * base) if begin and base else 0.0)
        self._packets = self._from(self._zero)
        self._next: Packet[AudioStream] | None = None
        self._copied = track.codec_context.codec.canonical_name in _CAN_HOLD[suffix]
        self._resampler: AudioResampler | None = None
        self._samples: int | None = None
        if self._copied:
            self._stream: AudioStream = target.add_stream_from_template(track)
        else:
            self._stream = self._new_stream(_TARGET[suffix])

    @staticmethod
    def of(path: Path, start: float, target: "OutputContainer", suffix: str) -> "Sound | None":
        """The sound of `path` from its picture's second `start` on, or None when it has none."""
        import av

        try:
            source = av.open(str(path))
        except (av.FFmpegError, OSError) as error:
            raise NodeError(
                f"The sound of {path} cannot be read: {error.strerror}.", "Unplug the wire to audio."
            ) from error
        if not source.streams.audio:
            source.close()
            return None
        if len(source.streams.audio) > 1:
            _log.warning("%s has %d sound tracks; the first one is taken along.", path, len(source.streams.audio))
        try:
            return Sound(source, source.streams.audio[0], target, suffix, start)
        except BaseException:
            source.close()
            raise

    def _new_stream(self, codec: str) -> "AudioStream":
        from av import AudioResampler

        rate = 48000 if codec == "libopus" else self._track.rate
        stream = cast("AudioStream", self._target.add_stream(codec, rate=rate))
        stream.codec_context.layout = "mono" if self._track.layout.nb_channels == 1 else "stereo"
        stream.codec_context.open()
        self._resampler = AudioResampler(
            format=stream.codec_context.format,
            layout=stream.codec_context.layout,
            rate=rate,
            frame_size=stream.codec_context.frame_size or None,
        )
        return stream

    def _from(self, seconds: float) -> Iterator["Packet[AudioStream]"]:
        """The track's packets that begin at or after `seconds` of the file; a damaged end ends them."""
        import av

        if seconds > 0:
            self._source.seek(int(seconds * _TICKS))
        try:
            for packet in self._source.demux(self._track):
                if (
                    packet.pts is not None
                    and packet.time_base
                    and float(packet.pts * packet.time_base) >= seconds - 1e-6
                ):
                    yield packet
        except av.FFmpegError:
            return

    def write_until(self, seconds: float) -> None:
        """Write the packets that begin before `seconds` of the picture."""
        while True:
            packet = self._next or next(self._packets, None)
            self._next = packet
            if packet is None or packet.pts is None or packet.time_base is None:
                return
            if float(packet.pts * packet.time_base) - self._zero >= seconds:
                return
            self._next = None
            self._write(packet)

    def _write(self, packet: "Packet[AudioStream]") -> None:
        assert packet.time_base is not None
        shift = round(self._zero / packet.time_base)
        if self._resampler is None:
            packet.pts = None if packet.pts is None else packet.pts - shift
            packet.dts = packet.pts
            packet.stream = self._stream
            self._target.mux(packet)
            return
        for frame in self._decoded(packet):
            if self._samples is None:
                self._samples = max(0, round(((frame.time or 0.0) - self._zero) * self._stream.rate))
            frame.pts = None
            self._encode(self._resampler.resample(frame))

    def _encode(self, parts: Iterable["AudioFrame"]) -> None:
        """Encode and write, each part where the one before ended: rounded times in the source would collide."""
        for part in parts:
            part.pts, part.time_base = self._samples, Fraction(1, self._stream.rate)
            self._samples = (self._samples or 0) + part.samples
            self._target.mux(self._stream.encode(part))

    def _decoded(self, packet: "Packet[AudioStream]") -> Iterable["AudioFrame"]:
        import av

        try:
            return packet.decode()
        except av.FFmpegError:  # a damaged packet is a short silence
            return ()

    def finish(self) -> None:
        """Write what the encoder still holds, and close the source."""
        if self._resampler is not None:
            self._encode(self._resampler.resample(None))
            self._target.mux(self._stream.encode(None))
        self.close()

    def close(self) -> None:
        """Close the file the sound is from."""
        self._source.close()
