"""The left panel in the real window: nodes searched, added, dragged; a model accepted, started, read, stopped."""

from collections.abc import Iterator

import pytest

from tests.gui.harness import Window

pytestmark = pytest.mark.display


@pytest.fixture
def nodes(gui: Window) -> Window:
    """The window with the library on its first tab, nothing searched."""
    gui.click("button('Nodes')")
    gui.click("field(0, 'left')")
    gui.key("ctrl+a", "BackSpace")
    return gui


@pytest.fixture
def models(gui: Window) -> Iterator[Window]:
    """The window with the model directory; no licence is accepted."""
    gui.ask("editor.settings.licences.clear()")
    gui.click(f"button('Models ({count(gui)})')")
    gui.frames(4)
    yield gui
    gui.click("field(0, 'left')")
    gui.key("ctrl+a", "BackSpace")
    gui.click("button('Nodes')")


def count(gui: Window, kind: str = "") -> int:
    """How many models there are, or of one kind."""
    cards = gui.ask("[card.category for card in editor.models.cards]")
    return len([one for one in cards if kind in ("", one)])


def added(gui: Window, before: dict[str, object]) -> set[str]:
    return set(gui.nodes()) - set(before)


def test_what_is_searched_for_is_added_with_enter(nodes: Window) -> None:
    before = nodes.nodes()
    nodes.type("canny")
    nodes.until("places.shows('Canny Edges')")
    nodes.key("Return")
    assert added(nodes, before) == {"canny"}
    nodes.click("button('close')")
    assert nodes.ask("places.shows('Control  (')")
    nodes.key("ctrl+z")
    assert nodes.nodes() == before


def test_arrows_choose_what_enter_adds_and_escape_shows_everything_again(nodes: Window) -> None:
    before = nodes.nodes()
    nodes.type("edges")
    nodes.until("places.shows('Sobel Edges')")
    first, second = nodes.ask("[places.button(one)[1] for one in ('Canny Edges', 'Sobel Edges')]")
    nodes.key("Down")
    nodes.key("Return")
    assert added(nodes, before) == ({"sobel"} if first < second else {"canny"})
    nodes.click("field(0, 'left')")
    nodes.key("Escape")
    nodes.until("places.shows('Control  (')")
    nodes.click("field(0, 'left')")
    nodes.type("blur")
    nodes.until("places.shows('Gaussian Blur')")
    nodes.key("Escape")
    nodes.until("places.shows('Control  (')")


def test_a_double_click_adds_in_the_middle_and_a_drag_where_it_ends(nodes: Window) -> None:
    before = nodes.nodes()
    nodes.type("mirror")
    nodes.until("places.shows('Mirror')")
    nodes.double("button('Mirror')")
    (first,) = added(nodes, before)
    nodes.drag("button('Mirror')", "canvas(0.8, 0.25)")
    (second,) = added(nodes, {**before, first: None})
    x, y = nodes.at(f"title({second!r})")
    wanted = nodes.at("canvas(0.8, 0.25)")
    assert abs(x - wanted[0]) < 100
    assert abs(y - wanted[1]) < 30


def test_the_tree_stays_open_while_nodes_are_added(nodes: Window) -> None:
    nodes.key("Escape")
    before = nodes.nodes()
    nodes.click("button('Sink  (9)')")
    nodes.until("places.shows('View  (2)')")
    nodes.click("button('View  (2)')")
    nodes.until("places.shows('Preview')")
    nodes.double("button('Preview')")
    assert len(added(nodes, before)) == 1
    nodes.frames(4)
    assert nodes.ask("places.shows('View  (2)')")
    nodes.click("button('Sink  (9)')")


def test_models_are_filtered_by_what_they_do(models: Window) -> None:
    models.click("button('Transform')")
    models.until(f"places.shows('{count(models, 'transform')} of {count(models)} models')")
    assert not models.ask("places.shows('Faces')")
    models.click("button('Transform')")
    models.until(f"places.shows('{count(models)} models')")


def test_a_model_runs_after_its_licence_is_accepted_and_is_stopped_again(models: Window) -> None:
    models.click("field(0, 'left')")
    models.type("pedestrian")
    models.until(f"places.shows('1 of {count(models)} models')")
    models.click("button('About')")
    models.until("places.shows('Navneet Dalal')")
    models.click("button('Start', 1)")
    models.until("places.shows('Before People runs')")
    assert models.ask("places.shows('like any program you start')")
    models.click("button('Accept and start')")
    models.until("editor.models.show('people').ready", 60)
    models.until("places.shows('ready · local process ·')")
    models.until("places.shows('nodegraph-kit listening')")
    models.click("button('Stop', 1)")
    models.until("not editor.models.running", 60)
    models.key("Escape")
    models.until("editor.dialogs.current is None")


def test_a_licence_that_is_refused_starts_nothing(models: Window) -> None:
    models.click("field(0, 'left')")
    models.type("pedestrian")
    models.until(f"places.shows('1 of {count(models)} models')")
    models.click("button('Start')")
    models.until("places.shows('Before ')")
    models.key("Escape")
    models.until("editor.dialogs.current is None")
    assert models.ask("editor.models.running") == []
    assert models.ask("editor.settings.licences") == {}
