"""A model that answers after 60 ms, several at once, at an address: a graphics card in another place, without one."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KIT = Path(__file__).resolve().parents[1] / "models" / "kit"
ID, AT_ONCE = "bench-far", 8
SERVER = f"""
import time
from nodegraph_kit import Image, model, serve

@model(max_inflight={AT_ONCE})
def far(image: Image) -> Image:
    time.sleep(0.06)
    return image

serve(far)
"""


@contextmanager
def far_model(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A catalogue that has it, which asks one picture at a time, and the place where it answers."""
    port: dict[str, Any] = {"image": {"type": "image", "description": "", "optional": False}}
    entry = {"id": ID, "name": "Far", "category": "transform", "protocol": "native", "inputs": port, "outputs": port}
    catalogue = folder / "far.json"
    catalogue.write_text(json.dumps([entry]))
    command = [sys.executable, "-c", SERVER, "--port", "0", "--log-level", "error"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(KIT)}) as server:
        assert server.stdout is not None
        try:
            url = server.stdout.readline().split()[-1]
            yield catalogue, {"kind": "url", "url": url}
        finally:
            server.terminate()
