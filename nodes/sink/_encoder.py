"""A video being written: one stream of pictures, and perhaps the sound of the source, into one file.

Only this module and `_sound` know PyAV, which is imported when the first frame comes.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from nodegraph.sdk import Image
from nodes.sink._codecs import Codec, Effort
from nodes.sink._picture_stream import CLOCK, Format, PictureStream
from nodes.sink._pixels import even, fitted, over_black, padded_even, to_video_frame, with_alpha
from nodes.sink._sound import Sound

if TYPE_CHECKING:
    from av.container import OutputContainer

_FRAGMENTS = {
    "movflags": "hybrid_fragmented+negative_cts_offsets",
    "frag_duration": "50000",
    "flush_packets": "1",
}
_CLUSTERS = {"cluster_time_limit": "50", "flush_packets": "1"}
MUXER_OPTIONS = {".mp4": _FRAGMENTS, ".mov": _FRAGMENTS, ".mkv": _CLUSTERS, ".webm": _CLUSTERS}
"""What keeps a file playable when the program is killed while writing it: pieces of a twentieth of a second, handed to
the system at once.

Negative offsets let the first picture be at 0: without an edit list, which is written too early here, reordered
pictures would begin some frames late and the sound with them would not fit.
"""


SLOWEST = Fraction(1, 1000)
"""Frames per second that are still told to an encoder."""


def exact(rate: float | None) -> Fraction:
    """Frames per second as encoders want it."""
    return max(SLOWEST, Fraction(rate or 30.0).limit_denominator(1001))


@dataclass(frozen=True)
class Settings:
    """How to encode; `rate` is nominal, or None."""

    codec: Codec
    quality: float
    effort: Effort
    rate: float | None


class Encoder:
    """Writes pictures at given times into `part`. Raises OSError and av.FFmpegError as they come.

    The first picture decides the size and whether there is alpha; later ones are fitted into it. `audio` is the
    file whose sound is taken along, beginning at its second `audio_start`.
    """

    def __init__(
        self, part: Path, settings: Settings, first: Image, audio: Path | None = None, audio_start: float = 0.0
    ) -> None:
        import av

        height, width = first.shape[:2]
        self._size = width, height
        self._alpha = settings.codec.alpha_format if first.shape[2] == 4 else None
        self._format = self._alpha or settings.codec.pixel_format
        self._rate = exact(settings.rate)
        self._last = -1
        self._container: OutputContainer = av.open(str(part), "w", options=MUXER_OPTIONS[part.suffix.lower()])
        self._sound: Sound | None = None
        try:
            self._pictures = PictureStream(self._container, self._form(settings))
            self._sound = Sound.of(audio, audio_start, self._container, part.suffix.lower()) if audio else None
            self._container.start_encoding()
        except BaseException:
            self.abandon()
            raise

    def _form(self, settings: Settings) -> Format:
        codec = settings.codec
        options = codec.options(settings.quality, settings.effort)
        if self._alpha and codec.encoder == "prores_ks":
            options["profile"] = "4444"
        tag = codec.tag if self._container.format.name in ("mp4", "mov") else ""
        return Format(codec.encoder, even(self._size[0]), even(self._size[1]), self._format, self._rate, options, tag)

    def write(self, image: Image, seconds: float) -> None:
        """Encode `image` as the one to show from `seconds` on; times must not go back."""
        image = with_alpha(image) if self._alpha else over_black(image)
        if (image.shape[1], image.shape[0]) != self._size:
            image = fitted(image, *self._size)
        frame = to_video_frame(padded_even(image), self._format)
        frame.time_base = Fraction(1, CLOCK)
        frame.pts = self._last = max(self._last + 1, round(seconds * CLOCK))
        frame.duration = round(CLOCK / self._rate)
        self._pictures.write(frame)
        if self._sound:
            self._sound.write_until(seconds)

    def finish(self) -> None:
        """Write what is still inside the encoder and the sound up to the last picture's end, and close the file."""
        try:
            self._pictures.finish()
            if self._sound:
                self._sound.write_until(self._last / CLOCK + float(1 / self._rate))
                self._sound.finish()
        finally:
            self.abandon()

    @property
    def has_sound(self) -> bool:
        """Whether sound is being taken along."""
        return self._sound is not None

    def end_sound(self) -> None:
        """Take no more sound along."""
        if self._sound:
            self._sound.finish()
            self._sound = None

    def abandon(self) -> None:
        """Close the file as it is."""
        if self._sound:
            self._sound.close()
            self._sound = None
        self._container.close()
