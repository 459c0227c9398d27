"""Figures of a run in a few words: for the status bar, for a node's footer, for tooltips."""

from typing import Final

from nodegraph.editor.state.running.player import PlayState
from nodegraph.editor.state.running.render import Render
from nodegraph.editor.state.running.sampling import Sample
from nodegraph.editor.state.running.shows import NodeShow

STATES: Final[dict[PlayState, str]] = {
    "stopped": "Stopped",
    "starting": "Starting",
    "running": "Running",
    "paused": "Paused",
    "ended": "Ended",
    "failed": "Failed",
}
COLORS: Final[dict[PlayState, str]] = {
    "stopped": "dim",
    "starting": "warning",
    "running": "good",
    "paused": "warning",
    "ended": "dim",
    "failed": "error",
}
"""The colour of each state, by its use in a theme."""


def milliseconds(value: float) -> str:
    """``0.42 ms``, ``12 ms``, ``1.3 s``; "" for nothing."""
    if value <= 0:
        return ""
    if value < 0.01:
        return "<0.01 ms"
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.2f} ms" if value < 1 else f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"


def rate(value: float) -> str:
    """``30/s``, ``0.7/s``; "" for nothing."""
    if value <= 0:
        return ""
    return f"{value:.0f}/s" if value >= 9.5 else f"{value:.1f}/s"


def footer(show: NodeShow) -> str:
    """What stands at the foot of a node: milliseconds and rate, or that it waits."""
    if show.state == "waiting":
        return show.message or "waiting"
    if show.state in ("bypassed", "muted"):
        return ""
    return " · ".join(part for part in (milliseconds(show.ms), rate(show.rate)) if part)


def fps(sample: Sample) -> str:
    """``29.8 fps``; "" while nothing runs."""
    return f"{sample.fps:.1f} fps" if sample.fps > 0 else ""


def age(sample: Sample) -> str:
    """How old the picture is when it is seen, and the oldest result in it when that is much older."""
    if sample.fps <= 0 or sample.result_age_ms <= 0:
        return ""
    if sample.age_ms <= 0:
        return f"results {milliseconds(sample.result_age_ms)} old"
    text = f"age {milliseconds(sample.age_ms)}"
    if sample.result_age_ms > sample.age_ms + 5:
        text += f" (results {milliseconds(sample.result_age_ms)})"
    return text


def dropped(sample: Sample) -> str:
    """How many frames were dropped, and whether it goes on."""
    if not sample.dropped:
        return ""
    return f"{sample.dropped:,} dropped" + (f" (+{sample.late})" if sample.late else "")


def memory(sample: Sample) -> str:
    """``412 MB``, ``1.2 GB``."""
    return f"{sample.memory / 1000:.1f} GB" if sample.memory >= 1000 else f"{sample.memory:.0f} MB"


def progress(render: Render) -> str:
    """How far a render is: ``120 of 300 · 41 fps · 5 s left``."""
    if render.state == "queued":
        return "waiting"
    if render.state == "starting":
        return "starting"
    parts = [f"{render.done:,} of {render.total:,}" if render.total else f"{render.done:,} frames"]
    if render.fps > 0:
        parts.append(f"{render.fps:.0f} fps" if render.fps >= 10 else f"{render.fps:.1f} fps")
    if render.eta is not None:
        parts.append(f"{duration(render.eta)} left")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """``8 s``, ``2 min 5 s``, ``1 h 20 min``."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
