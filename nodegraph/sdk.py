"""The only module a node author imports."""

from nodegraph.core.errors import NodeError
from nodegraph.core.in_parts import InParts
from nodegraph.core.node import Color, Filter, Sink, Source, Stamp, Stamped, param
from nodegraph.core.plain import plain
from nodegraph.core.types import (
    AnyValue,
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
    Number,
    Segmentation,
    Text,
    Vector,
)

__all__ = [
    "AnyValue",
    "Boolean",
    "Category",
    "Color",
    "Detections",
    "File",
    "Filter",
    "Flow",
    "Image",
    "InParts",
    "Integer",
    "Json",
    "Keypoints",
    "Mask",
    "NodeError",
    "Number",
    "Segmentation",
    "Sink",
    "Source",
    "Stamp",
    "Stamped",
    "Text",
    "Vector",
    "param",
    "plain",
]
