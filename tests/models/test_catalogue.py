"""Every entry of the shipped catalogue keeps the contract: documented, pinned, licensed, and what its server says."""

import json
import re
from typing import Any

import httpx
import pytest
from catalogue import CATALOGUE, PROCESSES, ROOT, folder_of
from containers import Start

from nodegraph.runtime.catalog.catalog import load_catalog

NEEDING = [name for name, entry in CATALOGUE.items() if name not in PROCESSES]
FILES = [
    (name, weight)
    for name, entry in CATALOGUE.items()
    for weight in [*entry.get("weights", []), *entry.get("checkpoints", [])]
]


def test_the_catalogue_is_read_without_a_problem() -> None:
    catalogue = load_catalog(ROOT / "models.json")
    assert not catalogue.problems
    assert len(catalogue.entries) == len(CATALOGUE)
    assert set(PROCESSES) >= {"people", "faces", "flow", "stylise", "segment", "lineart"}


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_entry_is_documented(name: str) -> None:
    entry = CATALOGUE[name]
    description = entry["description"]
    for text in ("first", "second", "third", "authors", "organization", "framework", "github", "paper", "licence"):
        assert description[text], text
    assert entry["shortDescription"]
    assert len(entry["keywords"]) >= 4
    assert entry["category"] in ("extract", "generate", "transform")
    assert entry["size"]
    for parameter in entry["parameters"].values():
        assert parameter["description"]
    assert entry["options"]["image"] == entry["tag"]


@pytest.mark.parametrize("name", CATALOGUE)
def test_its_defaults_are_allowed_and_its_ports_are_described(name: str) -> None:
    entry = next(one for one in load_catalog(ROOT / "models.json").entries if one.id == name)
    for parameter in entry.parameters:
        assert parameter.check(parameter.default) == parameter.default
    if name not in PROCESSES:
        ports = [*CATALOGUE[name]["inputs"].values(), *CATALOGUE[name]["outputs"].values()]
        assert all(port["type"] and port["description"] for port in ports)


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_folder_has_all_that_a_model_needs(name: str) -> None:
    folder, entry = folder_of(name), CATALOGUE[name]
    assert (ROOT / entry["build"]["context"] / entry["build"]["dockerfile"]).is_file()
    if "process" in entry:
        assert (ROOT / entry["process"]["folder"] / entry["process"]["command"][1]).is_file()
    readme = (folder / "README.md").read_text()
    assert "## How good it is" in readme
    assert "## Sources and licence" in readme
    example: dict[str, Any] = json.loads((folder / "example.json").read_text())
    assert example.pop("data").startswith("data:image/jpg;base64,")


@pytest.mark.parametrize(("name", "weight"), FILES, ids=[f"{name}-{weight['name']}" for name, weight in FILES])
def test_weights_are_licensed_and_are_the_same_for_ever(name: str, weight: dict[str, Any]) -> None:
    assert weight["licence"]
    assert weight["size"]
    if weight["url"].startswith("hf:"):
        commit = re.search(r"@([0-9a-f]{40}|refs/pr/\d+)$", weight["url"])  # a proposed change is nobody's branch
        pinned = commit or re.fullmatch(r"[0-9a-f]{64}", weight.get("sha256", ""))
        assert pinned, "a branch moves: name the commit"
    else:
        assert weight["url"].startswith("https://")
        assert re.fullmatch(r"[0-9a-f]{64}", weight["sha256"])


def without(fields: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key not in names}


@pytest.mark.docker
@pytest.mark.parametrize("name", NEEDING)
def test_a_server_without_weights_tells_its_ports_and_what_is_missing(container: Start, name: str) -> None:
    _, client, url = container(name, "--publish=127.0.0.1::33000")
    said, entry = client.describe(), CATALOGUE[name]
    # A server of many models cannot describe each one's ports and defaults: the entry may.
    free = {"description"} if folder_of(name).name == name else {"description", "default"}
    for part in ("inputs", "outputs", "parameters"):
        assert list(entry[part]) == list(said[part])
        for key, fields in entry[part].items():
            assert without(fields, free) == without(said[part][key], free), key
    assert (entry["maxInflight"], entry["protocol"]) == (said["maxInflight"], said["protocol"])
    health = httpx.get(url + "/health", timeout=20, trust_env=False).json()
    assert health["state"] == "failed"
    assert "/weights" in health["error"], health["error"]
    assert "nodegraph models fetch" in health["error"], health["error"]
    assert "Traceback" not in health["error"]
