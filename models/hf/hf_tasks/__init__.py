"""The tasks of the Hugging Face server, each a class whose `run` is the model's command.

Nothing here imports torch before `setup`: what a task takes and gives can be told without it.
"""

import inspect
from importlib import import_module
from typing import Any

from nodegraph_kit import Command, model

TASKS = {
    "object-detection": "detection.ObjectDetection",
    "zero-shot-object-detection": "detection.WordDetection",
    "pose-estimation": "pose.Pose",
    "depth-estimation": "depth.Depth",
    "semantic-segmentation": "segmentation.Semantic",
    "universal-segmentation": "segmentation.Panoptic",
    "mask-generation": "cutting.Masks",
    "image-matting": "cutting.Matting",
    "image-to-image": "pictures.Upscale",
    "image-text-to-text": "captions.Captions",
    "image-classification": "classes.ImageClasses",
    "zero-shot-image-classification": "classes.WordClasses",
    "image-feature-extraction": "vectors.ImageVector",
    "feature-extraction": "vectors.TextVector",
    "text-classification": "texts.TextClasses",
    "text-generation": "texts.Writing",
}
"""Task, as the Hub calls it -> where its class is."""


def class_of(task: str) -> Any:
    """The class that does `task`, a key of TASKS."""
    module, name = TASKS[task].split(".")
    return getattr(import_module(f"{__name__}.{module}"), name)


def command_for(task: str) -> Command:
    """The command that serves `task`, a key of TASKS; nothing is loaded yet."""
    served = class_of(task)
    return model(title=served.title, description=inspect.getdoc(served) or "")(served)
