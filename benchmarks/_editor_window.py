"""``python -m benchmarks._editor_window CASE``: a real editor in this process, measured; the figures as JSON.

The screen is DISPLAY's. Times of the window's thread are processor time, which a busy machine does not lengthen.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import mss
import psutil

from benchmarks import _editor_graphs as graphs
from nodegraph.core.preset import Preset
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.edits.nodes import add_node, remove, set_param
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.running import allocator
from nodegraph.editor.views.app import App
from nodegraph.session import Session

SIZE: Final = (1280, 800)
_WARM, _MEASURED = 2.5, 6.0
"""Seconds until a rate is steady and the window is left alone, and in which it is measured."""
Figures = dict[str, Any]


@contextmanager
def window() -> Iterator[App]:
    """An open window on an empty document."""
    with Session() as session:
        editor = Editor(session)
        app = App(editor, *SIZE)
        editor.documents.new()
        app.open()
        try:
            frames(app, 5)
            yield app
        finally:
            app.close()
            editor.close()
    if app.mistakes:
        raise RuntimeError(app.mistakes[0])


def frames(app: App, count: int, pace: float = 0.0, each: Callable[[int], object] = lambda number: None) -> list[float]:
    """Draw frames, `pace` seconds each at least; milliseconds of processor time that each took on this thread."""
    taken = []
    for number in range(count):
        end = time.perf_counter() + pace
        each(number)
        began = time.thread_time()
        app.frame()
        taken.append((time.thread_time() - began) * 1e3)
        time.sleep(max(0.0, end - time.perf_counter()))
    return taken


def until(app: App, is_true: Callable[[], object], seconds: float = 20.0) -> None:
    """Draw frames until something is true. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            raise TimeoutError("The editor did not come to what was to be measured.")
        frames(app, 1, 1 / 60)


def live() -> Figures:
    """100 nodes, 10 previews at 30 fps: near, with the ten in sight, and far away, with all that fit."""
    with window() as app:
        app.editor.load(graphs.hundred())
        app.editor.player.play()
        camera = app.editor.canvas.camera
        camera.zoom = 0.6
        camera.look_at((5.0 * graphs.STEP[0], 4.5 * graphs.STEP[1]))
        until(app, lambda: app.editor.player.latest("live9", "image") is not None)
        frames(app, 30, 1 / 30)
        near = frames(app, 150, 1 / 30)
        app.editor.canvas.fit_all()
        frames(app, 30, 1 / 30)
        far = frames(app, 150, 1 / 30)
        app.editor.player.stop()
        frames(app, 60, 1 / 30)
        quiet = frames(app, 60, 1 / 30)
    return {"near": near, "far": far, "quiet": quiet}


def many() -> Figures:
    """300 nodes: the camera moves, and zooms out and in, in every frame."""
    with window() as app:
        app.editor.load(graphs.many())
        camera = app.editor.canvas.camera
        frames(app, 5)
        camera.zoom = 0.25
        pan_far = frames(app, 90, each=lambda number: camera.pan(7 if number < 45 else -7, 3))
        camera.zoom = 0.8
        camera.look_at((2600.0, 2200.0))
        pan_near = frames(app, 90, each=lambda number: camera.pan(11 if number < 45 else -11, 5))
        camera.zoom = 2.0
        middle = (camera.width / 2, camera.height / 2)
        out = frames(app, 60, each=lambda _: camera.zoom_at(middle, camera.zoom * 0.965))
        into = frames(app, 60, each=lambda _: camera.zoom_at(middle, camera.zoom / 0.965))
    return {"pan far": pan_far, "pan near": pan_near, "zoom": out + into}


def edit() -> Figures:
    """How many frames the engine makes between an edit and the changed preview: as its picture, and on the screen."""
    with window() as app, mss.MSS() as screen:
        editor = app.editor
        editor.load(graphs.still())
        editor.player.play()
        until(app, lambda: editor.player.latest("bright", "image") is not None)
        frames(app, 30, 1 / 60)
        ground = float(editor.player.latest("bars", "image").mean() / 255)
        look, pictures, pixels, seconds = _preview(app, "bright"), [], [], []
        for number in range(30):
            frames(app, 8 + number % 3, 1 / 60)  # so that edits fall anywhere between two frames of the engine
            before, document = _pixels(screen, look), editor.workspace.document
            value = 35.0 if number % 2 else -35.0
            made, began = _made(editor), time.perf_counter()
            editor.workspace.do("Set brightness", set_param(document, "bright", "brightness", value))
            until(app, partial(_moved, app, ground, value), 5.0)
            pictures.append(_made(editor) - made)
            until(app, partial(_differs, screen, look, before), 5.0)
            pixels.append(_made(editor) - made)
            seconds.append(time.perf_counter() - began)
    return {"pictures": pictures, "pixels": pixels, "ms": [one * 1e3 for one in seconds]}


def _moved(app: App, ground: float, value: float) -> bool:
    """Whether the newest picture for the node is brighter (or darker) than the ground, as `value` says."""
    pixels = app.canvas.nodes.pixels("bright")
    return pixels is not None and (float(pixels.mean()) - ground) * value > 1.0


