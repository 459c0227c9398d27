"""Film an X screen: a thread grabs it, and the pointer, captions and keys are drawn on when the film is made.

What is slow to watch can be filmed at a higher speed, which the film then says.
"""

import ctypes
import threading
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import av
import mss
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONTS: Final = Path(__file__).resolve().parent.parent / "nodegraph" / "editor" / "views" / "fonts"
STRIP: Final = 80
"""Height of what is below the screen: the caption and the keys."""
GROUND: Final = (13, 15, 19)
INK: Final = (235, 238, 242)
DIM: Final = (140, 150, 165)
KEY: Final = (46, 54, 68)
PRESSED: Final = 0x100 | 0x200 | 0x400
"""The mouse buttons in the state that X tells."""
ARROW: Final = ((0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12))


@dataclass(frozen=True)
class Shown:
    """What belongs to one frame beside its pixels."""

    pointer: tuple[int, int]
    pressed: bool
    caption: str
    keys: str
    speed: float


class Pointer:
    """Where the mouse is on an X screen, and whether a button is down."""

    def __init__(self, display: str) -> None:
        self._x = ctypes.CDLL("libX11.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(display.encode()))
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))

    def look(self) -> tuple[tuple[int, int], bool]:
        """The point, and whether a button is down."""
        windows, mask = [ctypes.c_ulong() for _ in range(2)], ctypes.c_uint()
        numbers = [ctypes.c_int() for _ in range(4)]
        found = [ctypes.byref(one) for one in (*windows, *numbers, mask)]
        self._x.XQueryPointer(self._display, self._root, *found)
        return (numbers[0].value, numbers[1].value), bool(mask.value & PRESSED)


class Film:
    """Films while the block runs. Set `caption`, `keys` and `speed` (of what comes next) at any time."""

    def __init__(self, display: str, raw: Path, fps: int = 15) -> None:
        self.caption = self.keys = ""
        self.speed = 1.0
        self.shown: list[Shown] = []
        self.raw, self.fps = raw, fps
        self.pointer = Pointer(display)
        self._display, self._over = display, threading.Event()
        self._thread = threading.Thread(target=self._run, name="film", daemon=True)
        self._failed: BaseException | None = None

    def __enter__(self) -> "Film":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        if self._failed is not None and error is None:
            raise self._failed

    @property
    def seconds(self) -> float:
        """How long the film is so far."""
        return len(self.shown) / self.fps

    def _run(self) -> None:
        try:
            with mss.MSS(display=self._display) as screen, av.open(str(self.raw), "w") as container:
                self._grab(screen, container)
        except BaseException as error:
            self._failed = error

    def _grab(self, screen: Any, container: Any) -> None:
        """As many frames as the time that went by asks for; a late one is shown longer."""
        area, pointer = screen.monitors[0], Pointer(self._display)
        stream = _stream(container, self.fps, area["width"], area["height"], preset="ultrafast", crf="12")
        due = time.monotonic()
        while not self._over.is_set():
            shot = screen.grab(area)
            place, pressed = pointer.look()
            pixels = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
            frame = av.VideoFrame.from_ndarray(pixels, format="bgra")
            now = time.monotonic()
            while due <= now:
                _encode(container, stream, frame, len(self.shown))
                self.shown.append(Shown(place, pressed, self.caption, self.keys, self.speed))
                due += self.speed / self.fps
            self._over.wait(max(due - time.monotonic(), 0.0))
        container.mux(stream.encode(None))

    # --- the film ---------------------------------------------------------------------------------------------------

    def make(self, path: Path, most: int) -> None:
        """Write the film with all that is drawn on, as fine as fits into so many bytes. After the block."""
        for crf in range(23, 48, 3):
            self._write(path, crf)
            if path.stat().st_size <= most:
                return

    def _write(self, path: Path, crf: int) -> None:
        options = {"movflags": "faststart"}
        with av.open(str(self.raw)) as raw, av.open(str(path), "w", options=options) as container:
            width, height = raw.streams.video[0].width, raw.streams.video[0].height
            stream = _stream(container, self.fps, width, height + STRIP, preset="medium", crf=str(crf))
            stream.codec_context.gop_size = self.fps * 10
            for number, (frame, shown) in enumerate(zip(raw.decode(video=0), self.shown, strict=False)):
                _encode(container, stream, _frame(drawn(_image(frame), shown)), number)
            container.mux(stream.encode(None))

    def still(self, seconds: float) -> Image.Image:
        """One frame of the film, as it will be. After the block."""
        wanted = min(int(seconds * self.fps), len(self.shown) - 1)
        with av.open(str(self.raw)) as raw:
            for number, frame in enumerate(raw.decode(video=0)):
                if number == wanted:
                    return drawn(_image(frame), self.shown[number])
        raise LookupError("the film is shorter")


def _stream(container: Any, fps: int, width: int, height: int, **options: str) -> Any:
    stream = container.add_stream("h264", rate=fps, options=options)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.codec_context.time_base = Fraction(1, fps)
    return stream


def _encode(container: Any, stream: Any, frame: av.VideoFrame, number: int) -> None:
    frame.pts = number
    frame.time_base = stream.codec_context.time_base
    container.mux(stream.encode(frame))


def _image(frame: av.VideoFrame) -> Image.Image:
    return Image.fromarray(frame.to_ndarray(format="rgb24"))


def _frame(picture: Image.Image) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")


def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The editor's own typeface."""
    return ImageFont.truetype(str(FONTS / ("Inter-SemiBold.otf" if bold else "Inter-Regular.otf")), size)


def drawn(screen: Image.Image, shown: Shown) -> Image.Image:
    """The screen with the pointer, above the strip with caption and keys."""
    width, height = screen.size
    picture = Image.new("RGB", (width, height + STRIP), GROUND)
    picture.paste(screen, (0, 0))
    pen = ImageDraw.Draw(picture)
    x, y = shown.pointer
    if shown.pressed:
        pen.ellipse((x - 13, y - 13, x + 13, y + 13), outline=(255, 196, 64), width=3)
    arrow = [(x + across, y + down) for across, down in ARROW]
    pen.polygon(arrow, fill=(255, 255, 255), outline=(0, 0, 0))
    pen.rectangle((0, height, width, height + STRIP), fill=GROUND)
    middle = height + STRIP / 2
    pen.text((24, middle), shown.caption, INK, font(21), "lm")
    right = float(width - 24)
    if shown.speed != 1:
        says = f"{shown.speed:.3g}× as fast"
        pen.text((right, middle), says, DIM, font(17), "rm")
        right -= pen.textlength(says, font(17)) + 20
    if shown.keys:
        wide = pen.textlength(shown.keys, font(19, bold=True)) + 24
        pen.rounded_rectangle((right - wide, middle - 19, right, middle + 19), 8, fill=KEY)
        pen.text((right - wide / 2, middle), shown.keys, INK, font(19, bold=True), "mm")
    return picture
