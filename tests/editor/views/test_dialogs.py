"""The dialogs about documents, drawn in a context without a window: what they hold, and what keys and buttons do."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg
import pytest
from PIL import Image

from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.preset import Preset
from nodegraph.editor.state.documents.browser import Browser
from nodegraph.editor.state.documents.gallery import cards
from nodegraph.editor.state.documents.missing import Missing
from nodegraph.editor.state.documents.questions import (
    Answer,
    FileDialog,
    GalleryDialog,
    MissingDialog,
    Progress,
    Question,
    RecoveryDialog,
    ShareDialog,
)
from nodegraph.editor.state.documents.recovery import Recovered
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.shown import ModelShow
from nodegraph.editor.state.settings import Settings
from nodegraph.editor.views.dialogs import dialog_view
from nodegraph.editor.views.dialogs.dialog_view import DialogView
from nodegraph.editor.views.dialogs.pictures import pixels_of
from nodegraph.editor.views.look import Look
from nodegraph.session import Session


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session(node_folders=[]) as session:
        yield session


class Desk:
    """An editor and the view of its dialogs."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.editor = Editor(session, Settings.load(folder / "settings.json"))
        self.view = DialogView(self.editor, Look("dark", 1.0))
        self.view.build(0)

    def show(self, dialog: Any) -> None:
        self.editor.dialogs.show(dialog)
        self.frames()

    def frames(self) -> None:
        for _ in range(4):
            self.view.update()

    def key(self, key: int) -> None:
        self.view._pressed(0, key)
        self.frames()

    def press(self, label: str) -> None:
        (item,) = [one for one in self.items("mvButton") if dpg.get_item_label(one) == label]
        dpg.run_callbacks([(dpg.get_item_callback(item), item, None, dpg.get_item_user_data(item))])
        self.frames()

    def items(self, kind: str) -> list[int]:
        found, open = [], [self.view.window] if self.view.window else []
        while open:
            item = open.pop()
            found.append(item)
            open += [child for slot in dpg.get_item_children(item).values() for child in slot]
        return [item for item in found if dpg.get_item_type(item).endswith(f"::{kind}") and dpg.is_item_shown(item)]

    @property
    def texts(self) -> list[str]:
        return [dpg.get_value(item) for item in self.items("mvText")]


