"""Documents for tests of the window: few nodes, with places, that fit on the screen at zoom 1."""

import json
from pathlib import Path
from typing import Any

Place = tuple[float, float]


def write(folder: Path, nodes: dict[str, tuple[str, dict[str, Any], Place]], *wires: str) -> Path:
    """A preset file of nodes (id: type, params, place) and wires like "pattern.image blur.image"."""
    graph = {
        "nodes": {id: {"type": type, "params": params} for id, (type, params, _) in nodes.items()},
        "wires": [dict(zip(("from", "to"), wire.split(), strict=True)) for wire in wires],
    }
    layout = {"nodes": {id: {"x": x, "y": y} for id, (_, _, (x, y)) in nodes.items()}}
    path = folder / "graph.json"
    path.write_text(json.dumps({"format": 1, "id": "test", "title": "Test", "graph": graph, "layout": layout}))
    return path


SMALL = {"width": 320, "height": 180}


def row_of_three(folder: Path) -> Path:
    """pattern → blur → screen, and an invert that has no wires."""
    return write(
        folder,
        {
            "pattern": ("source.test_pattern", SMALL, (0, 0)),
            "blur": ("filter.gaussian_blur", {}, (300, 0)),
            "screen": ("sink.preview", {}, (600, 0)),
            "invert": ("filter.invert", {}, (300, 300)),
        },
        "pattern.image blur.image",
        "blur.image screen.image",
    )
