"""A catalogue entry as a node's spec: palette, wires and validation need no server."""

from typing import Any, Final

from nodegraph.core.spec import NodeSpec, Port
from nodegraph.runtime.chosen import start_params
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.launch import usual_kind

DERIVED_OUTPUTS: Final = (
    Port("result", ("json",), "The whole answer as data."),
    Port("image", ("image",), "The picture in the answer, if it has one."),
    Port("text", ("text",), "The caption or text in the answer, if it has one."),
    Port("detections", ("detections",), "The boxes in the answer, if it has some."),
    Port("keypoints", ("keypoints",), "The body points in the answer, if it has some."),
    Port("segmentation", ("segmentation",), "The label map in the answer, if it has one."),
)
"""The outputs of an entry that declares none; which ones carry something shows with the first answer."""


def spec_of(entry: ModelEntry) -> NodeSpec:
    """The spec of the node that asks this model."""
    about = entry.description
    return NodeSpec(
        id=f"model.{entry.id}",
        title=entry.name,
        kind="filter",
        category=f"Model/{(entry.category or _category(entry)).title()}",
        description="\n\n".join(text for text in (about.first, about.second, about.third) if text),
        inputs=entry.inputs,
        outputs=entry.outputs or DERIVED_OUTPUTS,
        params=(*start_params(entry), *entry.parameters),
        blocking=True,
        # An alpha server has no request ids: one request at a time is all it can take.
        max_inflight=entry.max_inflight if entry.protocol != "runway-alpha" else 1,
        keywords=entry.keywords,
        extra=_model_page(entry),
    )


def _category(entry: ModelEntry) -> str:
    """What an entry that does not say it does: pictures into pictures, pictures out of nothing, or facts."""
    if not any("image" in port.types for port in entry.outputs):
        return "extract"
    return "transform" if any("image" in port.types for port in entry.inputs) else "generate"


def _model_page(entry: ModelEntry) -> dict[str, Any]:
    about = entry.description
    return {
        "model": entry.id,
        "protocol": entry.protocol,
        "available": entry.available,
        "state": "available" if entry.available else "announced",
        "cpu": entry.cpu,
        "gpu": entry.gpu,
        "size": entry.size,
        "size_text": entry.size_text,
        "image_tag": entry.tag,
        "licence": about.licence,
        "authors": about.authors,
        "organization": about.organization,
        "framework": about.framework,
        "github": about.github,
        "paper": about.paper,
        "picture": about.image,
        "needs_training": entry.needs_training,
        "accepts": list(entry.accepts),
        "usual_place": usual_kind(entry),
        "places": [kind for kind, there in _places(entry).items() if there],
    }


def _places(entry: ModelEntry) -> dict[str, bool]:
    container = bool(entry.tag or entry.digest or entry.build or entry.options.get("image"))
    return {"process": entry.process is not None, "container": container, "url": True}
