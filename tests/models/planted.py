"""Tiny networks with the inputs and outputs of the real ones, whose answers are planted: what a picture's colours say.

Each works like the real one where the server can tell: strides, grids, orders of channels, ranges, sizes.
"""

import numpy as np
from tiny_onnx import network, node

F = np.float32
OFF, SHARP = -50.0, 0.2  # of a sigmoid: never; and how fast it turns at 150 of 255


def _maps(
    heads: dict[str, tuple[np.ndarray, np.ndarray, bool]], strides: tuple[int, ...], fixed: bool = False
) -> tuple[list[bytes], dict]:
    """Heads that see the mean colour of each cell: (weights (C, 3), bias (C,), sigmoid) -> NAME_STRIDE as (1, N, C).

    fixed: the file says how many cells an input of 640×640 has, so it works at no other size.
    """
    nodes, weights = [], {}
    for stride in strides:
        nodes.append(node("AveragePool", "x", f"p{stride}", kernel_shape=[stride] * 2, strides=[stride] * 2))
        for name, (kernel, bias, bounded) in heads.items():
            at = f"{name}_{stride}"
            quiet = bounded and stride != strides[-1]  # only the last map fires
            weights[f"w{at}"] = (kernel * (not quiet)).astype(F)[:, :, None, None]
            weights[f"b{at}"] = (np.full_like(bias, OFF) if quiet else bias).astype(F)
            weights[f"s{at}"] = np.array([1, (640 // stride) ** 2 if fixed else -1, len(bias)], np.int64)
            nodes.append(node("Conv", f"p{stride} w{at} b{at}", f"c{at}"))
            nodes.append(node("Sigmoid" if bounded else "Identity", f"c{at}", f"v{at}"))
            nodes.append(node("Transpose", f"v{at}", f"t{at}", perm=[0, 2, 3, 1]))
            nodes.append(node("Reshape", f"t{at} s{at}", at))
    return nodes, weights


def _bright(*channels: int) -> tuple[np.ndarray, float]:
    """A row of weights and its bias: on where all those channels are above 150 of 255."""
    row = np.zeros(3)
    row[list(channels)] = SHARP
    return row, -SHARP * (150 * len(channels) + 60 * (len(channels) - 1))


def yolox(fixed: bool = False) -> bytes:
    """A red cell of the coarsest map has a thing 64×96 pixels large in its middle: a dog if it is green, too, a person
    if it is blue, too. RGB."""
    sure = np.zeros((81, 3)), np.full(81, OFF)
    for row, channel in [(0, 0), (1 + 0, 2), (1 + 16, 1)]:
        sure[0][row], sure[1][row] = _bright(channel)
    boxes = np.zeros((4, 3)), np.array([0.5, 0.5, np.log(2), np.log(3)])
    nodes, weights = _maps({"box": (*boxes, False), "sure": (*sure, True)}, (8, 16, 32), fixed)
    joined = []
    for stride in (8, 16, 32):
        nodes.append(node("Concat", f"box_{stride} sure_{stride}", f"all_{stride}", axis=2))
        joined.append(f"all_{stride}")
    nodes.append(node("Concat", " ".join(joined), "output", axis=1))
    return network(nodes, {"x": [1, 3, 640, 640]}, {"output": [1, 8400, 85]}, weights)


def ssd() -> bytes:
    """A dog as sure as the picture is red, a person as sure as it is blue, and one as sure as either. RGB."""
    nodes = [
        node("Cast", "inputs", "values", to=1),
        node("ReduceMean", "values", "means", axes=[1, 2], keepdims=0),
        node("MatMul", "means shares", "detection_scores"),
        node("Identity", "boxes", "detection_boxes"),
        node("Identity", "kinds", "detection_classes"),
        node("Identity", "two", "num_detections"),
    ]
    weights = {
        "shares": (np.array([[1, 0, 1], [0, 0, 0], [0, 1, 1]]) / 255).astype(F),
        "boxes": np.array([[[0.25, 0.4, 0.55, 0.6], [0.1, 0.1, 0.2, 0.3], [0.5, 0.5, 0.7, 0.9]]], F),
        "kinds": np.array([[18, 1, 1]], F),
        "two": np.array([3], F),
    }
    outputs = {"detection_boxes": [1, 3, 4], "detection_classes": [1, 3], "detection_scores": [1, 3]}
    shape = ["n", "h", "w", 3]
    return network(nodes, {"inputs": shape}, {**outputs, "num_detections": [1]}, weights, 12, np.uint8)


def rtmo() -> bytes:
    """Two people, one of them found twice, as sure as the picture is blue. BGR. Points from left to right, the ankles
    unsure."""
    people = np.zeros((1, 3, 17, 3))
    people[0, :, :, 0], people[0, :, :, 1] = np.linspace(100, 420, 17), 320
    people[0, 2] += [64, 32, 0]
    people[0, :, :, 2], people[0, :, 15:, 2] = 0.8, 0.1
    sure = np.zeros((3, 15))
    sure[0, [4, 9, 14]] = np.array([0.95, 0.9, 0.7]) / 255
    boxes = [[100, 50, 300, 600, 0], [104, 50, 304, 600, 0], [364, 50, 564, 600, 0]]
    nodes = [
        node("ReduceMean", "input", "means", axes=[2, 3], keepdims=0),
        node("MatMul", "means sure", "flat"),
        node("Reshape", "flat shape", "scores"),
        node("Add", "scores boxes", "dets"),
        node("Identity", "people", "keypoints"),
    ]
    weights = {"sure": sure.astype(F), "shape": np.array([1, 3, 5]), "boxes": np.array([boxes], F)}
    outputs = {"dets": ["b", "n", 5], "keypoints": ["b", "n", 17, 3]}
    return network(nodes, {"input": ["b", 3, 640, 640]}, outputs, {**weights, "people": people.astype(F)})


POINTS = [(-0.3, -0.25), (0.3, -0.25), (0.0, 0.1), (-0.2, 0.4), (0.2, 0.4)]
"""Where YuNet's planted face has its points, in strides of 32 from the middle of the cell."""


def yunet() -> bytes:
    """A blue cell of the coarsest map has a face 32×64 pixels large in its middle. BGR."""
    row, bias = _bright(0)
    sure = row[None], np.array([bias]), True
    points = 0.5 + np.array(POINTS).reshape(-1)
    heads = {
        "cls": sure,
        "obj": sure,
        "bbox": (np.zeros((4, 3)), np.array([0.5, 0.5, 0, np.log(2)]), False),
        "kps": (np.zeros((10, 3)), points, False),
    }
    nodes, weights = _maps(heads, (8, 16, 32))
    outputs = {f"{name}_{stride}": [1, "n", len(head[1])] for name, head in heads.items() for stride in (8, 16, 32)}
    return network(nodes, {"x": [1, 3, 640, 640]}, outputs, weights)


def matte() -> bytes:
    """MODNet: what is bright is person. Any size; values from -1 to 1."""
    nodes = [
        node("ReduceMean", "input", "means", axes=[1], keepdims=1),
        node("Mul", "means eight", "wide"),
        node("Sigmoid", "wide", "output"),
    ]
    sizes = {"input": ["b", 3, "h", "w"]}, {"output": ["b", 1, "h", "w"]}
    return network(nodes, *sizes, {"eight": np.array(8, F)})


def two_planes(shares: bool) -> bytes:
    """PP-HumanSeg: background and person, 192×192, as shares or not; what is red is person. RGB."""
    nodes = [node("Conv", "x kernel", "planes"), node("Softmax" if shares else "Identity", "planes", "out")]
    if shares:
        nodes[1] = node("Softmax", "planes", "out", axis=1)
    kernel = np.array([[-8, 0, 0], [8, 0, 0]], F)[:, :, None, None]
    return network(nodes, {"x": [1, 3, 192, 192]}, {"out": [1, 2, 192, 192]}, {"kernel": kernel})


def style() -> bytes:
    """Red becomes half as bright, green and blue change places; 224×224 in its file, as the zoo's. RGB.

    A branch that halves the picture and doubles it again, as the real one does, adds nothing.
    """
    swap = np.zeros((3, 3, 3, 3), F)
    swap[0, 0, 1, 1], swap[1, 2, 1, 1], swap[2, 1, 1, 1] = 0.5, 1, 1
    around = {"pads": [0, 0, 1, 1, 0, 0, 1, 1], "mode": "reflect"}
    nodes = [
        node("Pad", "input1", "padded", **around),
        node("Conv", "padded swap", "painted"),
        node("Conv", "padded nothing", "halved", strides=[2, 2]),
        node("InstanceNormalization", "halved ones zeros", "even"),
        node("Upsample", "even twice", "doubled", mode="nearest"),
        node("Mul", "doubled zeros3", "silent"),
        node("Add", "painted silent", "output1"),
    ]
    weights = {
        "swap": swap,
        "nothing": np.zeros((3, 3, 3, 3), F),
        "ones": np.ones(3, F),
        "zeros": np.zeros(3, F),
        "zeros3": np.zeros((1, 3, 1, 1), F),
        "twice": np.array([1, 1, 2, 2], F),
    }
    return network(nodes, {"input1": [1, 3, 224, 224]}, {"output1": [1, 3, 224, 224]}, weights, 9)
