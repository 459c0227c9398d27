"""The library, the model page and the licence sheet, drawn in a context without a window."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.acting import press
from nodegraph.editor.state.models.pages import open_page
from nodegraph.editor.state.models.shown import Action, ModelShow
from nodegraph.editor.state.settings import Settings
from nodegraph.editor.views.dialogs.dialog_view import DialogView
from nodegraph.editor.views.library.panel import Library
from nodegraph.editor.views.library.state_line import StateLine
from nodegraph.editor.views.look import Look
from nodegraph.session import Session


class Desk:
    """An editor with its library and its dialogs."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.editor = Editor(session, Settings(folder / "settings.json"))
        self.look = Look("dark", 1.0)
        self.window = dpg.add_window()
        self.library = Library(self.editor, self.look)
        self.library.build(self.window)
        self.dialogs = DialogView(self.editor, self.look)
        self.dialogs.build(0)

    def frames(self) -> None:
        for _ in range(2):
            self.library.update()
            self.dialogs.update()

    def texts(self, root: int | str) -> list[str]:
        """Every text and label below an item that is shown."""
        found, open = [], [root]
        while open:
            item = open.pop()
            if not dpg.get_item_configuration(item).get("show", True):
                continue
            kind = str(dpg.get_item_type(item)).rpartition("::")[2]
            found.append(str(dpg.get_value(item) if kind == "mvText" else dpg.get_item_label(item) or ""))
            open += [child for slot in dpg.get_item_children(item).values() for child in slot]
        return [one.partition("##")[0] for one in found if one]

    def tab(self, name: str) -> None:
        dpg.set_value(self.library._bar, getattr(self.library, f"_{name}_tab"))
        self.frames()


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session(node_folders=[]) as session:
        yield session


@pytest.fixture
def desk(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    dpg.create_context()
    monkeypatch.setattr(dpg, "get_viewport_client_width", lambda: 1280)
    monkeypatch.setattr(dpg, "get_viewport_client_height", lambda: 800)
    desk = Desk(session, tmp_path)
    desk.frames()
    yield desk
    desk.editor.quitting = True
    desk.editor.close()
    dpg.destroy_context()


def test_every_type_of_node_is_in_the_tree_under_its_category(desk: Desk, session: Session) -> None:
    texts = desk.texts(desk.library._nodes._tree)
    titles = {one.spec.title for one in session.registry.definitions.values()}
    assert titles <= set(texts)
    assert f"Model  ({len(session.models)})" in texts


def test_a_search_shows_what_it_finds_instead_of_the_tree(desk: Desk) -> None:
    nodes = desk.library._nodes
    dpg.set_value(nodes.search.field, " gauss ")
    desk.frames()
    texts = desk.texts(nodes._list)
    assert "Gaussian Blur" in texts
    assert not any(one.startswith("Model  (") for one in texts)
    dpg.set_value(nodes.search.field, "no such thing at all")
    desk.frames()
    assert desk.texts(nodes._list)[-1:] == ["No node is called that."]
    nodes.search.empty()
    desk.frames()
    assert any(one.startswith("Model  (") for one in desk.texts(nodes._list))


def test_what_is_used_most_comes_first(desk: Desk) -> None:
    assert "Most used" not in desk.texts(desk.library._nodes._list)
    desk.editor.add_node("filter.invert", (0, 0))
    desk.frames()
    assert {"Most used", "Invert"} <= set(desk.texts(desk.library._nodes._used))


def test_there_is_a_card_for_every_model_that_fits(desk: Desk) -> None:
    desk.tab("models")
    models = desk.library._models
    assert {"People", "Faces", "Line art"} <= set(desk.texts(models._list))
    models._gave(0, "gives mask")
    desk.frames()
    found = [view._card.id for view in models._cards]
    assert "segment" in found
    assert dpg.get_value(models._count) == f"{len(found)} of {len(desk.editor.session.models)} models"
    dpg.set_value(models.search.field, "zebra")
    desk.frames()
    assert "No model fits. Take a word or a filter away." in desk.texts(models._list)


def test_the_page_shows_every_description_field(desk: Desk, session: Session) -> None:
    (entry,) = [one for one in session.models if one.id == "people"]
    open_page(desk.editor, "people")
    desk.frames()
    texts, about = desk.texts(desk.dialogs.window), entry.description
    for words in (about.first, about.second, about.third, about.authors, about.organization, about.framework):
        assert words in texts
    assert {about.licence, about.github, about.paper, entry.tag, "0.4 GB"} <= set(texts)
    assert {port.name for port in (*entry.inputs, *entry.outputs)} <= set(texts)
    assert {one.name for one in entry.parameters} | {one.description for one in entry.parameters} <= set(texts)
    desk.dialogs._pressed(0, dpg.mvKey_Escape)
    assert desk.editor.dialogs.current is None


def test_the_licence_sheet_says_what_is_accepted_and_enter_accepts(desk: Desk) -> None:
    done: list[str] = []
    desk.editor.models.act = lambda id, action, place=None, what="": done.append(action)  # type: ignore[method-assign]
    press(desk.editor, "people", "contain")
    desk.frames()
    texts = desk.texts(desk.dialogs.window)
    assert {"the image nodegraph/people:1", "It cannot reach the internet, nor your files."} <= set(texts)
    assert "Accept and start" in texts
    desk.dialogs._pressed(0, dpg.mvKey_Return)
    assert done == ["contain"]


def state_line(desk: Desk, show: ModelShow, brief: bool, **more: Any) -> list[str]:
    desk.editor.models.show = lambda *_: show  # type: ignore[method-assign]
    group = dpg.add_group(parent=desk.window)
    line = StateLine(desk.editor, desk.look, "people", brief=brief)
    line.build(group)
    if brief:
        line.build_buttons(group)
    line.update()
    line.update()
    return desk.texts(group)


def test_a_card_leaves_the_second_way_to_start_and_removing_to_the_page(desk: Desk) -> None:
    actions = (Action("start", "Start"), Action("contain", "Start container"), Action("remove", "Remove image"))
    show = ModelShow("stopped", "stopped", None, actions, note="A note.")
    assert set(state_line(desk, show, brief=True)) == {"stopped", "Start"}
    assert {"Start container", "Remove image", "A note."} <= set(state_line(desk, show, brief=False))


def test_what_runs_only_in_containers_can_be_started_from_its_card(desk: Desk) -> None:
    actions = (Action("contain", "Start"), Action("remove", "Remove image"))
    assert "Start" in state_line(desk, ModelShow("stopped", "stopped", None, actions), brief=True)


def test_a_download_has_a_bar(desk: Desk) -> None:
    show = ModelShow("pulling", "downloading 43 %", 0.43, (Action("cancel", "Cancel"),), working=True)
    state_line(desk, show, brief=True)
    bars = [one for one in dpg.get_all_items() if "mvProgressBar" in str(dpg.get_item_type(one))]
    assert [round(dpg.get_value(one), 2) for one in bars if dpg.is_item_shown(one)] == [0.43]


def test_a_page_of_a_model_that_left_the_catalogue_does_not_end_the_window(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_page(desk.editor, "im2txt")
    desk.frames()
    monkeypatch.setattr(type(desk.editor.models), "entries", {})
    desk.editor.models.forget()
    desk.frames()
    assert desk.editor.dialogs.current is not None
