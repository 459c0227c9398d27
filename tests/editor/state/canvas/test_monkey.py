"""A monkey at the canvas: 5,000 random gestures leave a valid document, and everything can be undone."""

import random

from nodegraph.editor.state.canvas.gesture import Mods
from nodegraph.editor.state.canvas.requests import OpenPalette
from nodegraph.editor.state.edits import nodes
from nodegraph.editor.state.edits.pasting import Clip, clip_of, paste
from nodegraph.editor.state.edits.sheets import add_group, add_note
from nodegraph.editor.state.placements import Point, items_of
from tests.editor.state.hand import REGISTRY, Hand, rich, survives

GESTURES = 5_000
MOST_NODES = 60


class Monkey:
    """Does what hands and keys can do, at random but the same every time."""

    def __init__(self, hand: Hand, seed: int) -> None:
        self.hand, self.canvas = hand, hand.canvas
        self.random = random.Random(seed)
        self.clip = Clip()
        self.actions = {
            self.drag: 60,
            self.click: 20,
            self.press: 5,
            self.move: 5,
            self.release: 5,
            self.double: 3,
            self.wheel: 4,
            self.escape: 3,
            self.undo: 6,
            self.redo: 3,
            self.delete: 2,
            self.copy: 2,
            self.paste: 2,
            self.add: 3,
            self.space: 1,
            self.fit: 3,
        }

    def gesture(self) -> None:
        """One random thing; the canvas is looked at as the window would."""
        action = self.random.choices(list(self.actions), list(self.actions.values()))[0]
        action()
        self.canvas.scene.refresh()
        assert self.hand.workspace.selection <= items_of(self.hand.document)

    def pixel(self) -> Point:
        """Anywhere, or at a pin, a title or a row: monkeys like buttons."""
        scene, camera = self.canvas.scene, self.canvas.camera
        if self.random.random() < 0.3 or not scene.boxes:
            return self.random.uniform(-20, 820), self.random.uniform(-20, 620)
        if self.random.random() < 0.1 and (sheets := [*scene.notes, *scene.groups]):
            sheet = self.random.choice(sheets)
            return camera.to_screen((sheet.x + sheet.width - 3, sheet.y + sheet.height - 3))
        id = self.random.choice(list(scene.boxes))
        (x, y), box = scene.corners[id], scene.boxes[id]
        spots = [(pin.x, pin.y) for pin in box.pins] + [(90.0, 9.0)] + [(99.0, row.y + 9) for row in box.rows]
        dx, dy = self.random.choice(spots)
        return camera.to_screen((x + dx, y + dy))

    def mods(self) -> Mods:
        return Mods(*(self.random.random() < 0.15 for _ in range(3)))

    def drag(self) -> None:
        self.press()
        for _ in range(self.random.randint(1, 4)):
            self.move()
        self.release()

    def click(self) -> None:
        button, pixel, mods = self.random.choice([0, 0, 1]), self.pixel(), self.mods()
        self.canvas.press(button, pixel, mods)
        self.canvas.release(button, pixel, mods)

    def press(self) -> None:
        self.canvas.press(self.random.choice([0, 0, 0, 0, 1, 2]), self.pixel(), self.mods())

    def move(self) -> None:
        self.canvas.move(self.pixel(), self.mods())

    def release(self) -> None:
        for button in (0, 1, 2):
            self.canvas.release(button, self.pixel(), self.mods())

    def double(self) -> None:
        self.canvas.double(self.pixel(), self.mods())

    def wheel(self) -> None:
        self.canvas.wheel(self.random.uniform(-6, 6), self.pixel())

    def escape(self) -> None:
        self.canvas.cancel()

    def undo(self) -> None:
        self.hand.workspace.undo()

    def redo(self) -> None:
        self.hand.workspace.redo()

    def delete(self) -> None:
        workspace = self.hand.workspace
        workspace.do("Delete", nodes.remove(workspace.document, workspace.selection), select=[])

    def copy(self) -> None:
        self.clip = clip_of(self.hand.document, self.hand.workspace.selection)

    def paste(self) -> None:
        if len(self.hand.document.graph.nodes) < MOST_NODES:
            at = self.canvas.camera.to_world(self.pixel())
            document, came = paste(self.hand.document, self.clip, at, self.random.random() < 0.5)
            self.hand.workspace.do("Paste", document, select=came)

    def add(self) -> None:
        """A node (as the palette would), a note or a frame."""
        document, at = self.hand.document, self.canvas.camera.to_world(self.pixel())
        kind = self.random.choice([*REGISTRY.definitions, "note", "frame"])
        if kind == "note":
            document = add_note(document, at, "Hello")[0]
        elif kind == "frame":
            document = add_group(document, (*at, at[0] + 300, at[1] + 200))[0]
        elif len(document.graph.nodes) < MOST_NODES:
            document = nodes.add_node(document, REGISTRY.definitions[kind].spec, at)[0]
        self.hand.workspace.do("Add", document)

    def space(self) -> None:
        self.canvas.space = self.random.random() < 0.1

    def fit(self) -> None:
        self.random.choice([self.canvas.fit_all, self.canvas.fit_selection])()


def test_a_monkey_breaks_nothing_and_all_it_did_can_be_undone() -> None:
    hand = Hand(rich(), snap=True, minimap=True)
    monkey = Monkey(hand, seed=1)
    labels = set()
    for count in range(GESTURES):
        monkey.gesture()
        labels.add(hand.workspace.undo_label)
        if count % 250 == 0:
            survives(hand.document)
    assert {"Move", "Resize", "Connect", "Disconnect", "Reconnect", "Duplicate", "Set radius", "Set strong"} <= labels
    assert any(isinstance(one, OpenPalette) for one in hand.asked)
    hand.canvas.cancel()
    end, steps = hand.document, 0
    survives(end)
    while hand.workspace.undo():
        steps += 1
    assert steps > 100
    assert hand.document == hand.start
    for _ in range(steps):
        hand.workspace.redo()
    assert hand.document == end
