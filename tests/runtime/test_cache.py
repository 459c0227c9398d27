"""A model whose entry asks for it may keep files: in a volume of its own, of its own image, where nothing else lies."""

from typing import Any

import pytest

from nodegraph.runtime import disk
from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.disk import ModelRoom, remove_weights
from nodegraph.runtime.engines.engines import KnownEngine
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.launch import Launch, launch_of
from nodegraph.runtime.runners.container_body import container_body
from nodegraph.runtime.runners.volumes import ready_cache


def entry_of(**more: Any) -> ModelEntry:
    fields = {"id": "deep", "name": "Deep", "where": "", "protocol": "native", "cache": True, "tag": "a/deep:1"}
    return ModelEntry(**{**fields, **more})


def cache_of(**more: Any) -> str:
    return launch_of(entry_of(**more), {"kind": "container"}).cache


class Engine:
    """Has volumes, and counts what is made and removed."""

    def __init__(self, *volumes: str) -> None:
        self.volumes = set(volumes)
        self.made: list[tuple[str, Any, Any]] = []

    def volume(self, name: str) -> dict[str, Any] | None:
        return {} if name in self.volumes else None

    def create_volume(self, name: str, options: Any, labels: Any) -> None:
        self.made.append((name, options, labels))

    def remove_volume(self, name: str) -> bool:
        known = name in self.volumes
        self.volumes.discard(name)
        return known

    def containers(self, labels: Any) -> list[Any]:
        return []


def test_only_an_entry_that_asks_for_a_cache_gets_one_and_it_is_its_images_own() -> None:
    (plain,), (asking,) = (
        parse_catalog(f'[{{"name": "Deep", "protocol": "native", "tag": "a:1"{more}}}]').entries
        for more in ("", ', "cache": true')
    )
    assert (plain.cache, asking.cache) == (False, True)
    assert cache_of(cache=False) == ""
    assert cache_of().startswith("nodegraph-cache-deep-")
    assert cache_of() == cache_of(name="Other name")
    assert cache_of() != cache_of(tag="somebody/else:1")
    assert cache_of(protocol="runway-alpha") == ""


def test_a_container_may_write_to_its_cache_and_to_nothing_else_that_stays() -> None:
    launch = Launch("container", "m", "M", image="i", weights="w", cache="c")
    body = container_body(launch, {}, "model", 100, None, "closed", gpu=False)
    assert body["HostConfig"]["Binds"] == ["w:/weights:ro,nocopy", "c:/cache:rw"]
    assert body["HostConfig"]["ReadonlyRootfs"] is True
    assert "NODEGRAPH_CACHE=/cache" in body["Env"]
    without = container_body(Launch("container", "m", "M", image="i"), {}, "model", 100, None, "closed", gpu=False)
    assert not any(line.startswith("NODEGRAPH_CACHE") for line in without["Env"])


@pytest.mark.parametrize(("there", "made"), [((), 1), (("c",), 0)])
def test_the_volume_is_made_once_and_marked_as_ours(there: tuple[str, ...], made: int) -> None:
    engine = Engine(*there)
    known = KnownEngine.__new__(KnownEngine)
    known.engine = engine  # type: ignore[assignment]
    ready_cache(known, Launch("container", "m", "M", image="i", cache="c"))
    assert [(name, options, bool(labels)) for name, options, labels in engine.made] == [("c", {}, True)] * made
    ready_cache(known, Launch("container", "m", "M", image="i"))
    assert len(engine.made) == made


def test_it_goes_with_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine("nodegraph-weights-deep", cache_of(), "somebody-elses")
    monkeypatch.setattr(disk, "engine_at", lambda address: type("Known", (), {"engine": engine}))
    remove_weights(entry_of())
    assert engine.volumes == {"somebody-elses"}


def test_what_can_be_freed_counts_it_and_not_what_nobody_counted() -> None:
    assert ModelRoom("m", "M", 5, 100, 20, disk.Path(), 3).removable == 123
    assert ModelRoom("m", "M", 5, 100, -1, disk.Path(), -1).removable == 100
