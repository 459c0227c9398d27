"""Record two minutes of work in the real window: ``make session`` writes docs/images/session.mp4 and a still of it.

A graph is built from nothing by mouse and keyboard, changed while it runs, its model's container is killed, and it is
saved and rendered. Waits for what the program does are filmed faster, the kill slower, and the film says so; nothing is
cut. It takes two minutes on a machine that is not busy; SESSION_PACE=2 acts and films at half speed where one is.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from nodegraph.runtime.engines import labels
from scripts.screen_film import Film
from tests.gui.harness import Window, open_window, screen
from tests.gui.harness.hands import beside, choice

ROOT: Final = Path(__file__).resolve().parent.parent
TARGET: Final = ROOT / "docs" / "images"
SIZE: Final = (1280, 720)
MAX_BYTES: Final = 6_000_000
HURRY: Final = 8.0
"""How much faster waits are filmed."""
SLOW: Final = 0.5
"""And what is over in a moment."""
ASIDE: Final = "world(560, 640)"
"""Where the pointer explains nothing."""
Spot = tuple[float, float]


@dataclass
class Actor:
    """Hands that an eye can follow. pace: how much slower than a person the machine makes everything."""

    window: Window
    film: Film
    pace: float = 1.0

    def say(self, caption: str, seconds: float = 0.0) -> None:
        """Show a caption, and leave time to read it."""
        self.film.caption = caption
        self.rest(seconds)

    def rest(self, seconds: float) -> None:
        """For the eye."""
        time.sleep(seconds * self.pace)

    def until(self, code: str, seconds: float = 120.0) -> None:
        """Wait for the program; what takes more than a moment is filmed faster."""
        with contextlib.suppress(AssertionError):
            self.window.until(f"bool({code})", 1.5 * self.pace)
            return
        with self.at_speed(HURRY):
            self.window.until(f"bool({code})", seconds)

    @contextmanager
    def at_speed(self, speed: float) -> Iterator[None]:
        """Film this part faster, or slower."""
        self.film.speed = speed * self.pace
        try:
            yield
        finally:
            self.film.speed = self.pace

    # --- mouse ------------------------------------------------------------------------------------------------------

    def glide(self, spot: Spot | str, steps: int = 16) -> Spot:
        """Move the pointer there in half a second; where that is."""
        end = self.window.at(spot) if isinstance(spot, str) else spot
        (x, y), _ = self.film.pointer.look()
        words: list[object] = []
        for step in range(1, steps + 1):
            share = step / steps
            share = share * share * (3 - 2 * share)
            words += ["mousemove", round(x + (end[0] - x) * share), round(y + (end[1] - y) * share)]
            words += ["sleep", f"{0.03 * self.pace:.3f}"]
        self.window.xdotool(*words)
        self.window.frames(2)
        return end

    def click(self, spot: Spot | str) -> None:
        """Go there and click."""
        self.glide(spot)
        self.window.press()
        self.window.release()

    def drag(self, start: Spot | str, end: Spot | str) -> None:
        """Press at the start, go to the end, let go."""
        self.glide(start)
        self.window.press()
        self.glide(end)
        self.rest(0.2)
        self.window.release()

    # --- keyboard ---------------------------------------------------------------------------------------------------

    def key(self, key: str, shown: str = "") -> None:
        """Press a key, which the film names."""
        self.film.keys = shown or key
        self.rest(0.25)
        self.window.key(key)
        self.rest(0.45)
        self.film.keys = ""

    def type(self, text: str) -> None:
        """Type so that it can be read."""
        self.window.xdotool("type", "--delay", round(70 * self.pace), text)
        self.window.frames(len(text) + 4)

    def search(self, words: str) -> str:
        """Type into the palette that is open and take the first; the new node's id."""
        self.window.until("editor.palette.is_open", 20)
        self.window.frames(2)
        self.type(words)
        self.window.until(f"editor.palette.query == {words!r}", 20)
        self.rest(0.9)
        self.key("Return", "Enter")
        (id,) = self.window.until("editor.workspace.selected_nodes", 20)
        return str(id)


# --- the session ----------------------------------------------------------------------------------------------------


