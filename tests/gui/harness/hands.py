"""What a person does to a graph, one thing a function: a node from the palette, a wire, a value in the inspector."""

import contextlib
from typing import Final

from tests.gui.harness.window import Spot, Window

_PAD, _LINE, _GAP = 8.0, 15.0, 6.0
"""Of the list below a field of choices: its padding, the height of a line and what is between lines."""
SHOWN: Final = "editor.palette.is_open"


def add(window: Window, words: str, spot: Spot | str) -> str:
    """Search for a node at a point with Tab, take the first that is found; its id."""
    window.move(spot)
    window.key("Tab")
    window.until(SHOWN)
    window.frames(2)
    window.type(words)
    window.until(f"editor.palette.query == {words!r}")
    window.key("Return")
    (id,) = window.until("editor.workspace.selected_nodes")
    return str(id)


def connect(window: Window, *wires: str) -> None:
    """Drag wires, written as ``clip.image -> blur.image``."""
    for wire in wires:
        (source, output), (target, input) = (end.split(".") for end in wire.split(" -> "))
        window.drag(f"pin({source!r}, {output!r}, 'out')", f"pin({target!r}, {input!r}, 'in')")


def select(window: Window, node: str) -> None:
    """Click a node's title."""
    window.click(f"title({node!r})")
    window.until(f"editor.workspace.selected_nodes == [{node!r}]")
    window.frames(3)


def beside(window: Window, label: str) -> Spot:
    """The field of this name in the inspector, which is scrolled until it can be seen."""
    left, top, width, height = window.ask("app.shell.areas['right']")
    for notches in (*[-1] * 12, 12, *[-1] * 24):  # down; the page may have been built anew meanwhile, so once more
        with contextlib.suppress(AssertionError):  # what is scrolled away is not to be seen
            x, y = window.at(f"beside({label!r})")
            if top + _LINE < y < top + height - _LINE:
                return x, y
        window.wheel((left + width / 2, top + height / 2), notches)
    raise AssertionError(f"the inspector has no {label}")


def number(window: Window, label: str, text: str) -> None:
    """Ctrl+click a number in the inspector and type it."""
    spot = beside(window, label)  # found before: with Ctrl the wheel does not scroll
    with window.held("ctrl"):
        window.click(spot)
    window.key("ctrl+a")
    window.type(text)
    window.key("Return")


def text(window: Window, label: str, words: str) -> None:
    """Click a text or path in the inspector and type it."""
    window.click(beside(window, label))
    window.key("ctrl+a")
    window.type(words)
    window.key("Return")


def choice(window: Window, label: str, index: int) -> None:
    """Open a field of choices and take the one at `index`."""
    x, y = beside(window, label)
    window.click((x, y))
    window.frames(2)
    below = y + (_LINE + _PAD) / 2 + _PAD + _LINE / 2
    window.click((x, below + index * (_LINE + _GAP)))


def tick(window: Window, label: str) -> None:
    """Click a check box."""
    window.click(beside(window, label))