@pytest.fixture
def desk(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    dpg.create_context()
    monkeypatch.setattr(dialog_view.dpg, "get_viewport_client_width", lambda: 1280)
    monkeypatch.setattr(dialog_view.dpg, "get_viewport_client_height", lambda: 800)
    desk = Desk(session, tmp_path)
    yield desk
    desk.editor.quitting = True
    desk.editor.close()
    dpg.destroy_context()


def question(done: list[str], first: str = "main") -> Question:
    answers = [Answer(one, lambda one=one: done.append(one)) for one in ("Save", "Don't save", "Cancel")]
    answers[0].look = first  # type: ignore[assignment]
    return Question("Save changes?", "It has changes.", tuple(answers), ("A detail.",))


def test_a_question_is_answered_by_a_button_enter_or_escape(desk: Desk) -> None:
    done: list[str] = []
    desk.show(question(done))
    assert desk.texts == ["A detail.", "It has changes."]
    desk.press("Don't save")
    assert desk.view.window == 0
    for key in (dpg.mvKey_Return, dpg.mvKey_Escape):
        desk.show(question(done))
        desk.key(key)
    assert done == ["Don't save", "Save", "Cancel"]


def test_enter_never_gives_an_answer_that_loses_something(desk: Desk) -> None:
    done: list[str] = []
    desk.show(question(done, "danger"))
    desk.key(dpg.mvKey_Return)
    assert done == []
    assert desk.view.window


def test_a_key_that_opened_a_dialog_is_not_its_answer(desk: Desk) -> None:
    done: list[str] = []
    desk.editor.dialogs.show(question(done))
    desk.view._pressed(0, dpg.mvKey_Return)
    assert done == []


def test_the_file_dialog_moves_by_keys_goes_into_folders_and_gives_the_file(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "one.json").write_text("{}")
    chosen: list[Path] = []
    desk.show(FileDialog("Open", "Open", "open", Browser(tmp_path), chosen.append))
    rows = [dpg.get_item_label(one).partition("##")[0] for one in desk.items("mvSelectable")]
    assert "inner" in rows
    desk.key(dpg.mvKey_Down)
    desk.key(dpg.mvKey_Return)
    assert desk.view._shown.browser.folder == tmp_path / "inner"
    desk.key(dpg.mvKey_Down)
    desk.key(dpg.mvKey_Return)
    assert chosen == [tmp_path / "inner" / "one.json"]
    assert desk.view.window == 0


def test_the_file_dialog_says_when_there_is_no_such_file(desk: Desk, tmp_path: Path) -> None:
    desk.show(FileDialog("Open", "Open", "open", Browser(tmp_path, name="gone.json"), lambda _: None))
    desk.press("Open")
    assert "There is no file gone.json here." in desk.texts
    desk.key(dpg.mvKey_Escape)
    assert desk.view.window == 0


def test_the_gallery_waits_shows_cards_and_opens_the_marked_one(desk: Desk, session: Session) -> None:
    chosen: list[str] = []
    dialog = GalleryDialog(lambda card: chosen.append(card.id))
    desk.show(dialog)
    assert "Looking…" in desk.texts
    dialog.cards = cards(session)
    desk.frames()
    assert {"Neon dusk", "Kaleidoscope", "Webcam mirror"} <= set(desk.texts)
    dialog.words = "mirror"
    desk.frames()
    assert "Neon dusk" not in desk.texts
    desk.key(dpg.mvKey_Return)
    assert chosen == ["kaleidoscope"]


def test_what_is_missing_has_a_row_with_a_button_each(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    shows = {"c": ModelShow("absent", "not downloaded"), "d": ModelShow("absent", "not built")}
    monkeypatch.setattr(desk.editor.models, "show", lambda id, spot="": shows[id])
    asked: list[str] = []
    rows = [
        Missing("a.b", "Wand", "missing", "Not installed.", ("x",), "show", "Show it"),
        Missing("model.c", "Pose", "not downloaded", "Far.", ("y",), "pull", "Download", "c", "2 GB", "MIT"),
        Missing("model.d", "Faces", "not built", "Here.", ("z",), "build", "Build", "d"),
    ]
    dialog = MissingDialog("Mine", rows, lambda row: asked.append(row.type))
    desk.show(dialog)
    assert "2 GB  ·  licence: MIT  ·  nodes: y" in desk.texts
    desk.press("Download")
    desk.press("Fix all")
    assert asked == ["model.c", "model.c", "model.d"]
    shows["c"] = ModelShow("pulling", "downloading 43 %", working=True)
    dialog.done.add("model.d")
    desk.frames()
    assert {"downloading 43 %", "here now"} <= set(desk.texts)
    assert [dpg.get_item_label(one) for one in desk.items("mvButton")].count("Download") == 0


def test_unsaved_work_is_recovered_discarded_or_left_for_later(desk: Desk, tmp_path: Path) -> None:
    done: list[str] = []
    rows = [Recovered(tmp_path, name, None, tmp_path, time.time() - 90, 3) for name in ("One", "Two")]
    desk.show(RecoveryDialog(rows, lambda one: done.append(f"r {one.name}"), lambda one: done.append(f"d {one.name}")))
    assert "3 changes, the last 1 minute ago" in desk.texts
    desk.key(dpg.mvKey_Return)
    desk.key(dpg.mvKey_Escape)
    assert done == ["r One"]
    assert desk.view.window == 0


def test_sharing_tells_what_is_taken_out_and_exports_the_chosen_kind(desk: Desk) -> None:
    done: list[str] = []
    sizes: Any = {"json": 1000, "png": 2_000_000, "zip": 3_000_000_000}
    desk.show(ShareDialog("Mine", ("a: b",), ("c: gone",), sizes, None, done.append))
    assert {"–  a: b", "not in the bundle: c: gone"} <= set(desk.texts)
    desk.key(dpg.mvKey_Up)
    desk.key(dpg.mvKey_Return)
    assert done == ["zip"]


def test_progress_can_be_stopped(desk: Desk) -> None:
    stopped: list[bool] = []
    dialog = Progress("Exporting", "x.zip", lambda: stopped.append(True))
    desk.show(dialog)
    dialog.share = 0.5
    desk.frames()
    assert [dpg.get_value(one) for one in desk.items("mvProgressBar")] == [0.5]
    desk.key(dpg.mvKey_Escape)
    assert stopped == [True]


def test_pictures_fit_and_what_is_none_is_none(tmp_path: Path) -> None:
    Image.new("RGB", (400, 100), (255, 0, 0)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    pixels = pixels_of(tmp_path / "a.png", (200, 200))
    assert pixels is not None
    assert (pixels.shape, pixels[0, 0].tolist()) == ((50, 200, 4), [1, 0, 0, 1])
    assert pixels_of(tmp_path / "b.png", (200, 200)) is None
    assert pixels_of(tmp_path / "c.png", (200, 200)) is None


def test_every_dialog_about_documents_is_drawn_over_a_full_document(desk: Desk) -> None:
    desk.editor.load(Preset(graph=Graph({"a": GraphNode("a", "source.text")})), None)
    opened: list[Callable[[], None]] = [desk.editor.files.open, desk.editor.files.save_as, desk.editor.files.gallery]
    for open in opened:
        open()
        desk.frames()
        assert desk.view.window
        desk.key(dpg.mvKey_Escape)
        assert desk.view.window == 0
