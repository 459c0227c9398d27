"""Record the two-minute session of the documents from the real window: ``make session``.

Mouse and keyboard build clip → model → overlay → output on an X screen, change it while it runs, kill the model's
container (its process, where no Docker engine answers), show that the picture goes on, and render a file.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.session_film import Camera, Caption, make, still  # noqa: E402
from tests.gui.harness import Window, open_window, screen  # noqa: E402
from tests.gui.harness.hands import beside, choice, number, text  # noqa: E402
from tests.gui.harness.window import Spot  # noqa: E402

SIZE: Final = (1280, 800)
LONGEST: Final = 120.0
OUTPUT: Final = ROOT / "docs" / "images" / "session.mp4"


class Actor(Window):
    """Moves and types so that one can follow, and says what it does."""

    def __init__(self, *arguments: object, **named: object) -> None:
        self.captions: list[Caption] = []
        self._at: Spot = (SIZE[0] / 2, SIZE[1] / 2)
        super().__init__(*arguments, **named)  # type: ignore[arg-type]

    def say(self, words: str, seconds: float = 1.2) -> None:
        """Put a line below the picture, and give time to read it."""
        self.captions.append(Caption(time.time(), words))
        self.rest(seconds)

    def rest(self, seconds: float) -> None:
        """Let the viewer look."""
        self.request("until", code=f"time.monotonic() > {time.monotonic() + seconds}", seconds=seconds + 10)

    def move(self, spot: Spot | str, frames: int = 2) -> None:
        """Glide there."""
        to = self.at(spot) if isinstance(spot, str) else spot
        steps = 2 + int(max(abs(to[0] - self._at[0]), abs(to[1] - self._at[1])) / 60)
        start = self._at
        for step in range(1, steps + 1):
            share = step / steps
            share = share * share * (3 - 2 * share)
            super().move((start[0] + (to[0] - start[0]) * share, start[1] + (to[1] - start[1]) * share), 1)
        self._at = to
        self.frames(frames)

    def type(self, text: str) -> None:
        """Type as a person does."""
        for letter in text:
            self.xdotool("type", "--delay", 0, letter)
            self.frames(3)


def search(window: Actor, words: str) -> str:
    """In the open palette: type, look, Enter; the new node's id."""
    window.until("editor.palette.is_open", 5)
    window.frames(2)
    window.type(words)
    window.rest(0.4)
    window.key("Return")
    (id,) = window.until("editor.workspace.selected_nodes", 5)
    window.rest(0.3)
    return str(id)


def perform(window: Actor) -> None:
    """The session."""
    window.say("An empty canvas. Tab searches for a node.", 2.0)
    window.wheel("canvas(0.1, 0.3)", -3)
    window.key("Tab")
    clip = search(window, "video file")
    window.say("The inspector sets its file; the clip plays at once.")
    text(window, "Path", "asset:sample.mp4")
    window.until(f"editor.player.latest({clip!r}, 'image') is not None", 30)
    window.rest(2.0)
    model = add_model(window, clip)
    blend = overlay(window, clip, model)
    output(window, blend)
    change(window, blend, model)
    kill(window, model, blend)
    render(window)


def add_model(window: Actor, clip: str) -> str:
    """A wire dropped on the canvas offers what fits; the model's licence is shown before its first use."""
    window.say("A wire dropped on the canvas offers what fits: here a model.")
    window.drag(f"pin({clip!r}, 'image')", "canvas(0.42, 0.62)", steps=1)
    model = search(window, "line art")
    window.until("editor.dialogs.current", 10)
    window.say("Its licence and what it may do are shown before its first use.", 2.5)
    window.click("button('Accept and run')")
    window.say("The model starts in the background, and the picture goes on.")
    window.until(f"editor.player.latest({model!r}, 'image') is not None", 120)
    choice(window, "Method", 0)
    number(window, "Thickness", "2")
    window.click(beside(window, "Invert"))
    window.rest(1.5)
    return model


def overlay(window: Actor, clip: str, model: str) -> str:
    """A blend of the clip and the model's lines."""
    window.say("Overlay: the clip and the model's lines, blended.")
    window.drag(f"pin({clip!r}, 'image')", "canvas(0.68, 0.16)", steps=1)
    blend = search(window, "blend")
    window.drag(f"pin({model!r}, 'image', 'out')", f"pin({blend!r}, 'layer')", steps=1)
    window.rest(0.5)
    choice(window, "Mode", 4)
    window.rest(2.0)
    return blend


