"""The video codecs on offer: which encoder, which containers, and what quality and speed mean for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from nodegraph.sdk import NodeError

CodecName = Literal["auto", "h264", "h265", "vp9", "prores", "ffv1"]
Effort = Literal["fast", "balanced", "small"]

VIDEO_SUFFIXES = (".mp4", ".mov", ".mkv", ".webm")
_AUTO: Mapping[str, CodecName] = {".mp4": "h264", ".mov": "h264", ".mkv": "h264", ".webm": "vp9"}


@dataclass(frozen=True)
class Codec:
    """An encoder as PyAV knows it; `alpha_format` is None when it keeps no transparency."""

    name: str
    encoder: str
    suffixes: tuple[str, ...]
    options: Callable[[float, Effort], dict[str, str]]
    pixel_format: str = "yuv420p"
    alpha_format: str | None = None
    tag: str = ""


def _crf(worst: float, best: float, quality: float) -> str:
    return str(round(worst + (best - worst) * quality / 100))


def _h264(quality: float, effort: Effort) -> dict[str, str]:
    preset = {"fast": "ultrafast", "balanced": "veryfast", "small": "medium"}[effort]
    return {"crf": _crf(45, 10, quality), "preset": preset}


def _h265(quality: float, effort: Effort) -> dict[str, str]:
    preset = {"fast": "ultrafast", "balanced": "superfast", "small": "medium"}[effort]
    return {"crf": _crf(48, 12, quality), "preset": preset, "x265-params": "log-level=none"}


def _vp9(quality: float, effort: Effort) -> dict[str, str]:
    deadline, cpu = {"fast": ("realtime", "8"), "balanced": ("realtime", "6"), "small": ("good", "2")}[effort]
    return {"crf": _crf(60, 12, quality), "b": "0", "deadline": deadline, "cpu-used": cpu, "row-mt": "1"}


def _prores(quality: float, effort: Effort) -> dict[str, str]:
    del effort  # the encoder has one speed
    return {"profile": str(min(3, int(quality // 25))), "vendor": "apl0"}


def _ffv1(quality: float, effort: Effort) -> dict[str, str]:
    del quality, effort  # lossless
    return {"level": "3", "slices": "4", "slicecrc": "1"}


CODECS: Mapping[str, Codec] = {
    "h264": Codec("H.264", "libx264", (".mp4", ".mov", ".mkv"), _h264),
    "h265": Codec("H.265", "libx265", (".mp4", ".mov", ".mkv"), _h265, tag="hvc1"),
    "vp9": Codec("VP9", "libvpx-vp9", (".webm", ".mp4", ".mkv"), _vp9),
    "prores": Codec("ProRes", "prores_ks", (".mov", ".mkv"), _prores, "yuv422p10le", "yuva444p10le"),
    "ffv1": Codec("FFV1", "ffv1", (".mkv",), _ffv1, "bgr0", "bgra"),
}


def codec_for(name: CodecName, suffix: str) -> Codec:
    """The codec called `name` (or the usual one for `suffix`). Raises NodeError when the container cannot hold it."""
    codec = CODECS[_AUTO[suffix] if name == "auto" else name]
    if suffix not in codec.suffixes:
        raise NodeError(f"A {suffix} file cannot hold {codec.name}.", f"Use {', '.join(codec.suffixes)}.")
    return codec
