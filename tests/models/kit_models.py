"""Models for tests of the kit's server, and how they are asked."""

import base64
from collections.abc import Callable
from typing import Any

import cv2
import httpx
import numpy as np

Start = Callable[..., Any]
ONE_BOX = """
from nodegraph_kit import *

@model()
def box(image: Image, shade: int = param(7, "Grey.", ge=0, le=255)) -> Detections:
    return Detections.of([[0.0, 0.0, 0.5, 1.0]], ["cat"], [image.mean() / 255])

serve(box)
"""


def data_uri(image: np.ndarray, suffix: str = ".jpg") -> str:
    return "data:image/jpg;base64," + base64.b64encode(cv2.imencode(suffix, image)[1].tobytes()).decode()


def query(url: str, body: Any, route: str = "/query") -> httpx.Response:
    return httpx.post(url + route, json=body, timeout=30, trust_env=False)
