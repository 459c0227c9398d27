"""Every shipped preset is loaded and validated; those that need no container are run for some frames."""

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.preset import to_text
from nodegraph.core.validate import errors_of
from nodegraph.session import Found, Session, container_models, overrides, shipped_presets

FOUND, PROBLEMS = shipped_presets()


def in_containers(found: Found) -> bool:
    """Whether it has models that only run in containers, with weights that have to be fetched."""
    with Session(node_folders=[]) as session:
        return bool(container_models(found.preset.graph, session.models))


HERE = [one for one in FOUND if not in_containers(one)]
BY_ID = pytest.mark.parametrize("found", FOUND, ids=[one.preset.id for one in FOUND])


@pytest.fixture(scope="module")
def session():
    with Session(node_folders=[]) as session:
        yield session


def test_at_least_six_presets_ship_and_all_can_be_read():
    assert not PROBLEMS
    assert len(FOUND) >= 6


@BY_ID
def test_a_preset_says_what_it_is(found: Found):
    preset = found.preset
    assert preset.id == found.path.stem
    assert preset.title
    assert preset.description.endswith(".")
    assert preset.tags
    assert preset.licence


@BY_ID
def test_a_preset_is_saved_as_we_save_it(found: Found):
    assert to_text(found.preset) == found.path.read_text(encoding="utf-8")


@BY_ID
def test_a_preset_has_no_problem_at_all(found: Found, session: Session):
    assert session.problems_of(found.preset.graph) == []


@BY_ID
def test_its_controls_are_parameters_and_their_ranges_fit(found: Found, session: Session):
    for control in found.preset.controls:
        spec = session.registry.find(found.preset.graph.nodes[control["node"]].type).spec
        param = spec.param(control["param"])
        assert param is not None, control
        for end in ("min", "max"):
            param.check(control[end])


@pytest.mark.parametrize("found", HERE, ids=[one.preset.id for one in HERE])
def test_it_runs_and_what_it_writes_is_not_empty(found: Found, session: Session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    graph = runnable(found, session, tmp_path)
    assert not errors_of(session.problems_of(graph))
    with session.run(session.resolve_paths(graph, found.base), "offline", frames=6) as run:
        assert run.wait(120)
    assert run.failure is None
    assert run.stats().frames_out >= 2
    outputs = session.outputs_of(session.resolve_paths(graph, found.base))
    assert outputs
    assert all(path.stat().st_size > 100 for path in outputs)


def test_the_table_of_pictures_has_a_row_for_each_with_a_column_for_each_thing(session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = next(one for one in FOUND if one.preset.id == "folder-table")
    graph = session.resolve_paths(runnable(found, session, tmp_path), found.base)
    with session.run(graph, "offline") as run:
        assert run.wait(120)
    (path,) = session.outputs_of(graph)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["width"], row["height"]) for row in rows] == [
        (f"{at}.png", "160", "90") for at in range(3)
    ]
    assert [float(row["brightness"]) for row in rows] == pytest.approx([0, 60 / 255, 120 / 255], abs=1e-3)
    assert {(row["people"], row["faces"]) for row in rows} == {("0", "0")}


def runnable(found: Found, session: Session, folder: Path) -> Graph:
    """The graph with what this machine may lack (a camera, a window, the person's own pictures) replaced."""
    graph = found.preset.graph
    for node in graph.nodes.values():
        if node.type == "source.webcam":
            graph = graph.with_node(GraphNode(node.id, "source.test_pattern", {"width": 320, "height": 180}))
        if node.type == "sink.window":
            graph = graph.with_node(replace(node, type="sink.video_file", params={"path": "window.mp4"}))
        if node.type == "source.image_folder":
            graph = overrides.set_file(graph, session.registry, "input", str(pictures(folder)))
    return graph


def pictures(folder: Path) -> Path:
    made = folder / "pictures ü"
    made.mkdir()
    for at in range(3):
        cv2.imencode(".png", np.full((90, 160, 3), at * 60, np.uint8))[1].tofile(made / f"{at}.png")
    return made
