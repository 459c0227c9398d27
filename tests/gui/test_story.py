"""The starter graph built from nothing with mouse and keyboard, run, broken, mended, saved and opened again."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.gui.harness import Window, open_window
from tests.gui.harness.hands import add, choice, connect, number, select, text, tick

pytestmark = [pytest.mark.display, pytest.mark.timeout(900)]
ROOT = Path(__file__).resolve().parents[2]
PLACES = {
    "clip": ("video file", (0, 300)),
    "night": ("hue", (260, 0)),
    "color": ("hue", (260, 310)),
    "lines": ("line art", (260, 620)),
    "neon": ("blend", (520, 420)),
    "trails": ("trails", (520, 0)),
    "glow": ("glow", (780, 0)),
    "together": ("blend", (780, 420)),
    "vignette": ("vignette", (1040, 0)),
    "video": ("video file out", (1040, 420)),
}


def starter() -> tuple[dict[str, tuple[str, dict[str, object]]], set[str]]:
    """Nodes (type and parameters) and wires of the shipped starter preset."""
    graph = json.loads((ROOT / "presets" / "starter.json").read_text())["graph"]
    nodes = {id: (node["type"], node["params"]) for id, node in graph["nodes"].items()}
    return nodes, {f"{wire['from']} -> {wire['to']}" for wire in graph["wires"]}


def build(window: Window) -> dict[str, str]:
    """All nodes, renamed by nobody: the ids of the editor, by those of the preset."""
    window.wheel("canvas(0.2, 0.2)", -7)
    left, top = window.at("canvas(0.1, 0.05)")
    zoom = window.ask("editor.canvas.camera.zoom")
    ids = {}
    for name, (words, (x, y)) in PLACES.items():
        ids[name] = add(window, words, (left + x * zoom, top + y * zoom))
        if name == "lines":  # a model: its licence is shown before it is used for the first time
            window.until("editor.dialogs.current")
            window.frames(6)
            window.click("button('Accept and run')")
            window.frames(4)
    return ids


def set_values(window: Window, ids: dict[str, str]) -> None:
    """Every parameter of the preset, in the inspector."""
    select(window, ids["clip"])
    text(window, "Path", "asset:sample.mp4")
    select(window, ids["night"])
    number(window, "Saturation", "110")
    number(window, "Value", "55")
    select(window, ids["color"])
    number(window, "Saturation", "170")
    number(window, "Value", "190")
    select(window, ids["lines"])
    choice(window, "Method", 0)
    number(window, "Strength", "0.55")
    number(window, "Thickness", "2")
    tick(window, "Invert")
    select(window, ids["neon"])
    choice(window, "Mode", 3)
    select(window, ids["together"])
    choice(window, "Mode", 4)
    select(window, ids["trails"])
    number(window, "Length", "0.8")
    select(window, ids["glow"])
    number(window, "Threshold", "40")
    number(window, "Radius", "14")
    number(window, "Amount", "1.4")
    select(window, ids["vignette"])
    number(window, "Amount", "0.5")
    select(window, ids["video"])
    text(window, "Path", "out/starter.mp4")


def same_as_starter(window: Window, ids: dict[str, str]) -> None:
    nodes, wires = starter()
    built = window.nodes()
    for name, (type, params) in nodes.items():
        assert built[ids[name]]["type"] == type
        assert built[ids[name]].get("params", {}) == pytest.approx(params), name
    names = {id: name for name, id in ids.items()}
    assert {_with(names, wire) for wire in window.wires()} == wires


def test_the_starter_graph_is_built_run_broken_mended_saved_and_opened_again(display: str, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "mine.json"
    with open_window(display, home, drawn=False) as window:
        ids = build(window)
        connect(window, *(_with(ids, wire) for wire in sorted(starter()[1])))
        set_values(window, ids)
        same_as_starter(window, ids)
        save(window, file)
        saved = window.document()
    with open_window(display, home, str(file)) as window:
        assert window.document() == saved
        run(window, ids)
        break_and_mend(window, ids)
        window.click(f"title({ids['clip']!r})")
        window.key("ctrl+b", "ctrl+s")
        window.until("not editor.workspace.dirty")
        saved = window.document()
    with open_window(display, home, str(file), drawn=False) as again:
        assert again.document() == saved
        assert again.ask("editor.workspace.undo_label") == ""
        again.click(f"title({ids['clip']!r})")
        again.key("ctrl+b")
        same_as_starter(again, ids)


def save(window: Window, file: Path) -> None:
    """Ctrl+S asks for a name the first time."""
    window.key("ctrl+s")
    window.until("editor.dialogs.current")
    window.frames(6)
    window.key("ctrl+a")
    window.type(str(file))
    window.key("Return")
    window.until(f"str(editor.workspace.path) == {str(file)!r}")
    assert not window.ask("editor.workspace.dirty")


def _with(ids: dict[str, str], wire: str) -> str:
    (source, output), (target, input) = (end.split(".") for end in wire.split(" -> "))
    return f"{ids[source]}.{output} -> {ids[target]}.{input}"


def run(window: Window, ids: dict[str, str]) -> None:
    """With Ctrl+Enter the model starts, its licence was accepted, and the picture on the last node moves."""
    window.key("ctrl+Return")
    window.until(f"editor.player.latest({ids['vignette']!r}, 'image') is not None", 60)
    window.frames(10)
    first = window.picture(ids["vignette"])
    window.frames(20)
    second = window.picture(ids["vignette"])
    assert changed(first, second) > 1


def changed(one: np.ndarray, other: np.ndarray) -> float:
    """How much two pictures differ, in steps of 255 on average."""
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


def break_and_mend(window: Window, ids: dict[str, str]) -> None:
    """A file that is not there: said on the node and in the list; the list leads to it; undo mends it."""
    before = window.document()
    select(window, ids["clip"])
    text(window, "Path", "nowhere.mp4")
    window.until(f"editor.player.node({ids['clip']!r}).state == 'failed'")
    assert "nowhere.mp4" in window.ask(f"editor.player.node({ids['clip']!r}).message")
    window.click("canvas(0.02, 0.97)")
    window.until("places.shows('nowhere.mp4')")
    window.click("text('nowhere.mp4')")
    window.until(f"editor.workspace.selected_nodes == [{ids['clip']!r}]")
    window.move("canvas(0.5, 0.5)")
    window.key("ctrl+z", "Home")
    assert window.document() == before
    window.until(f"editor.player.node({ids['clip']!r}).state == 'running'")
    wire = next(one for one in window.wires() if one.endswith(f"{ids['vignette']}.image"))
    window.drag(f"pin({ids['vignette']!r}, 'image', 'in')", "canvas(0.02, 0.02)")
    assert wire not in window.wires()
    window.until("editor.workspace.problems")
    window.key("ctrl+z")
    assert window.document() == before
