"""The client that spreads calls over the replicas of a model: turns, losses, room and the end."""

import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from nodegraph.core.errors import ModelNotReady, ModelRefused, ModelTimeout, ModelUnreachable
from nodegraph.core.registry import Definition
from nodegraph.core.spec import NodeSpec
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.health import ask
from nodegraph.runtime.protocols import Endpoint, spread
from nodegraph.runtime.protocols.connect import connect
from nodegraph.runtime.protocols.roster import Roster
from nodegraph.runtime.protocols.spread import SpreadClient

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
from serving import Server, start_servers  # noqa: F401

KEEPER = """
from nodegraph_kit import *

@model()
def keeper(number: Number, memory: Memory) -> Number:
    return number

serve(keeper)
"""


class One:
    """A connection to one server: it answers its name, or does what `act` says."""

    transport = "http"

    def __init__(self, name: str, act: Callable[[str], None] = lambda name: None) -> None:
        self.name, self.act, self.closed = name, act, False

    def infer(self, inputs: Mapping[str, Any], params: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        self.act(self.name)
        return {"who": self.name, **inputs}

    def close(self) -> None:
        self.closed = True


class Replicas:
    """Servers a, b, c, ...: `client` spreads over them, `act` is what happens in a call."""

    def __init__(self, names: str, width: int = 1) -> None:
        self.roster = Roster(len(names))
        self.act: Callable[[str], None] = lambda name: None
        self.connections: list[One] = []
        for name in names:
            self.roster.put(name, Endpoint(f"http://{name}"))
        self.client = SpreadClient(self.connect, self.roster, width)

    def connect(self, endpoint: Endpoint) -> One:
        name = endpoint.url.removeprefix("http://")
        self.connections.append(One(name, lambda name: self.act(name)))
        return self.connections[-1]

    def ask(self, timeout: float = 10.0) -> str:
        return str(self.client.infer({}, {}, timeout)["who"])

    @property
    def on_duty(self) -> str:
        return "".join(name for name, _ in self.roster.members())


def raising(error: Exception, whose: str) -> Callable[[str], None]:
    def act(name: str) -> None:
        if name in whose:
            raise error

    return act


def test_calls_go_round() -> None:
    replicas = Replicas("abc")
    assert [replicas.ask() for _ in range(7)] == list("abcabca")
    assert replicas.client.transport == "3 × http"
    assert len(replicas.connections) == 3, "connections are kept"


@pytest.mark.parametrize("width", [1, 2])
def test_each_server_gets_as_many_calls_at_once_as_it_takes_and_the_next_one_waits(width: int) -> None:
    replicas = Replicas("ab", width)
    inside, go_on = threading.Semaphore(0), threading.Event()
    busy: dict[str, int] = {"a": 0, "b": 0}
    most: dict[str, int] = {"a": 0, "b": 0}
    lock = threading.Lock()

    def act(name: str) -> None:
        with lock:
            busy[name] += 1
            most[name] = max(most[name], busy[name])
        inside.release()
        go_on.wait(60)
        with lock:
            busy[name] -= 1

    replicas.act = act
    threads = [threading.Thread(target=replicas.ask) for _ in range(2 * width + 1)]
    for thread in threads:
        thread.start()
    for _ in range(2 * width):
        assert inside.acquire(timeout=10)
    assert not inside.acquire(timeout=0.05), "the last one has to wait for room"
    go_on.set()
    for thread in threads:
        thread.join()
    assert most == {"a": width, "b": width}


@pytest.mark.parametrize("error", [ModelUnreachable("cut off"), ModelNotReady("still loading")])
def test_a_call_that_is_lost_with_its_server_is_made_again_on_another(error: Exception) -> None:
    replicas = Replicas("abc")
    replicas.act = raising(error, "b")
    assert {replicas.ask() for _ in range(5)} == {"a", "c"}
    assert replicas.on_duty == "ac"
    assert replicas.roster.suspicion.is_set(), "who keeps the list is told to look"
    assert [one.name for one in replicas.connections if one.closed] == ["b"]


def test_a_server_that_is_back_gets_calls_again_at_its_new_address() -> None:
    replicas = Replicas("ab")
    replicas.ask()
    replicas.roster.drop("a")
    replicas.roster.put("a", Endpoint("http://A"))
    assert sorted(replicas.ask() for _ in range(4)) == ["A", "A", "b", "b"]
    assert [one.name for one in replicas.connections if one.closed] == ["a"], "the old connection is not kept"


def test_when_all_are_lost_the_last_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "_PATIENCE", 0.05)
    replicas = Replicas("ab")
    replicas.act = raising(ModelUnreachable("The cable is out."), "ab")
    with pytest.raises(ModelUnreachable, match="The cable is out"):
        replicas.ask()
    with pytest.raises(ModelUnreachable, match="None of the model's 2 replicas answers"):
        replicas.ask()


