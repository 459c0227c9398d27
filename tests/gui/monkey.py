"""A monkey at the real window: it does at random what hands, keys and menus can do. Runs in the editor's process."""

import random
from collections.abc import Callable
from typing import Final

from nodegraph.core.preset import Preset, read_preset, to_text
from nodegraph.core.validate import validate
from nodegraph.editor.state.canvas.gesture import Mods
from nodegraph.editor.state.commands.table import COMMANDS, run
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Point, items_of
from nodegraph.editor.views.app import App

MOST: Final = 40
"""Nodes from which on nothing is added."""
KINDS = ("filter.", "control.", "data.", "sink.preview")
"""What is added: nothing that opens a device, a network connection or a file."""
NEVER = ("file.", "run.", "help.tour", "view.fullscreen")
"""Nothing runs: a picture of any size, through any node, would take as long as it takes."""


class Monkey:
    """`steps`, then `undo_all`."""

    def __init__(self, app: App, seed: int) -> None:
        self._app, self._editor, self._random = app, app.editor, random.Random(seed)
        self._canvas, self._space = app.editor.canvas, app.editor.workspace
        self._start = self._space.document
        self._editor.player.stop()
        self._commands = [one.id for one in COMMANDS if not one.id.startswith(NEVER)]
        self._actions: dict[Callable[[], None], int] = {
            self._drag: 50,
            self._click: 18,
            self._double: 4,
            self._wheel: 4,
            self._command: 22,
            self._palette: 8,
            self._select: 6,
            self._close: 6,
        }
        self.done: dict[str, int] = {}

    def steps(self, count: int) -> int:
        """So many gestures, and frames between them; how many nodes there are now."""
        for _ in range(count):
            (action,) = self._random.choices(list(self._actions), list(self._actions.values()))
            action()
            if self._random.random() < 0.4:
                self._app.frame()
            self.done[action.__name__] = self.done.get(action.__name__, 0) + 1
            if self._app.mistakes:
                raise AssertionError(f"after {self.done}: {self._app.mistakes[0]}")
            if not self._space.selection <= items_of(self._space.document):
                raise AssertionError("Something is selected that is not there.")
        return len(self._space.document.graph.nodes)

    def is_valid(self) -> bool:
        """Whether the document can be written and read, and has no wires to nowhere."""
        document = self._space.document
        text = to_text(document)
        again = to_text(read_preset(text.encode("utf-8"), "document"))
        missing = ("there is no node", "there is no input", "there is no output")
        found = [str(one.message).lower() for one in validate(document.graph, self._space.registry)]
        return text == again and not any(words in message for words in missing for message in found)

    def undo_all(self) -> bool:
        """Whether undoing everything gives the document as it was, and redoing it what it became."""
        self._canvas.cancel()
        end: Preset = self._space.document
        while self._space.undo():
            pass
        back = self._space.document == self._start
        self._app.frame()
        while self._space.redo():
            pass
        forth = self._space.document == end
        self._app.frame()
        while self._space.undo():
            pass
        self._app.frame()
        return back and forth

    # --- what it does -----------------------------------------------------------------------------------------------

    def _pixel(self) -> Point:
        """Anywhere on the canvas, or at a pin, a title or a row: monkeys like buttons."""
        scene, camera = self._canvas.scene, self._canvas.camera
        scene.refresh()
        if self._random.random() < 0.3 or not scene.boxes:
            return self._random.uniform(-20, camera.width + 20), self._random.uniform(-20, camera.height + 20)
        id = self._random.choice(list(scene.boxes))
        (x, y), box = scene.corners[id], scene.boxes[id]
        spots = [(pin.x, pin.y) for pin in box.pins] + [(90.0, 9.0)] + [(99.0, row.y + 9) for row in box.rows]
        dx, dy = self._random.choice(spots)
        return camera.to_screen((x + dx, y + dy))

    def _mods(self) -> Mods:
        return Mods(*(self._random.random() < 0.12 for _ in range(3)))

    def _drag(self) -> None:
        button = self._random.choice([0, 0, 0, 0, 0, 1, 2])
        self._canvas.press(button, self._pixel(), self._mods())
        for _ in range(self._random.randint(1, 3)):
            self._canvas.move(self._pixel(), self._mods())
            if self._random.random() < 0.3:
                self._app.frame()
        self._canvas.release(button, self._pixel(), self._mods())

    def _click(self) -> None:
        button, pixel, mods = self._random.choice([0, 0, 1]), self._pixel(), self._mods()
        self._canvas.press(button, pixel, mods)
        self._canvas.release(button, pixel, mods)

    def _double(self) -> None:
        self._canvas.double(self._pixel(), self._mods())

    def _wheel(self) -> None:
        self._canvas.wheel(self._random.uniform(-4, 4), self._pixel())

    def _command(self) -> None:
        run(self._editor, self._random.choice(self._commands))

    def _palette(self) -> None:
        palette = self._editor.palette
        if not palette.is_open:
            pixel = self._pixel()
            palette.open(self._canvas.camera.to_world(pixel), pixel)
        palette.query = self._random.choice("abcdefghilmnoprstuvw")
        for _ in range(self._random.randint(0, 4)):
            palette.down()
        entry = palette.marked
        type_id = getattr(getattr(entry, "choice", None), "type_id", "")
        few = len(self._space.document.graph.nodes) < MOST
        if few and str(type_id).startswith(KINDS) and self._random.random() < 0.8:
            palette.choose()
        else:
            palette.close()

    def _select(self) -> None:
        items = sorted(items_of(self._space.document))
        self._space.select(self._random.sample(items, min(len(items), self._random.randint(0, 3))))

    def _close(self) -> None:
        """Whatever is open, as Esc would."""
        editor = self._editor
        editor.palette.close()
        editor.finder.close()
        editor.node_help.close()
        while editor.dialogs.current is not None:
            editor.dialogs.close()
        self._space.select([Item("node", id) for id in self._space.selected_nodes[:1]])
