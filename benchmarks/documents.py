"""Documents: loading, validating and planning a large preset."""

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import Result
from nodegraph.core.preset import read_preset
from nodegraph.core.registry import discover
from nodegraph.core.validate import validate
from nodegraph.engine.plan import build_plan

NODES = 1000
ROUNDS = 7


def large_preset() -> dict[str, Any]:
    """A test pattern, 998 filters in rows that branch and blend, and a sink."""
    nodes: dict[str, Any] = {"in": {"type": "source.test_pattern"}, "out": {"type": "sink.preview"}}
    wires = []
    before = ["in", "in"]
    for number in range(NODES - 2):
        id = f"n{number:04}"
        if number % 3 == 2:
            nodes[id] = {"type": "filter.blend"}
            wires.append({"from": f"{before[0]}.image", "to": f"{id}.base"})
            wires.append({"from": f"{before[1]}.image", "to": f"{id}.layer"})
        else:
            nodes[id] = {"type": "filter.gaussian_blur", "params": {"radius": number % 10 + 0.5}}
            wires.append({"from": f"{before[number % 2]}.image", "to": f"{id}.image"})
        before[number % 2] = id
    wires.append({"from": f"{before[0]}.image", "to": "out.image"})
    return {"format": 1, "id": "large", "title": "Large", "graph": {"nodes": nodes, "wires": wires}}


def run() -> list[Result]:
    """Seconds to load, validate and plan 1,000 nodes; node types and libraries are loaded already."""
    registry = discover()
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.json"
        path.write_text(json.dumps(large_preset()))
        for _ in range(ROUNDS):
            began = time.perf_counter()
            preset = read_preset(path)
            problems = validate(preset.graph, registry)
            build_plan(preset.graph, registry, "live")
            seconds.append(time.perf_counter() - began)
    if problems:
        raise RuntimeError(f"The preset is not valid: {problems[0]}")
    spread = f"{min(seconds):.3g}..{max(seconds):.3g}"
    value = statistics.median(seconds)
    note = f"first time {seconds[0]:.2f} s, networkx imported"
    name, unit = "documents.load_1000_nodes", "s"
    return [{"name": name, "value": value, "target": "<= 0.3", "unit": unit, "spread": spread, "note": note}]
