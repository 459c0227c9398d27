"""Films an X screen, and makes a video of it with a line of text below. Uses the FFmpeg that PyAV brings."""

import bisect
import contextlib
import multiprocessing
import time
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

RATE: Final = 15
BAND: Final = 48
"""Height of the line of text."""
_CLOCK: Final = Fraction(1, 1000)
_FONTS: Final = Path(__file__).resolve().parent.parent / "nodegraph" / "editor" / "views" / "fonts"
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Caption:
    """What is said from a moment on (`time.time`)."""

    at: float
    text: str


class Camera:
    """Films in a process of its own between `start` and `stop`; the raw film has the moments of its frames as times."""

    def __init__(self, display: str, size: tuple[int, int], file: Path) -> None:
        self._ended = multiprocessing.get_context("spawn").Event()
        arguments = (display, size, str(file), self._ended)
        self._process = multiprocessing.get_context("spawn").Process(target=_film, args=arguments, daemon=True)

    def start(self) -> None:
        """Begin to film."""
        self._process.start()

    def stop(self) -> None:
        """End the film. Raises RuntimeError when it could not be made."""
        self._ended.set()
        self._process.join(30)
        if self._process.exitcode != 0:
            raise RuntimeError("The screen could not be filmed.")


def _film(display: str, size: tuple[int, int], file: str, ended: Event) -> None:
    """Frames of the screen with its pointer, hardly compressed, each at the moment it was taken."""
    options = {"framerate": str(RATE), "video_size": f"{size[0]}x{size[1]}", "draw_mouse": "1"}
    with av.open(display, format="x11grab", options=options) as screen, av.open(file, "w") as film:
        stream = film.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "14"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.time_base = stream.codec_context.time_base = _CLOCK
        first: float | None = None
        for frame in screen.decode(video=0):
            now = time.time()
            first = first or now
            moved = frame.reformat(format="yuv420p")
            moved.pts, moved.time_base = round((now - first) / _CLOCK), _CLOCK
            film.mux(stream.encode(moved))
            if ended.is_set():
                break
        film.mux(stream.encode())
        film.metadata["comment"] = str(first)
    Path(file + ".begin").write_text(str(first))


def make(raw: Path, captions: list[Caption], target: Path, seconds: float, crf: int) -> float:
    """Write the video at `target`, at most `seconds` long; by how much it is faster than it was."""
    begin = float(Path(f"{raw}.begin").read_text())
    with av.open(str(raw)) as film:
        length = float(film.duration or 0) / 1e6
    faster = max(1.0, length / seconds)
    with av.open(str(raw)) as film, av.open(str(target), "w", options={"movflags": "faststart"}) as video:
        source = film.streams.video[0]
        width, height = source.width, source.height + BAND
        stream = video.add_stream(
            "libx264", rate=RATE, options={"preset": "slow", "crf": str(crf), "tune": "animation"}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        bands = [_band(one.text, width) for one in captions]
        moments = [one.at - begin for one in captions]
        made = 0
        last: Pixels | None = None
        for frame in film.decode(video=0):
            moment = float(frame.time or 0.0)
            while last is not None and made / RATE * faster < moment:
                video.mux(stream.encode(_numbered(last, made)))
                made += 1
            band = bands[max(bisect.bisect_right(moments, moment) - 1, 0)]
            last = np.vstack([frame.to_ndarray(format="rgb24"), band])
        video.mux(stream.encode())
    return faster


def _numbered(pixels: Pixels, number: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


def _band(text: str, width: int) -> Pixels:
    """A line of text, light on dark."""
    image = Image.new("RGB", (width, BAND), (16, 18, 24))
    font = ImageFont.truetype(str(_FONTS / "Inter-SemiBold.otf"), 22)
    ImageDraw.Draw(image).text((width / 2, BAND / 2), text, font=font, fill=(236, 239, 244), anchor="mm")
    return np.asarray(image)


def still(video: Path, second: float, target: Path) -> None:
    """Write one picture of the video as JPEG."""
    with av.open(str(video)) as film:
        with contextlib.suppress(av.error.FFmpegError):
            film.seek(int(second * 1e6))
        for frame in film.decode(video=0):
            if (frame.time or 0.0) >= second:
                Image.fromarray(frame.to_ndarray(format="rgb24")).save(target, quality=86)
                return
