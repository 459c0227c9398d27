"""Small real files, made here: nothing is downloaded or kept."""

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

Maker = Callable[..., Path]


def number_picture(number: int, width: int, height: int) -> np.ndarray:
    """A grey picture whose brightness is the frame's number, so that a wrong frame is seen."""
    return np.full((height, width, 3), 10 + number * 4, np.uint8)


def number_of(image: np.ndarray) -> int:
    """The number `number_picture` drew; FFmpeg's scaler makes greys about 2 darker on the way."""
    return round((float(image.mean()) - 8) / 4)


@pytest.fixture
def read_number() -> Callable[[np.ndarray], int]:
    return number_of


@pytest.fixture
def make_video(tmp_path: Path) -> Maker:
    def make(
        name: str = "clip.mp4",
        times: Iterable[float] = tuple(i / 30 for i in range(30)),
        size: tuple[int, int] = (64, 48),
        codec: str = "libx264",
        pixels: str = "yuv420p",
        options: dict[str, str] | None = None,
        muxing: dict[str, str] | None = None,
        clock: int = 90000,
        hold: float = 0.0,
        picture: Callable[[int, int, int], np.ndarray] = number_picture,
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(path), "w", options=muxing or {}) as container:
            stream: Any = container.add_stream(codec, rate=30, options={"crf": "5"} if options is None else options)
            stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, pixels, 10
            stream.codec_context.time_base = Fraction(1, clock)
            for number, seconds in enumerate(times):
                image = picture(number, *size)
                frame = av.VideoFrame.from_ndarray(image, format="bgra" if image.shape[2] == 4 else "bgr24")
                frame.time_base, frame.pts = Fraction(1, clock), round(seconds * clock)
                frame.duration = round(hold * clock)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return make