def clip(actor: Actor) -> str:
    """A clip that plays."""
    actor.say("An empty document. Tab, a few letters, Enter: a video clip.", 1.5)
    actor.glide("world(110, 180)")
    actor.key("Tab")
    node = actor.search("video file")
    actor.click(beside(actor.window, "Path"))
    actor.key("ctrl+a", "Ctrl+A")
    actor.type("asset:sample.mp4")
    actor.key("Return", "Enter")
    actor.until(f"editor.player.latest({node!r}, 'image') is not None")
    actor.say("It plays at once: what is there runs, and every node shows its result.", 2)
    return node


def model(actor: Actor, source: str, place: int) -> str:
    """A model that gets the clip's pictures, in its container."""
    actor.say("A wire dropped on the canvas lists what fits. This is a model that finds people.")
    actor.drag(f"pin({source!r}, 'image', 'out')", "world(240, 430)")
    node = actor.search("people")
    accept(actor, "Its licence, and what it can reach, are shown before it runs.")
    actor.until(f"editor.player.latest({node!r}, 'detections') is not None", 300)
    if place:
        actor.say("It runs as a program here. A container keeps it from files and network; a choice moves it there.", 1)
        actor.glide(beside(actor.window, "Runs as"))
        choice(actor.window, "Runs as", place)
        actor.until("'container' in editor.models.show('people').text and editor.models.show('people').ready", 300)
        actor.rest(1)
    return node


def accept(actor: Actor, caption: str) -> None:
    """Read the licence sheet and accept it."""
    actor.until("places.shows('Accept and run')")
    actor.say(caption, 2.5)
    actor.click("button('Accept and run')")


def output(actor: Actor, source: str, people: str) -> tuple[str, str]:
    """Boxes over the clip, and a place to look at them."""
    actor.say("Its detections go to a node that draws them over the clip.")
    actor.drag(f"pin({people!r}, 'detections', 'out')", "world(500, 110)")
    boxes = actor.search("draw det")
    actor.drag(f"pin({source!r}, 'image', 'out')", f"pin({boxes!r}, 'image', 'in')")
    actor.until(f"editor.player.latest({boxes!r}, 'image') is not None")
    actor.glide(ASIDE)
    actor.rest(1)
    actor.drag(f"pin({boxes!r}, 'image', 'out')", "world(900, 110)")
    view = actor.search("preview")
    actor.glide(ASIDE)
    actor.until(f"editor.player.latest({view!r}) is not None")
    actor.say("Clip, model, overlay, output: it runs.", 2)
    return boxes, view


def edit(actor: Actor, boxes: str, view: str) -> None:
    """Changes while it runs."""
    actor.say("Editing never stops the picture. Drag a parameter on the node …")
    actor.drag(f"row({boxes!r}, 'fill', 0.1)", f"row({boxes!r}, 'fill', 0.6)")
    actor.rest(1)
    actor.say("… put a node into a wire …")
    actor.glide("world(790, 400)")
    actor.key("Tab")
    mirrors = actor.search("kaleid")
    actor.drag(f"title({mirrors!r})", f"wire({boxes!r}, 'image', {view!r}, 'image', 0.4)")
    actor.window.until(f"any(str(wire).startswith('{mirrors}.image') for wire in document().graph.wires)", 20)
    actor.glide(ASIDE)
    actor.rest(2)
    actor.say("… leave it out (bypass) …")
    actor.key("ctrl+b", "Ctrl+B")
    actor.rest(1.5)
    actor.say("… and undo, step by step, as far as you like.")
    for _ in range(3):
        actor.key("ctrl+z", "Ctrl+Z")
    actor.rest(1.5)


def break_it(actor: Actor, people: str, container: str) -> None:
    """Kill the model; the graph lives on, and the model comes back."""
    actor.click(f"title({people!r})")
    actor.glide(ASIDE)
    actor.say(
        f"Now from outside: {'docker kill' if container else 'kill -9, as there is no Docker here,'} on the model.", 2.5
    )
    with actor.at_speed(SLOW):
        kill(actor.window, container)
        actor.window.until(f"editor.player.node({people!r}).message", 60)
        actor.say("The model is gone, and its node says so. The picture goes on, with the last boxes.")
        actor.window.until(f"not editor.player.node({people!r}).message", 300)
        actor.rest(0.5)
    actor.say("It was started again by itself. Nothing else had to stop.", 3)


