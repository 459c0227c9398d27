"""The editor's pictures in docs/images, taken from the running program; ``python -m scripts.editor_shots [NAME ...]``.

One window on an X screen and with a home of its own, driven by mouse and keyboard as in tests/gui. Panels and camera
are set, so that every picture shows its part in a size that can be read.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from PIL import Image

from tests.gui.harness import Window, open_window, screen
from tests.gui.harness.hands import select, text

TARGET: Final = Path(__file__).resolve().parent.parent / "docs" / "images"
MAX_BYTES: Final = 250_000
AWAY: Final = "canvas(0.5, 0.02)"
"""Where the pointer explains nothing."""
Rect = tuple[float, float, float, float]


def show(window: Window, view: Rect, *, left: float = 0, right: bool = False, bottom: float = 0) -> None:
    """Panels of these sizes (0: hidden), and this part of the world."""
    panels = {"left_shown": left > 0, "right_shown": right, "bottom_shown": bottom > 0}
    sizes = {name: float(size) for name, size in {"left": left, "bottom": bottom}.items() if size}
    window.ask(f"editor.settings.panels.update({panels | sizes | {'right': 292.0}!r})")
    window.frames(3)
    window.ask(f"editor.canvas.camera.fit({view!r}, 20)")
    window.frames(3)


def nothing_selected(window: Window) -> None:
    """Click on the empty canvas and stay there."""
    window.key("Escape")
    window.click(AWAY)
    window.until("not editor.workspace.selected_nodes", 10)


def begin(window: Window) -> None:
    """Run the starter preset: read the licence, accept it, wait for the last node's picture."""
    window.key("ctrl+Return")
    window.until("places.shows('Accept and run')")
    window.frames(6)
    window.click("button('Accept and run')")
    window.until("editor.player.latest('vignette', 'image') is not None", 120)
    window.ask("editor.notices.dismiss()")


def editor(window: Window) -> None:
    """The whole window, with the model selected."""
    show(window, (0, 0, 1128, 860), left=208, right=True)
    window.click("button('Filter  (94)')")
    select(window, "lines")
    window.move(AWAY)
    window.until("editor.player.node('lines').rate > 0", 60)
    window.frames(10)


def palette(window: Window) -> None:
    """A wire that was dropped on the empty canvas."""
    show(window, (0, 0, 900, 640))
    nothing_selected(window)
    window.drag("pin('night', 'image', 'out')", "canvas(0.55, 0.1)")
    window.until("editor.palette.is_open", 10)
    window.type("gl")
    window.frames(6)


def models(window: Window) -> None:
    """The model directory beside the graph."""
    window.key("Escape", "Escape")
    show(window, (236, 0, 1128, 860), left=420)
    window.click(f"button('Models ({window.ask('len(editor.models.cards)')})')")
    window.frames(8)


def adding(window: Window) -> None:
    """Adding a model of one's own: what can be typed."""
    window.click("button('Add a model…')")
    window.until("places.shows('What can be added')", 10)
    window.frames(8)


def weights(window: Window) -> None:
    """A model's page: its weights, which are not here yet."""
    window.key("Escape")
    window.until("editor.dialogs.current is None", 10)
    window.ask("__import__('nodegraph.editor.state.models.pages', fromlist=['open_page']).open_page(editor, 'upscale')")
    window.until("editor.models.show('upscale').actions", 30)
    window.wheel("text('Weights')", -4)
    window.frames(8)


def gallery(window: Window) -> None:
    """The starter gallery."""
    window.key("Escape")
    window.until("editor.dialogs.current is None", 10)
    show(window, (0, 0, 1128, 860), left=208, right=True)
    window.click("button('Nodes')")
    window.key("ctrl+shift+o")
    window.until("places.shows('Open a copy')", 10)
    window.frames(10)


def problem(window: Window) -> None:
    """A clip that is not there: on the node, in the list, and with what to do."""
    window.key("Escape")
    show(window, (0, 236, 892, 806), right=True, bottom=130)
    select(window, "clip")
    text(window, "Path", "/media/stick/evening.mp4")
    window.until("editor.player.node('clip').state == 'failed'", 30)
    nothing_selected(window)
    show(window, (0, 236, 892, 806), bottom=130)
    window.until("places.shows('evening.mp4')", 10)
    window.ask("editor.notices.dismiss()")
    window.frames(4)


def light(window: Window) -> None:
    """The light theme, a frame and a note."""
    window.key("ctrl+z")
    window.until("editor.player.node('clip').state == 'running'", 30)
    window.ask("setattr(editor.settings, 'theme', 'light')")
    show(window, (225, 0, 1135, 806), right=True)
    frame(window)
    window.move("world(690, 560)")
    window.key("shift+n")
    window.until("next(one for one in app.views if type(one).__name__ == 'Popups').is_open", 10)
    window.frames(6)
    window.type("The model draws the outlines, the trails keep them for a while.")
    window.key("ctrl+Return")
    select(window, "glow")
    window.move(AWAY)
    window.frames(10)


def frame(window: Window) -> None:
    """A frame around two nodes, with a name."""
    select(window, "trails")
    with window.held("shift"):
        window.click("title('glow')")
    window.key("ctrl+g")
    window.until("places.shows('Width')", 10)
    window.click("field(0, 'right')")
    window.key("ctrl+a")
    window.type("Light that lingers")
    window.key("Return")


SHOTS: Final[Mapping[str, Callable[[Window], None]]] = {
    "editor": editor,
    "palette": palette,
    "models": models,
    "adding": adding,
    "weights": weights,
    "gallery": gallery,
    "problem": problem,
    "light": light,
}
"""In this order: each begins where the one before ended."""
PHOTOS: Final = ("gallery",)
"""Mostly photographs: smaller as JPEG."""


def keep(shot: Path, path: Path) -> None:
    """As a small PNG, its colours a little coarser as far as it must be; or as a JPEG."""
    with Image.open(shot) as picture:
        pixels = picture.convert("RGB")
    if path.suffix == ".jpg":
        pixels.save(path, quality=88, subsampling=0, optimize=True)
        return
    for mask in (0xFF, 0xFE, 0xFC, 0xF8):
        pixels.point([value & mask for value in range(256)] * 3).save(path, optimize=True)
        if path.stat().st_size <= MAX_BYTES:
            return


def main() -> None:
    """Write the pictures that are named, or all."""
    wanted = sys.argv[1:] or list(SHOTS)
    if shutil.which("xdotool") is None:
        raise SystemExit("no xdotool (Debian: apt-get install xdotool)")
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, screen() as display:
        home = Path(folder)
        with open_window(display, home / "home", "starter") as window:
            begin(window)
            for name, prepare in SHOTS.items():
                prepare(window)
                if name in wanted:
                    window.screenshot(home / f"{name}.png")
                    path = TARGET / f"{name}.{'jpg' if name in PHOTOS else 'png'}"
                    keep(home / f"{name}.png", path)
                    print(f"wrote docs/images/{path.name}", flush=True)


if __name__ == "__main__":
    main()