def output(window: Actor, blend: str) -> None:
    """A video file at the end; it is written when it is rendered."""
    window.say("Output: a video file, written when it is rendered.")
    window.drag(f"pin({blend!r}, 'image', 'out')", "canvas(0.72, 0.66)", steps=1)
    search(window, "video file out")
    text(window, "Path", "out/session.mp4")
    window.key("Home")
    window.rest(2.0)


def change(window: Actor, blend: str, model: str) -> None:
    """Edits while it runs."""
    window.say("Everything can be changed while it runs.")
    window.click(f"title({model!r})")
    x, y = beside(window, "Strength")
    window.drag((x, y), (x + 45, y), steps=3)
    window.rest(0.8)
    window.say("A node dropped on a wire is inserted, and undo takes it back.")
    window.move("canvas(0.25, 0.9)")
    window.key("Tab")
    glow = search(window, "glow")
    rect = window.ask(f"editor.canvas.scene.rect({glow!r})")
    wire = next(one for one in window.wires() if one.startswith(f"{model}.image"))
    (source, name), (target, input) = (end.split(".") for end in wire.split(" -> "))
    x, y = window.at(f"title({glow!r})")
    middle = window.at(f"world({(rect[0] + rect[2]) / 2}, {(rect[1] + rect[3]) / 2})")
    goal = window.at(f"wire({source!r}, {name!r}, {target!r}, {input!r})")
    window.drag((x, y), (x + goal[0] - middle[0], y + goal[1] - middle[1]), steps=2)
    window.rest(2.5)
    window.key("ctrl+z", "ctrl+z")
    window.rest(1.0)


def kill(window: Actor, model: str, blend: str) -> None:
    """The model dies; the picture does not."""
    window.click(f"title({model!r})")
    what = kill_model(window, model)
    window.say(f"{what} The model's node says so; the picture goes on.", 3.0)
    made = f"editor.player._going.run.nodes[{model!r}].meter.runs"
    before = window.ask(made)
    window.until(f"{made} > {before} + 15", 120)
    window.say("The model was started again, and its lines are back.", 3.0)


def kill_model(window: Actor, model: str) -> str:
    """Kill the container, or the process, that runs the model; what was done, as a sentence."""
    named = ["docker", "ps", "--quiet", "--filter", "label=nodegraph", "--no-trunc"]
    if os.environ.get("DOCKER_HOST"):
        found = subprocess.run(named, capture_output=True, text=True, check=False).stdout.split()
        if found:
            subprocess.run(["docker", "kill", *found], capture_output=True, check=True)
            return "The model's container is killed."
    children = psutil.Process(window.process.pid).children(recursive=True)
    for server in [one for one in children if "server.py" in " ".join(one.cmdline())]:
        server.kill()
    return "The model's process is killed."


def render(window: Actor) -> None:
    """Every frame of the same graph to a file, while the window lives on."""
    window.say("Rendering makes every frame of the same graph, into a file.")
    window.click("button('render')")
    window.until("editor.dialogs.current", 5)
    window.rest(1.5)
    window.click("button('Render')")
    window.rest(4.0)
    window.until("editor.renders.jobs and all(job.over for job in editor.renders.jobs)", 240)
    window.say("Done: the file is there, and the window never stopped.", 3.0)


def main() -> None:
    """Record, and write docs/images/session.mp4 with a picture of it."""
    parser = argparse.ArgumentParser(description="Record the session of the documents.")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--crf", type=int, default=29, help="higher is smaller")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, screen(*SIZE) as display:
        raw = Path(folder) / "raw.mkv"
        with open_window(display, Path(folder) / "home", size=SIZE, kind=Actor) as window:
            assert isinstance(window, Actor)
            camera = Camera(display, SIZE, raw)
            camera.start()
            try:
                perform(window)
            finally:
                camera.stop()
            window.ask("setattr(editor, 'quitting', True)")
            window.process.wait(30)
        faster = make(raw, window.captions, arguments.output, LONGEST, arguments.crf)
    still(arguments.output, 70.0, arguments.output.with_suffix(".jpg"))
    print(f"wrote {arguments.output}, {arguments.output.stat().st_size / 1e6:.1f} MB, {faster:.2f} times as fast")


if __name__ == "__main__":
    main()