def test_a_call_waits_for_the_first_server_that_comes_back() -> None:
    replicas = Replicas("a")
    replicas.roster.drop("a")
    answers: list[str] = []
    waiting = threading.Thread(target=lambda: answers.append(replicas.ask()))
    waiting.start()
    replicas.roster.put("z", Endpoint("http://z"))
    waiting.join(60)
    assert answers == ["z"]


def test_an_answer_that_does_not_come_in_time_is_not_asked_for_twice() -> None:
    replicas = Replicas("ab")
    asked = []

    def act(name: str) -> None:
        asked.append(name)
        raise ModelTimeout("too slow")

    replicas.act = act
    with pytest.raises(ModelTimeout):
        replicas.ask()
    assert asked == ["a"]
    assert replicas.on_duty == "b", "it may hang: it is looked at first"


def test_no_room_in_time_is_said_as_such() -> None:
    replicas = Replicas("a")
    inside, go_on = threading.Event(), threading.Event()

    def act(name: str) -> None:
        inside.set()
        go_on.wait(60)

    replicas.act = act
    first = threading.Thread(target=replicas.ask)
    first.start()
    assert inside.wait(60)
    with pytest.raises(ModelTimeout, match=r"no replica free in 0\.05 s"):
        replicas.ask(0.05)
    go_on.set()
    first.join()


def test_what_a_model_refuses_is_refused_once() -> None:
    replicas = Replicas("ab")
    replicas.act = raising(ModelRefused("no such parameter"), "ab")
    with pytest.raises(ModelRefused):
        replicas.ask()
    assert replicas.on_duty == "ab"


def test_closing_wakes_who_waits_and_closes_every_connection() -> None:
    replicas = Replicas("a")
    replicas.ask()
    replicas.roster.drop("a")
    errors: list[Exception] = []

    def wait() -> None:
        try:
            replicas.ask()
        except ModelUnreachable as error:
            errors.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    replicas.client.close()
    waiting.join(60)
    assert len(errors) == 1
    assert all(one.closed for one in replicas.connections)


def test_a_model_that_remembers_frames_cannot_be_spread(start: Callable[..., Server]) -> None:
    server = start(KEEPER).wait()
    roster = Roster(2)
    roster.put("a", Endpoint(server.url))
    client = connect(ModelEntry("keeper", "Keeper", "test", protocol="native"), Endpoint("", roster=roster))
    for _ in range(2):  # not the first time only
        with pytest.raises(ModelRefused, match="remembers earlier frames, so its frames cannot be spread") as caught:
            client.infer({"number": 1.0}, {}, 10)
        assert "replicas" in caught.value.hint
    client.close()


def test_replicas_are_ready_with_the_first_that_answers() -> None:
    roster = Roster(3)
    endpoint = Endpoint("", roster=roster)
    assert ask(endpoint, "native", 30).state == "loading"
    roster.put("a", Endpoint("http://a"))
    assert ask(endpoint, "native", 30).state == "ready"


def test_a_node_with_replicas_takes_as_many_more_frames_at_once() -> None:
    spec = NodeSpec("model.x", "X", "filter", "Model", "", blocking=True, max_inflight=2)
    definition = Definition(spec, lambda params, place: None)  # type: ignore[arg-type,return-value]
    assert definition.spec_at({"replicas": 3}).max_inflight == 6
    for place in ({}, {"replicas": 1}, {"replicas": "many"}, {"replicas": True}, {"replicas": -2}):
        assert definition.spec_at(place) is spec
