from pathlib import Path

import pytest

from nodegraph.core.preset import Preset, to_text
from nodegraph.editor.state.documents import browser as module
from nodegraph.editor.state.documents.browser import Browser


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("b", "A", ".hidden"):
        (tmp_path / name).mkdir()
    for name in ("two.json", "One.JSON", "clip.mp4", "picture.png", ".secret.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "lost.json").symlink_to(tmp_path / "nowhere")
    return tmp_path


def names(browser: Browser) -> list[str]:
    return [one.name for one in browser.shown]


def test_folders_come_first_and_only_files_of_the_kind_are_shown(folder):
    assert names(Browser(folder)) == ["A", "b", "One.JSON", "picture.png", "two.json"]
    assert names(Browser(folder, (".mp4",))) == ["A", "b", "clip.mp4"]
    assert len(names(Browser(folder, ()))) == 6


def test_a_folder_that_is_gone_means_the_nearest_one_above(folder):
    assert Browser(folder / "gone" / "further").folder == folder


def test_a_folder_that_cannot_be_read_is_a_sentence_and_the_list_stays(folder):
    browser = Browser(folder)
    before = names(browser)
    browser.go(folder / "two.json")
    assert (browser.folder, names(browser)) == (folder, before)
    assert browser.problem.startswith("two.json cannot be opened")


def test_arrows_stay_in_the_list_and_enter_goes_in_or_gives_the_file(folder):
    browser = Browser(folder)
    browser.step(1)
    assert browser.selected == folder / "A"
    assert browser.enter() is None
    assert browser.folder == folder / "A"
    browser.up()
    assert browser.selected == folder / "A"
    browser.step(100)
    assert browser.enter() == folder / "two.json"


def test_search_looks_at_names_and_titles_and_marks_the_first(folder):
    browser = Browser(folder)
    browser.titles[folder / "two.json"] = "Neon dusk"
    browser.search("dusk NEON")
    assert names(browser) == ["two.json"]
    assert browser.name == "two.json"


def test_a_typed_name_is_beside_the_list_and_a_typed_folder_goes_there(folder):
    browser = Browser(folder, name="mine.json")
    assert browser.typed() == folder / "mine.json"
    browser.name = "../"
    assert browser.typed() is None
    assert browser.folder == folder.parent
    browser.name = str(folder / "two.json")
    assert browser.typed() == folder / "two.json"
    browser.name = "  "
    assert browser.typed() is None


def test_places_are_folders_that_exist_each_once(folder, monkeypatch):
    monkeypatch.chdir(folder)
    recent = (folder / "A" / "x.json", folder / "A" / "y.json", folder / "gone" / "z.json")
    places = [one.path for one in Browser(folder, recent=recent).places]
    assert len(places) == len({one.resolve() for one in places})
    assert all(one.is_dir() for one in places)
    assert folder / "A" in places


def test_titles_come_later_from_a_thread(folder, monkeypatch):
    class Inline:
        def __init__(self, target, args, **_):
            self.start = lambda: target(*args)

    monkeypatch.setattr(module.threading, "Thread", Inline)
    (folder / "two.json").write_text(to_text(Preset(title="Neon dusk")))
    browser = Browser(folder, post=lambda call: call())
    assert browser.titles == {folder / "two.json": "Neon dusk", folder / "One.JSON": "", folder / "picture.png": ""}


def test_the_way_here_begins_at_the_root(folder):
    parts = Browser(folder).parts
    assert (parts[0].name, parts[-1].path) == (folder.anchor, folder)


def test_the_home_of_nobody_is_a_name_like_any_other(folder):
    browser = Browser(folder)
    browser.name = "~nobody-at-all"
    assert browser.typed() == folder / "~nobody-at-all"
    browser.go(Path("~nobody-at-all"))
    assert browser.problem.startswith("~nobody-at-all cannot be opened")
