"""Serve a model, declared by one function's signature, to nodegraph and to 2018 Runway clients."""

from nodegraph_kit import weights
from nodegraph_kit.command import Command, model, param
from nodegraph_kit.errors import Refusal
from nodegraph_kit.images import bgr, finished, fitted
from nodegraph_kit.notes import note
from nodegraph_kit.serve import serve
from nodegraph_kit.types import (
    Boolean,
    Category,
    Detections,
    File,
    Flow,
    Image,
    Integer,
    Json,
    Keypoints,
    Mask,
    Memory,
    Number,
    Segmentation,
    Text,
    Vector,
)

__all__ = [
    "Boolean",
    "Category",
    "Command",
    "Detections",
    "File",
    "Flow",
    "Image",
    "Integer",
    "Json",
    "Keypoints",
    "Mask",
    "Memory",
    "Number",
    "Refusal",
    "Segmentation",
    "Text",
    "Vector",
    "bgr",
    "finished",
    "fitted",
    "model",
    "note",
    "param",
    "serve",
    "weights",
]
__version__ = "1.0.0"
