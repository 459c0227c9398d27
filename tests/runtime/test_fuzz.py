"""A thousand wrong answers for every protocol: a model error or a value, in time, and the next call is fine.

The servers are in this process and the answers are drawn from a seed. What a case is called in a failure (its seed)
makes the same answers again.
"""

import json
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from nodegraph.core.errors import ModelError
from nodegraph.core.types import Keypoints
from nodegraph.runtime.answers import checked
from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.entry import ModelEntry, ProtocolName
from nodegraph.runtime.health import ask
from nodegraph.runtime.model_spec import spec_of
from nodegraph.runtime.protocols import Client, Endpoint, cog_schema, native_schema, runway_sdk_schema, wire
from nodegraph.runtime.protocols.connect import connect
from nodegraph.runtime.protocols.recognise import describe
from tests.runtime.cog_server import PICTURES, STORY, openapi
from tests.runtime.honest import DESCRIBED, MANIFEST, alpha, alpha_post, cog, cog_events, native, reply, sdk
from tests.runtime.hostile import Answer, Hostile, twisted

WORKERS, ALL, HALF, FEW = 8, 125, 63, 8
"""Threads, each with a server and a client of its own, and their cases: a thousand, or half of that in two ways."""
BAD, GOOD = 0.25, 20.0
"""Seconds a spoiled and an honest call may take."""
SLACK = 30.0
"""Seconds after which a call that should have ended counts as hanging; this machine has other work."""
IMAGE = np.full((4, 4, 3), 99, np.uint8)
POSE = Keypoints(np.full((1, 3, 3), 0.5, np.float32))


@pytest.fixture(autouse=True)
def _small_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_ANSWER", 2_000_000)


def entry_of(**fields: Any) -> ModelEntry:
    catalog = parse_catalog(json.dumps([{"name": "Fuzzed", "tag": "a/b", **fields}]))
    assert [one for one in catalog.problems if one.severity == "error"] == []
    return catalog.entries[0]


class Case:
    """One protocol: its entry, an honest server, what is asked, and which answers are spoiled."""

    def __init__(
        self,
        entry: ModelEntry,
        answer: Callable[[], Answer],
        inputs: dict[str, Any],
        cases: int = ALL,
        aim: Callable[[str], bool] = lambda path: True,
    ) -> None:
        self.entry, self.answer, self.inputs, self.cases, self.aim = entry, answer, inputs, cases, aim
        self.params = {param.name: param.default for param in entry.parameters}

    def ask(self, client: Client, timeout: float) -> None:
        answer = client.infer(self.inputs, self.params, timeout)
        for port in spec_of(self.entry).outputs:
            checked(port, answer.get(port.name), "it")

    def run(self, worker: int) -> list[str]:
        """What went wrong, by seed."""
        hostile = Hostile(self.answer())
        hostile.aim = self.aim
        client = connect(self.entry, Endpoint(hostile.url))
        found = []
        try:
            for seed in range(worker * self.cases, (worker + 1) * self.cases):
                hostile.chance = random.Random(seed)
                found += self.suffer(client, seed)
                hostile.chance = None
                if seed % 5 == 0:
                    found += self.recover(client, seed)
        finally:
            client.close()
            hostile.close()
        return found

    def suffer(self, client: Client, seed: int) -> list[str]:
        began = time.monotonic()
        try:
            self.ask(client, BAD)
        except ModelError as error:
            if not error.message or "Traceback" in str(error) or len(str(error)) > 5000:
                return [f"{seed}: a poor sentence: {str(error)[:300]!r}"]
        except Exception as error:
            return [f"{seed}: {error!r:.300}"]
        took = time.monotonic() - began
        return [f"{seed}: took {took:.1f} s"] if took > SLACK else []

    def recover(self, client: Client, seed: int) -> list[str]:
        """Late answers of spoiled calls may cost one more try, as they cost a run one more frame."""
        said = ""
        for _ in range(3):
            try:
                self.ask(client, GOOD)
            except Exception as error:
                said = f"{seed}: afterwards {error!r:.300}"
            else:
                return []
        return [said]


def suffered(case: Case) -> list[str]:
    with ThreadPoolExecutor(WORKERS) as pool:
        return [one for found in pool.map(case.run, range(WORKERS)) for one in found]


# ---- Cog -------------------------------------------------------------------------------------------------------------


def test_cog_survives() -> None:
    entry = entry_of(protocol="cog", **cog_schema.entry_pieces(openapi(PICTURES)))
    assert suffered(Case(entry, cog, {"image": IMAGE}, HALF)) == []


def test_cog_events_survive() -> None:
    entry = entry_of(protocol="cog", **cog_schema.entry_pieces(openapi(STORY)))
    assert suffered(Case(entry, cog_events, {"prompt": "x"}, HALF, lambda path: "prediction" in path)) == []


# ---- Runway Model SDK ------------------------------------------------------------------------------------------------


def sdk_entry(name: str) -> ModelEntry:
    command = runway_sdk_schema.command_of(MANIFEST, name)
    assert command is not None
    return entry_of(protocol="runway-sdk", **runway_sdk_schema.entry_pieces(MANIFEST, command))


def test_the_sdk_survives() -> None:
    given = {"any": 1, "arr": [1.0], "texts": ["x"], "vec": np.zeros(4), "pt": np.zeros(2), "lm": POSE, "poses": POSE}
    boxes = np.array([[0, 0, 1, 1]], np.float32)
    assert suffered(Case(sdk_entry("every"), sdk, {**given, "box": boxes, "boxes": boxes}, HALF)) == []


