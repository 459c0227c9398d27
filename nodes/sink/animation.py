"""Animated GIF and WebP, encoded frame by frame with PyAV: nothing but compressed pictures is kept in memory."""

import logging
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from nodegraph.sdk import Image, NodeError, Sink, Stamp, param
from nodes.sink._files import cannot_write, check_target, make_part, put_in_place, tell_unfinished
from nodes.sink._pixels import fitted, over_black, with_alpha

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import OutputContainer
    from av.video.stream import VideoStream

_log = logging.getLogger("nodegraph.nodes")
_SUFFIXES = (".gif", ".webp")
_CLOCK = {".gif": 100, ".webp": 1000}
"""Ticks per second: a GIF counts in hundredths."""
_KIND = {".gif": ("gif", "pal8"), ".webp": ("libwebp_anim", "bgra")}


class Animation(Sink, id="sink.animation", category="Sink/File", title="GIF / WebP", keywords=("gif", "webp", "loop")):
    """Write an animated GIF or WebP that repeats for ever.

    It is written beside its name and takes it when whole. WebP keeps transparency; a GIF is laid over black and has
    up to 256 colours, chosen for each picture.
    """

    path: Path = param(Path(), "The file to write; folders are created.", accept=_SUFFIXES, restart=True)
    fps: float = param(15.0, "Pictures per second, at most.", ge=0.1, le=50, unit="fps", restart=True)
    size: int = param(
        480, "The longer side, at most; larger pictures are scaled.", ge=1, le=4096, unit="px", restart=True
    )
    frames: int = param(600, "Pictures, at most; later ones are left out.", ge=1, le=20000, restart=True)
    quality: int = param(75, "Of a WebP.", ge=0, le=100, unit="%", restart=True)
    colors: int = param(256, "Of a GIF.", ge=2, le=256, restart=True)
    dither: bool = param(False, "Of a GIF: mix dots of colours; smoother, larger.", restart=True)

    def open(self) -> None:
        check_target(self.path, _SUFFIXES)
        self._suffix = self.path.suffix.lower()
        self._part = make_part(self.path)
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._begin = self._due = 0.0
        self._count = 0
        self._failed = False

    def process(self, image: Image, stamp: Stamp) -> None:
        if self._container is None:
            self._begin = self._due = stamp.time
        if stamp.time < self._due - 0.001:
            return
        if self._count >= self.frames:
            if self._count == self.frames:
                _log.warning("%s is full: it ends after %d pictures.", self.path, self.frames)
                self._count += 1
            return
        self._due = max(self._due + 1 / self.fps, stamp.time)
        self._write(image, stamp.time - self._begin)
        self._count += 1

    def _write(self, image: Image, seconds: float) -> None:
        import av

        try:
            if self._container is None or self._stream is None:
                self._container, self._stream = self._opened(*self._scaled(image))
            frame = self._frame(fitted(image, self._stream.width, self._stream.height))
            frame.time_base, frame.pts = Fraction(1, _CLOCK[self._suffix]), round(seconds * _CLOCK[self._suffix])
            self._container.mux(self._stream.encode(frame))
        except (av.FFmpegError, OSError) as error:
            self._failed = True
            raise _sentence(self.path, error) from error

    def _scaled(self, image: Image) -> tuple[int, int]:
        share = min(1.0, self.size / max(image.shape[:2]))
        return max(1, round(image.shape[1] * share)), max(1, round(image.shape[0] * share))

    def _opened(self, width: int, height: int) -> "tuple[OutputContainer, VideoStream]":
        import av

        codec, pixels = _KIND[self._suffix]
        options = {"quality": str(self.quality)} if codec == "libwebp_anim" else {}
        container = av.open(str(self._part), "w", options={"loop": "0"})
        rate = Fraction(self.fps).limit_denominator(1000)
        stream = cast("VideoStream", container.add_stream(codec, rate=rate, options=options))
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.codec_context.time_base = Fraction(1, _CLOCK[self._suffix])
        return container, stream

    def _frame(self, image: Image) -> "VideoFrame":
        from av import VideoFrame

        if self._suffix == ".webp":
            return VideoFrame.from_ndarray(np.ascontiguousarray(with_alpha(image)), format="bgra")
        indexed = _indexed(over_black(image), self.colors, self.dither)
        return VideoFrame.from_ndarray(cast("Any", indexed), format="pal8")  # the stub lacks this pair

    def close(self) -> None:
        if self._finish():
            put_in_place(self._part, self.path)

    def abandon(self) -> None:
        if self._finish():
            tell_unfinished(self._part, self.path)

    def _finish(self) -> bool:
        """Complete the file beside the name; whether there is one that can be shown."""
        import av

        if self._container is None or self._stream is None:
            self._part.unlink(missing_ok=True)
            if not self._failed:
                _log.warning("%s was not written: no frame came.", self.path)
            return False
        container, self._container = self._container, None
        try:
            if not self._failed:
                container.mux(self._stream.encode())
            container.close()
        except (av.FFmpegError, OSError) as error:
            if self._failed:
                return False
            self._failed = True
            raise _sentence(self.path, error) from error
        return not self._failed


def _indexed(image: Image, colors: int, dither: bool) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Indices (H, W) and the ARGB palette (256, 4) of a picture.

    The palette is found on a small copy: six times as fast as on the picture, and hardly worse.
    """
    picture = Pillow.fromarray(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)))
    small = picture.copy()
    small.thumbnail((96, 96))
    chosen = small.quantize(colors, Pillow.Quantize.MEDIANCUT)
    how = Pillow.Dither.FLOYDSTEINBERG if dither else Pillow.Dither.NONE
    indices = picture.quantize(palette=chosen, dither=how)
    palette = np.full((256, 4), 255, np.uint8)
    triples = np.asarray(chosen.getpalette(), np.uint8).reshape(-1, 3)
    palette[: len(triples), 1:] = triples
    return np.asarray(indices, np.uint8), palette


def _sentence(path: Path, error: Exception) -> NodeError:
    if isinstance(error, OSError):
        return cannot_write(path, error)
    return NodeError(f"The pictures cannot be encoded into {path}: {error}.", "Try another size.")
