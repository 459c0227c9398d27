"""The Docker contexts of this machine, as addresses a place can have: what `docker context ls` lists."""

import contextlib
import json
import os
from pathlib import Path

PREFIX = "context:"


def docker_contexts() -> list[tuple[str, str]]:
    """Address (``context:NAME``) and where it leads, by name; without the default one, which is no other place.

    Reads the files the docker command keeps; what cannot be read is left out.
    """
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "contexts" / "meta"
    found = []
    with contextlib.suppress(OSError):
        for path in folder.glob("*/meta.json"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                about = json.loads(path.read_text("utf-8"))
                found.append((f"{PREFIX}{about['Name']}", str(about["Endpoints"]["docker"]["Host"])))
    return sorted(found)
