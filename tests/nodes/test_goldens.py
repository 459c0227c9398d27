"""Every node that makes pixels gives the picture that was looked at and stored.

NODEGRAPH_UPDATE_GOLDENS=1 pytest tests/nodes/test_goldens.py    stores the present pictures; look at them.
"""

import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.core.node import Filter, Node, Stamp
from nodegraph.core.types import Detections
from nodegraph.testing import run_frames, sample, stamp_of
from tests.contracts.test_nodes import every_node

FOLDER = Path(__file__).with_name("goldens")
WIDTH, HEIGHT = 160, 96
NOT_DRAWN = {"source.image_file"}
"""Shows a file; tested with a file of its own."""

# What shows a node best; the defaults where nothing is said.
SETTINGS: dict[str, dict[str, Any]] = {
    "filter.adaptive_threshold": {"size": 15},
    "filter.ascii": {"size": 8},
    "filter.background_subtraction": {"scale": 1.0},
    "filter.bilateral_blur": {"diameter": 9, "color_sigma": 80.0},
    "filter.brightness_contrast": {"brightness": 10.0, "contrast": 40.0},
    "filter.channel": {"channel": "saturation"},
    "filter.chroma_key": {"color": (190, 70, 60), "tolerance": 40.0},
    "filter.chromatic_aberration": {"spread": 0.06},
    "filter.color_range": {"hue": 30.0, "saturation_min": 50.0},
    "filter.crop_to_detection": {"margin": 0.0},
    "filter.curves": {"look": "vintage"},
    "filter.draw_detections": {"fill": 0.25},
    "filter.draw_flow": {"spacing": 90.0},
    "filter.draw_keypoints": {"radius": 20.0, "thickness": 12.0, "names": True},
    "filter.draw_mask": {"style": "outline", "thickness": 12.0},
    "filter.echo": {"spacing": 1},
    "filter.flow_to_image": {"gain": 60.0},
    "filter.gamma": {"gamma": 2.0},
    "filter.glow": {"threshold": 120.0, "radius": 6.0},
    "filter.grain": {"amount": 0.05},
    "filter.grid": {"width": 160},
    "filter.hue_saturation": {"hue": 90.0, "saturation": 130.0},
    "filter.levels": {"black": 50, "white": 200},
    "filter.luma_key": {"level": 100.0},
    "filter.pad": {"fill": "mirror"},
    "filter.pixelate": {"size": 8},
    "filter.resize": {"width": 120, "height": 120},
    "filter.rotate": {"angle": 20.0},
    "filter.slit_scan": {"frames": 4},
    "filter.text_overlay": {"caption": "Text 42", "size": 0.3, "box": 0.5},
    "filter.threshold": {"level": 110.0, "softness": 20.0},
    "filter.transform": {"x": 0.1, "scale": 0.7, "angle": 15.0, "edge": "mirror"},
    "filter.white_balance": {"temperature": 40.0},
    "filter.lens_distortion": {"amount": 0.6},
    "filter.wave": {"amplitude": 0.06},
    "filter.freeze": {"hold": True},
    "filter.flatten": {"color": (200, 120, 40)},
    "filter.trails": {"length": 2.0},
}
FRAMES = 4
CROPPED = {"filter.crt", "filter.draw_flow", "filter.grain"}
"""These do not pack well; a part of them is stored."""
CUT_OUT = {"filter.flatten"}
"""These are about alpha."""


def picture(index: int = 0) -> NDArray[np.uint8]:
    """A disc that moves 9 px a frame over gradients, a dark bar and stripes; BGR."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    image = np.stack([40 + x, 60 + y * 1.4, 200 - x * 0.9 + y * 0.3], axis=-1).clip(0, 255).astype(np.uint8)
    cv2.rectangle(image, (118, 18), (132, 80), (30, 20, 70), cv2.FILLED)
    for row in range(58, 90, 6):
        cv2.line(image, (10, row), (60, row), (245, 240, 235), 2)
    cv2.circle(image, (45 + 9 * index, 36), 18, (40, 210, 250), cv2.FILLED, cv2.LINE_AA)
    return image


def second_picture() -> NDArray[np.uint8]:
    """Rings in other colours, to blend with the first; BGR."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    rings = 0.5 + 0.5 * np.cos(np.hypot(x - WIDTH / 2, y - HEIGHT / 2) / 5)
    return np.stack([rings * 230, 60 + rings * 80, 250 - y * 2], axis=-1).clip(0, 255).astype(np.uint8)


