"""A model's second image, for a GPU: the same Dockerfile with other arguments, mostly another base."""

from dataclasses import replace

from nodegraph.runtime.launch import Launch

_SUFFIX = "gpu"


def gpu_variant(launch: Launch) -> Launch | None:
    """The launch with its image for a GPU; None when one image is for both, or when it is pinned to one."""
    build = launch.build
    if build is None or not build.gpu or launch.image_id or "@" in launch.image:
        return None
    return replace(launch, image=_tag(launch.image), build=replace(build, arguments=build.gpu, gpu={}))


def for_device(launch: Launch, gpu: bool) -> Launch:
    """The launch with the image for that device."""
    return (gpu_variant(launch) if gpu else None) or launch


def images_of(launch: Launch) -> tuple[str, ...]:
    """The names of all images the model may run from; none when it names none."""
    other = gpu_variant(launch)
    return tuple(one for one in (launch.image, other.image if other else "") if one)


def _tag(image: str) -> str:
    """``nodegraph/yolo:1`` becomes ``nodegraph/yolo:1-gpu``; a colon may also come before a registry's port."""
    name = image.rpartition("/")[2]
    return f"{image}-{_SUFFIX}" if ":" in name else f"{image}:{_SUFFIX}"
