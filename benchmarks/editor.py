"""The editor's real window, in processes of its own, on an X screen made for it: Xvfb, drawn by the processor.

What a graphics card would do is done by the same two cores here; so the rows that compare rates say in their note what
they are with an OpenGL that draws nothing (Mesa's GALLIUM_NOOP), where that is to be had.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from benchmarks import Result
from tests.gui.harness import NoScreen, open_window, screen
from tests.gui.harness.window import NOT_DRAWN, ROOT, environment

STARTS: Final = 5
ROUNDS: Final = 5
LIMIT: Final = 300.0


class Place:
    """A screen and a home for the editors that are measured."""

    def __init__(self, display: str, home: Path) -> None:
        self.display, self.home = display, home

    def measure(self, *case: str, **variables: str) -> dict[str, Any]:
        """The figures of one case of `_editor_window`."""
        command = [sys.executable, "-m", "benchmarks._editor_window", *case]
        surroundings = environment(self.display, self.home) | variables
        done = subprocess.run(
            command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=LIMIT, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"benchmarks._editor_window {' '.join(case)} failed:\n{done.stderr[-2000:]}")
        figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return figures


def row(name: str, value: float, target: str, unit: str, values: list[float], note: str) -> Result:
    """A line of the table; the spread is lowest to highest."""
    spread = f"{min(values):.3g}..{max(values):.3g}" if values else ""
    return {"name": f"editor.{name}", "value": value, "target": target, "unit": unit, "spread": spread, "note": note}


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def start(place: Place) -> list[Result]:
    """From the process's start until the starter preset is drawn and the mouse is answered."""
    seconds = []
    for number in range(1 + STARTS):
        with open_window(place.display, place.home, "starter") as window:
            if number:  # the first makes Python's caches
                seconds.append(window.ask("ready_at") - window.started)
    value = statistics.median(seconds)
    return [row("start", value, "<= 1.5", "s", seconds, "process start to first interactive frame, starter preset")]


def thread_time(place: Place) -> list[Result]:
    """Processor time of the window's thread for a frame."""
    live, many = place.measure("live"), place.measure("many")
    near, far = statistics.median(live["near"]), statistics.median(live["far"])
    note = f"zoom 0.6 {near:.1f} (p95 {p95(live['near']):.1f}), all in sight {far:.1f} (p95 {p95(live['far']):.1f})"
    every = live["near"] + live["far"]
    moves = {name: statistics.median(values) for name, values in many.items()}
    worst = max(moves, key=lambda name: moves[name])
    moving = [one for values in many.values() for one in values]
    text = ", ".join(f"{name} {value:.1f} (p95 {p95(many[name]):.1f})" for name, value in moves.items())
    return [
        row("frame_100_nodes", max(near, far), "<= 8", "ms", every, f"10 live previews at 30 fps; {note}"),
        row("frame_300_nodes_moving", moves[worst], "<= 16", "ms", moving, text),
    ]


def edit(place: Place) -> list[Result]:
    """From an edit to a changed preview."""
    figures = place.measure("edit")
    pictures, pixels, ms = figures["pictures"], figures["pixels"], statistics.median(figures["ms"])
    there = "frames of a 30 fps source until the preview's new picture is handed to Dear PyGui"
    seen = f"the same until its pixels have changed on the screen, {ms:.0f} ms: textures come a frame or two later"
    return [
        row("edit_to_preview", statistics.median(pictures), "<= 2", "frames", pictures, there),
        row("edit_to_screen", statistics.median(pixels), "<= 2", "frames", pixels, seen),
    ]


def rates(place: Place) -> list[Result]:
    """Frames per second with the editor over those without, measured in turns."""
    free, nothing, camera = [], [], []
    for _ in range(ROUNDS):
        alone = place.measure("headless", "240")["fps"]
        free.append(place.measure("rate", "240")["fps"] / alone)
        nothing.append(place.measure("rate", "240", **NOT_DRAWN)["fps"] / alone)
        camera.append(place.measure("rate", "30")["fps"] / place.measure("headless", "30")["fps"])
    note = "eight filters at 720p behind a source of 30 fps"
    bare = statistics.median(nothing)
    flat = f"the same behind 240 fps, as fast as it can; {bare:.2f} x where OpenGL draws nothing"
    return [
        row("rate_30fps", statistics.median(camera), ">= 0.9", "x headless", camera, note),
        row("rate_flat_out", statistics.median(free), ">= 0.9", "x headless", free, flat),
    ]


def memory(place: Place) -> list[Result]:
    """Resident memory over many edits and documents."""
    figures = place.measure("memory")
    growth = (figures["end"] / figures["start"] - 1) * 100
    note = "MB: {start:.0f}, after 1,000 times add, delete, undo {cycles:.0f}, after 50 presets {end:.0f}"
    return [row("memory_growth", growth, "< 3", "%", [], note.format(**figures))]


def run() -> list[Result]:
    """Every benchmark of the editor; about four minutes. None where no screen can be made."""
    with ExitStack() as stack:
        try:
            display = stack.enter_context(screen())
        except NoScreen as why:
            print(f"editor: left out, {why}")
            return []
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place = Place(display, home)
        return [*start(place), *thread_time(place), *edit(place), *rates(place), *memory(place)]


if __name__ == "__main__":
    for line in run():
        print(line)
