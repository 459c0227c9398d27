"""An image that was agreed to is the one that runs: another one under the same name is refused."""

from collections.abc import Mapping
from typing import Any

from nodegraph.core.errors import ModelError
from nodegraph.runtime.launch import Launch


def check_identity(launch: Launch, found: Mapping[str, Any] | None) -> None:
    """Raises ModelError when the engine's image, None for none, is not the one whose id the entry holds.

    Images of a registry need no look: they are run by their digest, so the engine has exactly that one or none.
    """
    if not launch.image_id:
        return
    if found is None:
        message = f"The image {launch.image} of {launch.name} is not on this engine, and it came from no registry."
        raise ModelError(message, "Load or build it again, then add the model anew.")
    if found.get("Id") != launch.image_id:
        message = f"The image {launch.image} of {launch.name} is not the one that was added: it is another one by now."
        raise ModelError(message, f"If you trust it: nodegraph models add {launch.image} --id {launch.id} --replace")