def inputs_for(node: type[Node], index: int) -> tuple[Any, ...]:
    values: list[Any] = []
    images = 0
    for port in node.spec.inputs:
        kind = port.types[0]
        if port.name in ("image5", "image6", "image7", "image8", "image9"):
            values.append(None)
        elif kind == "image":
            values.append(picture(index) if images == 0 else second_picture())
            if node.spec.id in CUT_OUT:
                values[-1] = np.dstack([values[-1], sample("mask", WIDTH, HEIGHT)])
            images += 1
        elif kind == "detections":
            values.append(
                Detections.of([(0.34, 0.18, 0.57, 0.57), (0.7, 0.15, 0.86, 0.86)], ("disc", "bar"), (0.9, 0.55))
            )
        elif kind in ("text", "number", "integer", "boolean"):
            values.append(None)
        else:
            values.append(sample(kind, WIDTH, HEIGHT))
    return tuple(values)


def written_lut(path: Path) -> Path:
    """A grade that turns shadows blue and lights orange."""
    steps = np.linspace(0, 1, 9)
    rows = [(red**0.8, green * 0.9 + 0.05, 0.25 + blue * 0.4) for blue in steps for green in steps for red in steps]
    path.write_text("LUT_3D_SIZE 9\n" + "\n".join("{:.5f} {:.5f} {:.5f}".format(*row) for row in rows))
    return path


def late(index: int) -> Stamp:
    return stamp_of(index + 10)


def pixels_of(result: Any) -> NDArray[np.uint8]:
    """All pictures of a result side by side as one: BGRA where one has alpha."""
    values = result if isinstance(result, tuple) else (result,)
    shown = [value for value in values if isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim > 1]
    if len(shown) == 1:
        return shown[0]
    alpha = any(value.ndim == 3 and value.shape[2] == 4 for value in shown)
    code = {(2, False): cv2.COLOR_GRAY2BGR, (2, True): cv2.COLOR_GRAY2BGRA, (3, True): cv2.COLOR_BGR2BGRA}
    return np.hstack(
        [
            value if value.ndim == 3 and value.shape[2] == 3 + alpha else cv2.cvtColor(value, code[value.ndim, alpha])
            for value in shown
        ]
    )


def makes_pixels(node: type[Node]) -> bool:
    if not issubclass(node, Filter) or node.spec.id in NOT_DRAWN:
        return False
    return any({"image", "mask"} & set(port.types) for port in node.spec.outputs)


DRAWN = [node for node in every_node() if makes_pixels(node)]


@pytest.mark.parametrize("node", DRAWN, ids=lambda node: node.spec.id)
def test_a_node_makes_the_picture_that_was_looked_at(node: type[Filter], tmp_path: Path) -> None:
    frames = [inputs_for(node, index) for index in range(FRAMES)]
    settings = dict(SETTINGS.get(node.spec.id, {}))
    if node.spec.id == "filter.cube_lut":
        settings["path"] = written_lut(tmp_path / "look.cube")
    result = pixels_of(run_frames(node, frames, at=late, **settings)[-1])
    if node.spec.id in CROPPED:
        result = np.ascontiguousarray(result[: HEIGHT * 2 // 3, : WIDTH * 2 // 3])
    path = FOLDER / f"{node.spec.id}.png"
    if os.environ.get("NODEGRAPH_UPDATE_GOLDENS") == "1":
        FOLDER.mkdir(exist_ok=True)
        cv2.imwrite(str(path), result, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    golden = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert golden is not None, f"{path.name} is missing; see the top of this file"
    assert path.stat().st_size < 20_000
    assert result.shape == golden.shape
    difference = cv2.absdiff(result, golden)
    assert difference.mean() < 1.5
    assert np.percentile(difference, 99) < 12


def test_no_golden_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == {node.spec.id for node in DRAWN}
