"""ONNX Runtime's answers against OpenVINO's for the tiny networks; run inside the image ``base-onnx-gpu``.

``python compare_backends.py CPUExecutionProvider`` prints the largest difference of each, and stops at a large one.
"""

import sys

import numpy as np
import planted
from onnx_kit.onnxruntime_backend import OnnxRuntime
from onnx_kit.openvino_backend import OpenVino

CLOSE = 1e-4
"""Of the largest value: both count in 32 bits, in another order."""
CASES = [
    (planted.yolox, [(1, 3, 640, 640), (1, 3, 320, 320), (1, 3, 1280, 1280)], True),
    (planted.ssd, [(1, 90, 160, 3), (1, 300, 200, 3)], False),
    (planted.rtmo, [(1, 3, 640, 640)], True),
    (planted.yunet, [(1, 3, 640, 640), (1, 3, 320, 320)], True),
    (planted.matte, [(1, 3, 288, 512), (1, 3, 32, 64)], True),
    (lambda: planted.two_planes(True), [(1, 3, 192, 192)], True),
    (planted.style, [(1, 3, 224, 224), (1, 3, 216, 384), (1, 3, 32, 64)], True),
]
"""A file, the sizes it is asked at (its own and others), and whether it has to take others."""

for make, shapes, static in CASES:
    ours = OnnxRuntime(make(), "it", precise=True, static=static, provider=sys.argv[1])
    theirs = OpenVino(make(), "it", precise=True, static=static)
    for shape in shapes:
        picture = np.random.default_rng(0).integers(0, 255, shape).astype(np.float32 if static else np.uint8)
        wanted = {name: one for port, one in zip(theirs.outputs, theirs([picture]), strict=True) for name in port.names}
        for port, found in zip(ours.outputs, ours([picture]), strict=True):
            known = wanted[port.names[0]]
            assert found.shape == known.shape, (port, found.shape, known.shape)
            difference = float(np.abs(found.astype(float) - known).max() / max(1, np.abs(known).max()))
            print(port.names[0], shape, difference)
            assert difference < CLOSE
