"""What our ONNX models share. Importing it needs numpy and the kit; OpenVINO and ONNX Runtime come later."""

from onnx_kit.boxes import inside, not_doubled
from onnx_kit.fit import Fitted, letterboxed, planes, resized, shrunk
from onnx_kit.network import Network
from onnx_kit.things import Things, things

__all__ = [
    "Fitted",
    "Network",
    "Things",
    "inside",
    "letterboxed",
    "not_doubled",
    "planes",
    "resized",
    "shrunk",
    "things",
]
