"""A private weights folder, a fake hub and a way to fetch from it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.entry import Weights
from nodegraph.runtime.weights.fetch import Fetching
from tests.runtime.weights.fake_hub import FakeHub

MODEL = "yolo"


@dataclass
class Getting:
    """Fetches for one model; `told` is its progress."""

    hub: FakeHub
    home: Path
    cancel: Cancel = field(default_factory=Cancel)
    told: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.home / MODEL

    def weights(self, name: str, content: bytes, **more: str | int) -> Weights:
        """A weight the hub has, with its right hash unless `more` says otherwise."""
        known: dict[str, str | int] = {"url": self.hub.put(name, content), "sha256": sha256(content)}
        return Weights(name, **{**known, "size": len(content), **more})  # type: ignore[arg-type]

    def fetching(self, *folders: Path) -> Fetching:
        return Fetching(MODEL, "YOLO", self.cancel, lambda *news: self.told.append(news), folders, pause=0.001)

    def get(self, *wanted: Weights, folders: tuple[Path, ...] = ()) -> Path:
        return self.fetching(*folders).ensure(wanted)

    def part(self, name: str) -> Path:
        return self.folder / f"{name}.part"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    hub = FakeHub()
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for name in ("HF_TOKEN", "NODEGRAPH_WEIGHTS_FOLDERS"):
        monkeypatch.delenv(name, raising=False)
    yield hub
    hub.close()


@pytest.fixture
def getting(hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Getting:
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path / "weights"))
    return Getting(hub, tmp_path / "weights")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
