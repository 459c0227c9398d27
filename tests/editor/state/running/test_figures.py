"""What a run was like lately, what holds it back, and the machine."""

import threading

import numpy as np
import pytest

from nodegraph.core.graph import Graph, GraphNode
from nodegraph.editor.state.running.bottleneck import at_once, bottleneck
from nodegraph.editor.state.running.figures import NodeFigures, RunFigures, run_figures
from nodegraph.editor.state.running.history import History
from nodegraph.editor.state.running.machine import Machine, gpu_text
from nodegraph.editor.state.running.sampling import Sampler
from nodegraph.engine.run import Run
from tests.editor.state.running.support import until
from tests.engine.support import GATES, REGISTRY, graph_of

ENDLESS = GraphNode("in", "t.frames", {"count": 0, "rate": 100.0})
MODEL = graph_of(
    {"in": ENDLESS, "m": GraphNode("m", "t.model", {"name": "slow"}), "add": "add", "keep": "accumulate"},
    "in.image add.image",
    "add.image keep.image",
    "keep.image m.image",
)


def begun(graph: Graph) -> Run:
    """A live run, not started."""
    return Run(graph, REGISTRY, "live")


def test_a_run_without_sinks_counts_what_nothing_uses() -> None:
    graph = graph_of({"in": ENDLESS, "add": "add"}, "in.image add.image")
    with begun(graph) as run:
        until(lambda: run_figures(run).fps > 20)
        figures = run_figures(run)
        assert figures.nodes["add"].runs > 1
        assert figures.nodes["add"].ms <= figures.nodes["add"].p95
        until(lambda: run_figures(run).age_ms > 0)
        assert run_figures(run).age_ms < 1000


def test_frame_ages_come_from_the_sinks() -> None:
    graph = graph_of({"in": ENDLESS, "out": "collect"}, "in.image out.image")
    with begun(graph) as run:
        until(lambda: run_figures(run).age_ms > 0)
        assert run_figures(run).age_ms < 1000


def test_a_node_that_rests_has_no_rate_and_keeps_its_milliseconds() -> None:
    graph = graph_of({"in": "still", "add": "add"}, "in.image add.image")
    with begun(graph) as run:
        until(lambda: run_figures(run).nodes["add"].runs == 1)
        assert run_figures(run).nodes["add"].rate == 0
        assert run_figures(run).nodes["add"].ms > 0


def figures_of(run: Run, ms: dict[str, float], dropped: int = 0, late: dict[str, int] | None = None) -> RunFigures:
    late = late or {}
    nodes = {id: NodeFigures(ms=ms.get(id, 0.0), dropped=late.get(id, 0)) for id in run.nodes}
    return RunFigures(dropped=dropped, nodes=nodes)


def test_what_holds_a_run_back() -> None:
    run = begun(MODEL)
    quiet = figures_of(run, {})
    cheap = at_once(run.nodes["add"])
    assert bottleneck(run, figures_of(run, {"add": 50.0, "m": 900.0}), quiet) is None
    assert bottleneck(run, figures_of(run, {"add": 50.0, "keep": 60.0, "m": 900.0}, 5), quiet) == "keep"
    assert bottleneck(run, figures_of(run, {"add": 61.0 * cheap, "keep": 60.0}, 5), quiet) == "add"
    assert bottleneck(run, figures_of(run, {"add": 50.0, "m": 900.0}, late={"m": 3}), quiet) == "m"
    assert bottleneck(run, figures_of(run, {"in": 90.0}, 5), quiet) is None


def test_a_slow_model_is_found_in_a_real_run() -> None:
    release = threading.Event()
    GATES["slow"] = lambda image: release.wait(0.05)
    with begun(MODEL) as run:
        sampler = Sampler(lambda: run)
        until(lambda: run.streams["m"].newest.dropped > 2)
        sampler.look()
        until(lambda: sampler.look().bottleneck == "m")
        release.set()
        sampler.close()


def test_samples_go_into_the_history_and_forget_nodes_that_are_gone() -> None:
    history = History(length=4)
    for number in range(6):
        history.add(float(number), {"fps": number}, {"a": number} if number < 2 else {"b": 10.0 - number})
    assert history.times().tolist() == [2, 3, 4, 5]
    assert history.measure("fps").tolist() == [2, 3, 4, 5]
    assert np.isnan(history.node("a")).all()
    assert history.node("b").tolist() == [8, 7, 6, 5]
    assert history.slowest(3) == ["b"]
    assert history.measure("nothing").shape == (4,)


def test_history_of_a_few_samples_is_short() -> None:
    history = History()
    history.add(1.0, {"fps": 30.0}, {"a": 1.0, "b": 3.0})
    assert history.measure("fps").tolist() == [30.0]
    assert history.slowest(8) == ["b", "a"]
    for number in range(2400):
        history.add(number, {"fps": 30.0}, {"c": 1.0})
    assert history.slowest(8) == ["c"]
    assert list(history._nodes) == ["c"]


def test_the_sampler_works_on_its_own_and_without_a_run() -> None:
    heard = threading.Semaphore(0)
    sampler = Sampler(lambda: None, heard.release)
    sampler.start()
    assert heard.acquire(timeout=10)
    sampler.close()
    assert sampler.sample.fps == 0
    assert sampler.sample.memory > 10
    assert sampler.history.count >= 1


def test_the_machine_knows_this_process() -> None:
    machine = Machine()
    machine.read()
    figures = machine.read()
    assert 10 < figures.memory < 1e5
    assert figures.cpu >= 0
    machine.close()


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("43, 3100, 24564\n", "43 % · 3.1 of 24.6 GB"),
        ("7, 0, 8000\n1, 2, 3\n", "7 % · 0.0 of 8.0 GB"),
        ("", ""),
        ("[N/A], 1, 2", ""),
    ],
)
def test_what_nvidia_smi_says_is_read(answer: str, text: str) -> None:
    assert gpu_text(answer) == text
