"""Video files out, encoded with PyAV (docs/adr/0008-video-io.md)."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nodegraph.sdk import File, Image, InParts, NodeError, Sink, Stamp, param
from nodes.sink._codecs import VIDEO_SUFFIXES, CodecName, Effort, codec_for
from nodes.sink._encoder import Encoder, Settings
from nodes.sink._files import cannot_write, check_target, make_part, put_in_place, tell_unfinished
from nodes.sink._joining import join

_log = logging.getLogger("nodegraph.nodes")
DRIFT = 0.25
"""Seconds the picture may be away from the sound's time before the sound is ended: a loop, a jump, another speed."""


class VideoFileSink(
    Sink, InParts, id="sink.video_file", category="Sink/File", title="Video File Out", keywords=("render", "save")
):
    """Write a video file that plays in browsers and players.

    It is written beside its name (``clip.part.mp4``) and takes the name's place when it is whole, so a failed run
    keeps the older file; what was written before a crash or a kill stays playable. Odd sizes are padded by one
    pixel, later pictures of another size are fitted into the first one's. Transparency is kept by ProRes and FFV1,
    else laid over black. Wire a video source's `file` to `audio` to take its sound along.
    """

    path: Path = param(Path(), "The file to write; folders are created.", accept=VIDEO_SUFFIXES, restart=True)
    codec: CodecName = param("auto", "auto: VP9 for .webm, else H.264. ffv1 is lossless (.mkv).", restart=True)
    quality: float = param(
        70.0, "100 is best and largest; ffv1 ignores it.", ge=0, le=100, step=1, unit="%", restart=True
    )
    effort: Effort = param("balanced", "fast: least work, largest file; small: most work, smallest file.", restart=True)
    fps: float = param(
        0.0,
        "Frames per second; 0 keeps each frame's own time, else frames repeat or are left out.",
        ge=0,
        le=240,
        restart=True,
    )

    def open(self) -> None:
        check_target(self.path, VIDEO_SUFFIXES)
        self._codec = codec_for(self.codec, self.path.suffix.lower())
        self._part = make_part(self.path)
        self._encoder: Encoder | None = None
        self._first: Stamp | None = None
        self._slots = 0
        self._held: Image | None = None
        self._failure: NodeError | None = None

    def process(self, image: Image, audio: File | None, stamp: Stamp) -> None:
        if self._failure is not None:
            raise self._failure  # nothing can be added to a file that broke
        if self._encoder is None or self._first is None:
            settings = Settings(self._codec, self.quality, self.effort, self.fps or stamp.rate)
            self._encoder = self._guarded(lambda: Encoder(self._part, settings, image, audio, stamp.media))
            self._first = self.origin or stamp
        self._follow_sound(stamp, self._first)
        seconds = stamp.time - self._first.time
        if self.fps:
            self._write_at_fixed_rate(image, seconds)
        else:
            self._write(image, seconds)

    def _write_at_fixed_rate(self, image: Image, seconds: float) -> None:
        """Give the frame the slot nearest its time; empty slots before it repeat the last one, a taken one is kept."""
        slot = round(seconds * self.fps)
        while self._held is not None and self._slots < slot:
            self._write(self._held, self._slots / self.fps)
            self._slots += 1
        if slot >= self._slots:
            self._write(image, slot / self.fps)
            self._slots = slot + 1
        self._held = image

    def _write(self, image: Image, seconds: float) -> None:
        encoder = self._encoder
        assert encoder is not None
        self._guarded(lambda: encoder.write(image, seconds))

    def _follow_sound(self, stamp: Stamp, first: Stamp) -> None:
        if self._encoder and self._encoder.has_sound and _drifted(stamp, first):
            self._tell_quiet(stamp)
            self._guarded(self._encoder.end_sound)

    def _tell_quiet(self, stamp: Stamp) -> None:
        _log.warning("%s: the sound ends at %.1f s, where the picture no longer follows it.", self.path, stamp.time)

    def whole(self) -> str:
        return "A fixed frame rate (fps) repeats and drops frames across the borders of parts." if self.fps else ""

    def join(self, parts: Sequence[Path], stamps: Sequence[Stamp], given: Mapping[str, Any]) -> None:
        check_target(self.path, VIDEO_SUFFIXES)
        self._codec = codec_for(self.codec, self.path.suffix.lower())
        self._part, self._failure = make_part(self.path), None
        lost = next((place for place, stamp in enumerate(stamps) if _drifted(stamp, stamps[0])), None)
        if lost and given.get("audio"):
            self._tell_quiet(stamps[lost])
        silence = stamps[lost - 1].time - stamps[0].time if lost else math.inf
        try:
            self._guarded(lambda: join(parts, self._part, stamps, given.get("audio"), silence))
            put_in_place(self._part, self.path)
        finally:
            self._part.unlink(missing_ok=True)

    def _guarded(self, work: Callable[[], Any]) -> Any:
        import av

        try:
            return work()
        except NodeError as error:
            self._failure = error
            raise
        except (av.FFmpegError, OSError) as error:
            self._failure = self._sentence(error)
            raise self._failure from error

    def _sentence(self, error: Exception) -> NodeError:
        if isinstance(error, OSError):
            said = cannot_write(self.path, error)
            if self.origin is not None:  # a part of a render is removed
                return said
            return NodeError(said.message, f"{said.hint} What was written until then is in {self._part}.")
        reason = getattr(error, "strerror", None) or str(error)
        hint = "Try another codec, or pictures of another size."
        return NodeError(f"{self._codec.name} refuses these pictures ({self.path}): {reason}.", hint)

    def close(self) -> None:
        if self._encoder is None:
            self._part.unlink(missing_ok=True)
            if self._failure is None:
                _log.warning("%s was not written: no frame came.", self.path)
            return
        encoder, self._encoder = self._encoder, None
        if self._failure is not None:
            self._close_broken(encoder)
            return
        self._guarded(encoder.finish)
        put_in_place(self._part, self.path)

    def abandon(self) -> None:
        if self._encoder is None or self._failure is not None:
            self.close()
            return
        encoder, self._encoder = self._encoder, None
        self._guarded(encoder.finish)
        tell_unfinished(self._part, self.path)

    def _close_broken(self, encoder: Encoder) -> None:
        import av

        try:
            encoder.abandon()
        except (av.FFmpegError, OSError):
            _log.warning("%s could not be closed properly; it may still play.", self._part)


def _drifted(stamp: Stamp, first: Stamp) -> bool:
    """Whether the picture is no longer where its sound is."""
    return abs((stamp.media - first.media) - (stamp.time - first.time)) > DRIFT