def test_jobs_of_the_sdk_survive() -> None:
    command = runway_sdk_schema.command_of(MANIFEST, "upper")
    assert command is not None
    pieces = runway_sdk_schema.entry_pieces(MANIFEST, command)
    entry = entry_of(protocol="runway-sdk", query={"socket": {}}, **pieces)
    assert suffered(Case(entry, sdk, {"input": "x"}, HALF, lambda path: False)) == []


# ---- 2018 ------------------------------------------------------------------------------------------------------------


def test_servers_of_2018_survive_over_sockets() -> None:
    assert suffered(Case(entry_of(), alpha, {"image": IMAGE}, HALF)) == []


def test_servers_of_2018_survive_over_http() -> None:
    entry = entry_of(query={"http": {"route": "query", "method": "post"}})
    assert suffered(Case(entry, alpha_post, {"image": IMAGE}, HALF)) == []


# ---- native ----------------------------------------------------------------------------------------------------------


class NativeCase(Case):
    """Its answers are binary: half of the time the header is spoiled before it is packed."""

    def suffer(self, client: Client, seed: int) -> list[str]:
        self.spoiled(seed % 2 == 0)
        try:
            return super().suffer(client, seed)
        finally:
            self.spoiled(False)

    def spoiled(self, spoil: bool) -> None:
        self.honest.spoil = spoil  # type: ignore[attr-defined]

    def run(self, worker: int) -> list[str]:
        one = NativeCase(self.entry, lambda: one.honest, self.inputs)
        one.honest = self.answer()
        return Case.run(one, worker)


def test_native_survives() -> None:
    outputs = {name: port["type"] for name, port in DESCRIBED["outputs"].items()}
    assert suffered(NativeCase(entry_of(protocol="native", outputs=outputs), native, {"image": IMAGE})) == []


# ---- what servers say about themselves -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("honest", "pieces"),
    [
        (openapi(PICTURES), cog_schema.entry_pieces),
        (openapi(STORY, streaming=True), cog_schema.entry_pieces),
        (
            MANIFEST,
            lambda said: [runway_sdk_schema.entry_pieces(said, one) for one in runway_sdk_schema.commands_of(said)[:3]],
        ),
        (
            {**DESCRIBED, "parameters": {"size": {"type": "number", "default": 1, "minimum": 0}}},
            native_schema.entry_pieces,
        ),
    ],
)
def test_a_thousand_lying_descriptions_give_good_entries_or_none(honest: Any, pieces: Callable[[Any], Any]) -> None:
    bad = []
    for seed in range(1000):
        said = twisted(honest, random.Random(seed))
        try:
            found = pieces(said) if isinstance(said, dict) else []
            for one in found if isinstance(found, list) else [found]:
                text = json.dumps([{"name": "x", "tag": "a/b", **one}])
                problems = [str(one) for one in parse_catalog(text).problems if one.severity == "error"]
                bad += [f"{seed}: {problems}"] if problems else []
        except Exception as error:
            bad.append(f"{seed}: {error!r:.200}")
    assert bad[:5] == []


@pytest.mark.parametrize(
    "honest",
    [
        cog,
        sdk,
        lambda: lambda *_: reply({"status": "200", "query_route": "/query"}),
        lambda: lambda *_: reply(DESCRIBED),
    ],
)
def test_describing_a_lying_server_ends_well(honest: Callable[[], Answer]) -> None:
    def look(worker: int) -> list[str]:
        hostile, bad = Hostile(honest()), []
        for seed in range(worker * FEW, (worker + 1) * FEW):
            hostile.chance, began = random.Random(seed), time.monotonic()
            try:
                described = describe(hostile.url, BAD)
                entries = parse_catalog(json.dumps(described.entries))
                bad += [f"{seed}: {one}" for one in entries.problems if one.severity == "error"]
            except ModelError:
                pass
            except Exception as error:
                bad.append(f"{seed}: {error!r:.200}")
            bad += [f"{seed}: slow"] if time.monotonic() - began > SLACK else []
        hostile.close()
        return bad

    with ThreadPoolExecutor(WORKERS) as pool:
        assert [one for found in pool.map(look, range(WORKERS)) for one in found][:5] == []


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("native", {"state": "ready", "message": ""}),
        ("cog", {"status": "STARTING", "setup": {"logs": "a\nb", "status": "starting"}}),
        ("runway-sdk", {"status": "RUNNING"}),
    ],
)
def test_the_health_of_a_lying_server_is_told_in_time(protocol: ProtocolName, said: dict[str, Any]) -> None:
    def look(worker: int) -> list[str]:
        hostile, bad = Hostile(lambda *_: reply(said)), []
        for seed in range(worker * FEW, (worker + 1) * FEW):
            hostile.chance, began = random.Random(seed), time.monotonic()
            try:
                health = ask(Endpoint(hostile.url), protocol, BAD)
                bad += [] if isinstance(health.message, str) and len(health.message) < 2000 else [f"{seed}: {health}"]
            except Exception as error:
                bad.append(f"{seed}: {error!r:.200}")
            bad += [f"{seed}: slow"] if time.monotonic() - began > SLACK else []
        hostile.close()
        return bad

    with ThreadPoolExecutor(WORKERS) as pool:
        assert [one for found in pool.map(look, range(WORKERS)) for one in found][:5] == []
