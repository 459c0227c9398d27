"""Documents for the editor's benchmarks."""

from typing import Any, Final

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.preset import Preset

STEP: Final = (260.0, 300.0)
LIVE: Final = (
    "filter.invert",
    "filter.gamma",
    "filter.levels",
    "filter.hue_saturation",
    "filter.flip",
    "filter.tint",
    "filter.posterize",
    "filter.brightness_contrast",
    "filter.swap_channels",
)
"""Quick nodes, so that what is measured is the window."""
EIGHT: Final = (
    "filter.gaussian_blur",
    "filter.hue_saturation",
    "filter.levels",
    "filter.median_blur",
    "filter.gamma",
    "filter.sharpen",
    "filter.rotate",
    "filter.vignette",
)


def _preset(nodes: list[GraphNode], wires: list[Wire], places: dict[str, tuple[int, int]]) -> Preset:
    layout = {id: {"x": column * STEP[0], "y": row * STEP[1]} for id, (column, row) in places.items()}
    return Preset(graph=Graph({node.id: node for node in nodes}, tuple(wires)), layout={"nodes": layout})


def live(source: dict[str, Any]) -> tuple[list[GraphNode], list[Wire]]:
    """A test pattern and nine filters behind each other."""
    nodes = [GraphNode("live0", "source.test_pattern", source)]
    nodes += [GraphNode(f"live{at}", type) for at, type in enumerate(LIVE, 1)]
    wires = [Wire(f"live{at}", "image", f"live{at + 1}", "image") for at in range(len(LIVE))]
    return nodes, wires


def hundred() -> Preset:
    """100 nodes and 120 wires; ten of the nodes run, in the middle, and show pictures at 30 frames per second."""
    nodes, wires = live({"width": 640, "height": 360, "fps": 30.0})
    places = {f"live{at}": (3 + at % 4, 3 + at // 4) for at in range(10)}
    free = [(column, row) for row in range(10) for column in range(10) if (column, row) not in places.values()]
    for at, place in enumerate(free):
        nodes.append(GraphNode(f"n{at}", "filter.blend"))
        places[f"n{at}"] = place
    wires += [Wire(f"n{at}", "image", f"n{at + 1}", "base") for at in range(89) if at % 9 != 8 or at < 9]
    wires += [Wire(f"n{at}", "image", f"n{at + 11}", "layer") for at in range(79)]
    return _preset(nodes, wires[:120], places)


def many(count: int = 300) -> Preset:
    """So many nodes in rows of twenty, each wired to the next."""
    nodes = [GraphNode(f"n{at}", "filter.hue_saturation") for at in range(count)]
    wires = [Wire(f"n{at}", "image", f"n{at + 1}", "image") for at in range(count - 1)]
    return _preset(nodes, wires, {f"n{at}": (at % 20, at // 20) for at in range(count)})


def still() -> Preset:
    """Colour bars that do not move, their brightness, and a screen: what changes is what was edited."""
    nodes = [
        GraphNode("bars", "source.test_pattern", {"kind": "bars", "width": 640, "height": 360, "fps": 30.0}),
        GraphNode("bright", "filter.brightness_contrast"),
        GraphNode("screen", "sink.preview"),
    ]
    wires = [Wire("bars", "image", "bright", "image"), Wire("bright", "image", "screen", "image")]
    return _preset(nodes, wires, {"bars": (0, 0), "bright": (1, 0), "screen": (2, 0)})


def eight(fps: float) -> Preset:
    """Eight filters at 720p behind a live source."""
    nodes = [GraphNode("in", "source.test_pattern", {"kind": "bars", "fps": fps})]
    nodes += [GraphNode(f"f{at}", type) for at, type in enumerate(EIGHT)]
    ids = [node.id for node in nodes]
    nodes.append(GraphNode("out", "sink.preview"))
    wires = [Wire(a, "image", b, "image") for a, b in zip(ids, [*ids[1:], "out"], strict=True)]
    return _preset(nodes, wires, {node.id: (at % 5, at // 5) for at, node in enumerate(nodes)})
