import pytest
from PIL import Image

from nodegraph.core.resources import data_folder
from nodegraph.editor.state.documents import gallery
from nodegraph.editor.state.documents.gallery import Card, cards
from nodegraph.session import Session, container_models, shipped_presets


@pytest.fixture(scope="module")
def session():
    with Session(node_folders=[]) as session:
        yield session


@pytest.fixture
def every(session, monkeypatch) -> dict[str, Card]:
    monkeypatch.setattr(gallery, "has_camera", lambda: False)
    return {one.id: one for one in cards(session)}


def test_every_shipped_preset_has_a_card_and_the_starter_is_the_first(every):
    assert set(every) == {found.preset.id for found in shipped_presets()[0]}
    assert next(iter(every)) == "starter"


def test_every_card_whose_models_need_no_fetched_weights_has_a_small_picture_that_was_made_for_it(every, session):
    shown = {one.preset.id for one in shipped_presets()[0] if not container_models(one.preset.graph, session.models)}
    assert {id for id, card in every.items() if card.picture} == shown
    for id in shown:
        path = every[id].picture
        assert path.stat().st_size <= 40_000
        with Image.open(path) as picture:
            assert picture.size == (480, 270)
    there = {path.stem for path in (data_folder() / "assets" / "presets").glob("*.jpg")}
    assert there == shown


def test_a_card_without_a_picture_has_its_graph_drawn(every):
    sketch = every["captions"].sketch
    assert every["captions"].picture is None
    assert sorted(one.kind for one in sketch.plates) == ["filter", "model", "sink", "source"]
    assert {one.type for one in sketch.lines} == {"image", "text", "file"}
    for line in sketch.lines:
        assert 0 <= line.start[0] < line.end[0] <= sketch.width
        assert 0 <= line.start[1] <= sketch.height


def test_models_that_run_as_a_local_process_run_here(every):
    assert every["starter"].runs_here
    assert every["starter"].models == ("Line art",)
    assert every["two-models"].runs_here


def test_a_preset_that_cannot_run_here_says_why(every, session, monkeypatch):
    assert every["webcam-mirror"].why_not == "Needs a camera, and none is plugged in."
    assert every["folder-table"].why_not == "Needs files of yours: choose path of pictures."
    monkeypatch.setattr(gallery, "has_camera", lambda: True)
    monkeypatch.setattr(gallery, "has_window", lambda: False)
    (card,) = [one for one in cards(session) if one.id == "webcam-mirror"]
    assert "nodegraph[window]" in card.why_not


def test_a_card_is_found_by_words_of_everything_it_says(every):
    found = [one.id for one in every.values() if one.matches("line GLOW")]
    assert found == ["starter"]
    assert all(one.matches("") for one in every.values())