def _differs(screen: Any, look: Any, before: bytes) -> bool:
    return bool(_pixels(screen, look) != before)


def _preview(app: App, node: str) -> dict[str, int]:
    """A few pixels of a node's picture, in the terms of mss."""
    import dearpygui.dearpygui as dpg

    canvas = app.editor.canvas
    left, top, right, _ = canvas.scene.rect(node)
    shown = canvas.scene.boxes[node].shown
    if shown is None:
        raise RuntimeError(f"{node} shows nothing")
    x, y = canvas.camera.to_screen(((left + right) / 2, top + shown.y + shown.height / 2))
    at = dpg.get_item_rect_min(app.canvas.surface)
    return {"left": round(at[0] + x) - 8, "top": round(at[1] + y) - 8, "width": 16, "height": 16}


def _pixels(screen: Any, area: dict[str, int]) -> bytes:
    found: bytes = screen.grab(area).rgb
    return found


def _made(editor: Editor) -> int:
    """Frames that the engine has made."""
    run = editor.player._going.run
    return run.stats().frames_in if run is not None else 0


def memory() -> Figures:
    """Resident megabytes before and after 1,000 times add, delete and undo, and 50 other presets.

    What a run leaves sways with what its threads held at its end, so before and after are medians over some more.
    """
    names = ("kaleidoscope", "comic", "melt", "starter", "moving-colour")
    with window() as app:
        switch, cycle = _switching(app, names), _cycling(app)
        switch(50)
        cycle(60)
        start = _usual(app, switch)
        cycle(1000)
        middle = _usual(app, switch)
        switch(50)
        end = _usual(app, switch)
    return {"start": start, "cycles": middle, "end": end}


def _usual(app: App, switch: Callable[[int], None]) -> float:
    """The median of the resident megabytes after five presets each."""
    found = []
    for _ in range(5):
        switch(5)
        found.append(_resident(app))
    return statistics.median(found)


def _switching(app: App, names: tuple[str, ...]) -> Callable[[int], None]:
    def switch(count: int) -> None:
        for number in range(count):
            app.editor.documents.open(names[number % len(names)])
            frames(app, 12, 1 / 60)
        app.editor.player.stop()
        frames(app, 20, 1 / 60)

    return switch


def _cycling(app: App) -> Callable[[int], None]:
    space = app.editor.workspace
    found = app.editor.session.registry.find("filter.hue_saturation")
    if found is None:
        raise RuntimeError("There is no hue and saturation.")

    def cycle(count: int) -> None:
        for number in range(count):
            document, id = add_node(space.document, found.spec, (number % 20 * 30.0, number % 7 * 40.0))
            space.do("Add", document, select=[Item("node", id)])
            frames(app, 1)
            space.do("Delete", remove(space.document, [Item("node", id)]))
            space.undo()
            frames(app, 1)
            space.undo()
        frames(app, 5)

    return cycle


def _resident(app: App) -> float:
    """Megabytes; the document is emptied first, with its history."""
    app.editor.load(Preset())
    frames(app, 30, 1 / 60)
    return float(psutil.Process().memory_info().rss / 2**20)


def rate(fps: str) -> Figures:
    """Frames per second that come out of eight filters at 720p while the editor shows them, at its own pace."""
    with window() as app:
        app.editor.load(graphs.eight(float(fps)))
        app.editor.player.play()
        until(app, lambda: app.editor.player.latest("out") is not None)
        run = app.editor.player._going.run
        if run is None:
            raise RuntimeError("The graph does not run.")
        moments: list[tuple[float, int]] = []

        def look() -> None:
            moments.append((time.perf_counter(), run.stats().frames_out))
            app.editor.quitting = moments[-1][0] > moments[0][0] + _WARM + _MEASURED

        app.run(look)
        return {"fps": _rate(moments)}


def headless(fps: str) -> Figures:
    """The same without an editor, and with the memory handed out as the editor has it."""
    allocator.settle()
    moments: list[tuple[float, int]] = []
    with Session() as session, session.run(graphs.eight(float(fps)).graph, "live") as run:
        while not moments or moments[-1][0] < moments[0][0] + _WARM + _MEASURED:
            time.sleep(0.05)
            moments.append((time.perf_counter(), run.stats().frames_out))
    return {"fps": _rate(moments)}


def _rate(moments: list[tuple[float, int]]) -> float:
    """Frames per second, of moments and how many frames there were, after a while to come up to speed."""
    begun = next(one for one in moments if one[0] > moments[0][0] + _WARM)
    return (moments[-1][1] - begun[1]) / (moments[-1][0] - begun[0])


CASES: Final[dict[str, Callable[..., Figures]]] = {
    "live": live,
    "many": many,
    "edit": edit,
    "memory": memory,
    "rate": rate,
    "headless": headless,
}

if __name__ == "__main__":
    print(json.dumps(CASES[sys.argv[1]](*sys.argv[2:])))
