"""Sense in the engine's progress items: bytes of a pull, steps of a build."""

from collections.abc import Mapping
from typing import Any


class PullProgress:
    """Sums the layers of a pull. Totals become known layer by layer, so `total` grows at first."""

    def __init__(self) -> None:
        self._layers: dict[str, tuple[int, int]] = {}

    def add(self, item: Mapping[str, Any]) -> None:
        """Take in one progress item."""
        layer, status = str(item.get("id", "")), item.get("status")
        detail = item.get("progressDetail") or {}
        if status == "Downloading" and detail.get("total"):
            self._layers[layer] = (int(detail.get("current", 0)), int(detail["total"]))
        elif status in ("Download complete", "Extracting", "Pull complete") and layer in self._layers:
            total = self._layers[layer][1]
            self._layers[layer] = (total, total)

    @property
    def done(self) -> int:
        """Bytes here so far (compressed)."""
        return sum(done for done, _ in self._layers.values())

    @property
    def total(self) -> int:
        """Bytes to fetch, as far as known."""
        return sum(total for _, total in self._layers.values())


def build_lines(item: Mapping[str, Any]) -> list[str]:
    """What a build item prints, without the builder's own bookkeeping."""
    text = str(item.get("stream") or item.get("status") or "")
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(("---> ", "Removing intermediate container"))]
