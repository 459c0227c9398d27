"""What an engine knows about an image: its labels, what makes it this image, and what Cog wrote about it."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from nodegraph.runtime.protocols import cog_schema
from nodegraph.runtime.protocols.recognise import PATIENT

PROTOCOL: Final = "app.nodegraph.protocol"
"""The label with which an author says what the server in an image speaks."""
OCI: Final = "org.opencontainers.image."
_COG: Final = ("run.cog.", "org.cogmodel.")  # of now, and until 2023


def labels_of(found: Mapping[str, Any] | None) -> dict[str, str]:
    """The labels of an image (`docker image inspect`), none for None."""
    labels = _config(found).get("Labels")
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, Mapping) else {}


def exposed_ports(found: Mapping[str, Any] | None) -> list[int]:
    """The TCP ports that the image's author named, lowest first."""
    exposed = _config(found).get("ExposedPorts") or {}
    return sorted(int(one.partition("/")[0]) for one in exposed if one.partition("/")[0].isdigit())


def cog_entry(labels: Mapping[str, str]) -> dict[str, Any] | None:
    """The pieces of an entry that `cog build` wrote into the image as the schema of its inputs and outputs."""
    for prefix in _COG:
        try:
            openapi = json.loads(labels.get(f"{prefix}openapi_schema") or "null")
        except (ValueError, RecursionError):
            continue
        if cog_schema.fields_of(openapi):
            return {"protocol": "cog", "timeout": PATIENT, **cog_schema.entry_pieces(openapi)}
    return None


def description_in(labels: Mapping[str, str]) -> dict[str, str]:
    """What the standard labels of images say for the model page."""
    keys = {"first": "description", "licence": "licenses", "authors": "authors", "github": "source"}
    said = {key: labels.get(f"{OCI}{label}", "")[:500] for key, label in keys.items()}
    return {key: value for key, value in said.items() if value}


def wants_gpu(found: Mapping[str, Any]) -> bool:
    """Images made for a GPU say so in the variables of NVIDIA's base images."""
    variables = _config(found).get("Env") or ()
    return any(str(one).startswith(("NVIDIA_VISIBLE_DEVICES=", "CUDA_VERSION=")) for one in variables)


def pin(image: str, found: Mapping[str, Any]) -> dict[str, str]:
    """What makes it this image and no other, as keys of an entry: its registry's digest, else the engine's id."""
    digests = [str(one).partition("@") for one in found.get("RepoDigests") or ()]
    mine = [digest for name, _, digest in digests if name in _spellings(repository(image))]
    return {"digest": mine[0]} if mine else {"imageId": str(found["Id"])}


def repository(image: str) -> str:
    """The name without tag and digest."""
    return re.sub(r":[^/:]*\Z", "", image.partition("@")[0])


def _spellings(name: str) -> set[str]:
    """Docker leaves out its own registry's name, or writes it."""
    short = name.removeprefix("docker.io/").removeprefix("library/")
    return {name, short, f"docker.io/{short}", f"docker.io/library/{short}", f"library/{short}"}


def _config(found: Mapping[str, Any] | None) -> Mapping[str, Any]:
    config = (found or {}).get("Config")
    return config if isinstance(config, Mapping) else {}