def render(actor: Actor) -> None:
    """Every frame of the same graph into a file."""
    actor.say("Render to file makes every frame of the same graph, while the live picture goes on.")
    actor.key("ctrl+shift+r", "Ctrl+Shift+R")
    actor.until("type(editor.dialogs.current).__name__ == 'RenderDialog' and not editor.dialogs.current.counting")
    actor.rest(1.5)
    actor.click("button('Render')")
    actor.glide(ASIDE)
    actor.rest(2.5)
    actor.until("editor.renders.current is None", 600)
    actor.say("Done. `nodegraph run evening.json` does the same without a window.", 4)


def save(actor: Actor) -> None:
    """Save under a name."""
    actor.say("Save: it becomes one JSON file.")
    actor.key("ctrl+s", "Ctrl+S")
    actor.until("editor.dialogs.current")
    actor.window.frames(6)
    actor.window.key("ctrl+a")
    actor.type("evening.json")
    actor.rest(0.8)
    actor.key("Return", "Enter")
    actor.until("not editor.workspace.dirty")
    actor.rest(1)


def kill(window: Window, container: str) -> None:
    """End the model's server as a crash would."""
    if container:
        subprocess.run(["docker", "kill", container_of(window)], check=True, stdout=subprocess.DEVNULL)
        return
    for child in psutil.Process(window.process.pid).children(recursive=True):
        if "server.py" in child.cmdline():
            child.kill()


def container_of(window: Window) -> str:
    """The container this editor has started."""
    form = f'{{{{.ID}}}} {{{{.Label "{labels.PROGRAM}"}}}}'
    command = ["docker", "ps", "--filter", f"label={labels.ENTRY}=people", "--format", form]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    (found,) = [line.split()[0] for line in listed if line.split()[1].startswith(f"{window.process.pid}:")]
    return found


def has_docker() -> bool:
    """Whether an engine answers and has, or can make, the model's image."""
    if not os.environ.get("DOCKER_HOST"):
        return False
    build = [sys.executable, "-m", "nodegraph", "models", "build", "people"]
    return subprocess.run(build, cwd=ROOT, capture_output=True).returncode == 0


def play(actor: Actor, docker: bool) -> float:
    """The whole session; when in the film the still is."""
    window = actor.window
    folder = window.home / "evening"
    folder.mkdir()
    window.ask(f"__import__('os').chdir({str(folder)!r})")
    panels = {"left_shown": False, "bottom_shown": False, "right": 292.0}
    window.ask(f"(editor.settings.panels.update({panels!r}), setattr(editor.settings, 'minimap', False))")
    window.frames(3)
    window.ask("[setattr(editor.canvas.camera, name, value) for name, value in dict(zoom=0.88, x=-16, y=-16).items()]")
    window.frames(3)
    source = clip(actor)
    people = model(actor, source, 2 if docker else 0)
    boxes, view = output(actor, source, people)
    still = actor.film.seconds - 1
    edit(actor, boxes, view)
    break_it(actor, people, "people" if docker else "")
    save(actor)
    render(actor)
    return still


def main() -> None:
    """Write session.mp4 and session.jpg."""
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            raise SystemExit(f"no {program} (Debian: apt-get install {program.lower()})")
    docker, pace = has_docker(), float(os.environ.get("SESSION_PACE", "1"))
    with tempfile.TemporaryDirectory(prefix="session-") as folder, screen(*SIZE) as display:
        home = Path(folder) / "home"
        with open_window(display, home, size=SIZE) as window, Film(display, Path(folder) / "raw.mp4") as film:
            film.speed = pace
            still = play(Actor(window, film, pace), docker)
        film.make(TARGET / "session.mp4", MAX_BYTES)
        film.still(still).save(TARGET / "session.jpg", quality=85)
        print(f"wrote docs/images/session.mp4: {film.seconds:.0f} s, {(TARGET / 'session.mp4').stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
