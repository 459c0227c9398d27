"""Which task a checkpoint is for: told by the name of its network in config.json, which says more than tags do."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nodegraph.core.errors import ModelError
from nodegraph.runtime.huggingface.tasks import TASKS

_NAMED: Final[dict[str, str]] = {
    **{
        f"{name}ForObjectDetection": "zero-shot-object-detection"
        for name in ("GroundingDino", "MMGroundingDino", "Owlv2", "OwlViT")
    },
    **{
        f"{name}Model": "zero-shot-image-classification"
        for name in ("CLIP", "Siglip", "Siglip2", "Align", "AltCLIP", "ChineseCLIP", "MetaClip2")
    },
    "SamModel": "mask-generation",
    "SamHQModel": "mask-generation",
    "DetrForSegmentation": "universal-segmentation",
    "MaskFormerForInstanceSegmentation": "universal-segmentation",
    "GitForCausalLM": "image-text-to-text",
    "VisionEncoderDecoderModel": "image-text-to-text",
}
"""Networks whose names do not end as their task's do."""

_ENDINGS: Final[dict[str, str]] = {
    "ForObjectDetection": "object-detection",
    "ForPoseEstimation": "pose-estimation",
    "ForDepthEstimation": "depth-estimation",
    "ForSemanticSegmentation": "semantic-segmentation",
    "ForUniversalSegmentation": "universal-segmentation",
    "ForImageMatting": "image-matting",
    "ForImageSuperResolution": "image-to-image",
    "ForImageClassification": "image-classification",
    "ForImageClassificationWithTeacher": "image-classification",
    "ForSequenceClassification": "text-classification",
    "ForCausalLM": "text-generation",
    "LMHeadModel": "text-generation",
}
_UNNAMED: Final = ("Model", "ForMaskedLM", "ForPreTraining", "ForMaskedImageModeling")
"""Endings of networks that are no more than features: of a picture or of a text, as their settings tell."""

_TEXT_TO_TEXT: Final = ("t5", "mt5", "umt5", "bart", "mbart", "pegasus", "longt5", "blenderbot", "m2m_100", "led")
_ONCE_REMOTE: Final = ("falcon", "phi", "phi3", "mpt", "stablelm", "qwen2", "internlm2", "olmo", "starcoder2")
"""Types whose repositories still hold the code they began with, while transformers has the network itself by now."""

_FEATURES: Final = ("image-feature-extraction", "feature-extraction")
_TORCHVISION: Final = (
    *("rf_detr", "sam2", "sam2_video", "sam3", "sam3_video", "sam3_tracker", "edgetam", "depth_pro", "chmv2"),
    *("dinov3_vit", "sapiens2", "tipsv2", "tipsv2_dpt", "vivit", "llama4", "omdet-turbo", "pp_doclayout_v2"),
)
"""Model types whose pictures only torchvision prepares, of transformers 5.23; it is not in the server's image."""


def task_of(config: Mapping[str, Any], facts: Mapping[str, Any] | None = None, wanted: str = "") -> str:
    """The task of the model with this config.json; `wanted`, if the user named one that the model can do.

    facts: what the Hub's ``/api/models/ID`` answers, if it was asked. Raises ModelError saying why it is none of ours.
    """
    if wanted and wanted not in TASKS:
        raise ModelError(f"There is no task {wanted!r}.", f"Tasks are {', '.join(TASKS)}.")
    for message, hint in _reasons(config, facts or {}):
        raise ModelError(message, hint)
    found = _told(config)
    if not wanted or wanted == found:
        return found
    if wanted in _FEATURES and wanted == _features_of(config):
        return wanted
    raise ModelError(
        f"The model is for {found} ({_architecture(config)}); it cannot do {wanted}.",
        f"Leave the task out, or choose a model for {wanted}.",
    )


def _told(config: Mapping[str, Any]) -> str:
    name, kind = _architecture(config), config.get("model_type")
    if name in _NAMED:
        return _NAMED[name]
    for ending, task in _ENDINGS.items():
        if name.endswith(ending):
            return task
    if name.endswith("ForConditionalGeneration") and "vision_config" in config:
        return "image-text-to-text"
    if name == "MarianMTModel" or (name.endswith("ForConditionalGeneration") and kind in _TEXT_TO_TEXT):
        return "text-generation"
    if name.endswith(_UNNAMED) and (task := _features_of(config)):
        return task
    raise ModelError(
        f"The network {name} (model type {kind or 'unknown'}) is for a task that is not served.",
        f"Served are {', '.join(TASKS)}. For another model, write a server: `nodegraph models new`.",
    )


def _features_of(config: Mapping[str, Any]) -> str:
    if "vocab_size" in config:
        return "feature-extraction"
    return "image-feature-extraction" if {"image_size", "num_channels", "patch_size"} & config.keys() else ""


def _architecture(config: Mapping[str, Any]) -> str:
    names = config.get("architectures")
    return str(names[0]) if isinstance(names, list) and names else ""


def _reasons(config: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Why the model cannot be served, and what to do: message and hint."""
    library = str(facts.get("library_name") or "transformers")
    kind = str(config.get("model_type") or "")
    name = _architecture(config)
    if "_class_name" in config or library == "diffusers":
        yield "This is a model for the diffusers library, which is not served.", "Choose a transformers model."
    if config.get("auto_map") and kind not in _ONCE_REMOTE:
        message = f"The model ({name or kind or 'without a name'}) needs Python code from its own repository."
        yield message, "Such code is not run here. Look for a version of the model made for transformers itself."
    if not name:
        message = f"config.json names no network (no architectures), as a model for {library} has none."
        yield message, "Choose a transformers model: its config.json has `architectures`."
    if config.get("use_timm_backbone") or kind == "timm_wrapper" or library == "timm":
        hint = "Some models have a revision without it, such as no_timm of facebook/detr-resnet-50: use --revision."
        yield "The model needs the library timm, which is not in the server's image.", hint
    if kind == "oneformer":
        yield (
            "OneFormer has to be told its task in words, which is not served.",
            "Mask2Former and EoMT do the same work.",
        )
    if kind in _TORCHVISION:
        message = f"Pictures for a model of the type {kind} are prepared by torchvision, which is not in the image."
        yield message, "Choose another model for the task."
