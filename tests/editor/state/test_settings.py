import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.core.errors import NodegraphError
from nodegraph.editor.state.settings import MAX_RECENT, Settings


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "config" / "editor.json"


def test_without_a_file_the_defaults_hold_and_nothing_is_written(file):
    settings = Settings.load(file)
    settings.save()
    assert (settings.theme, settings.scale, settings.snap, settings.problem) == ("dark", 0.0, True, "")
    assert not file.exists()


def test_what_is_saved_is_there_again_and_keys_of_other_versions_are_kept(file):
    file.parent.mkdir()
    file.write_text('{"theme": "light", "from_the_future": {"a": 1}}')
    settings = Settings.load(file)
    settings.panels["library"] = 240.5
    settings.count("filter.blur")
    settings.count("filter.blur")
    settings.changed()
    settings.save()
    again = Settings.load(file)
    assert (again.theme, again.panels, again.usage) == ("light", {"library": 240.5}, {"filter.blur": 2})
    assert json.loads(file.read_text())["from_the_future"] == {"a": 1}


def test_a_damaged_file_is_set_aside_and_told(file):
    file.parent.mkdir()
    file.write_text('{"theme": "li')
    settings = Settings.load(file)
    assert settings.theme == "dark"
    assert "damaged" in settings.problem
    assert file.with_name("editor.damaged.json").read_text() == '{"theme": "li'
    assert not file.exists()


def test_values_of_the_wrong_kind_are_the_defaults_again(file):
    file.parent.mkdir()
    file.write_text(
        '{"theme": "pink", "scale": "big", "snap": 3, "recent": [1, "a"], "usage": {"x": -1, "y": 2}, "panels": []}'
    )
    settings = Settings.load(file)
    assert (settings.theme, settings.scale, settings.snap) == ("dark", 0.0, True)
    assert (settings.recent, settings.usage, settings.panels) == (["a"], {"y": 2}, {})


def test_recent_files_are_newest_first_without_doubles_and_at_most_twelve(file, tmp_path):
    settings = Settings.load(file)
    for number in range(20):
        settings.remember(tmp_path / f"{number}.json")
    settings.remember(tmp_path / "15.json")
    assert len(settings.recent) == MAX_RECENT
    assert [Path(one).stem for one in settings.recent[:3]] == ["15", "19", "18"]
    settings.forget(settings.recent[0])
    assert Path(settings.recent[0]).stem == "19"


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "config").write_text("a file, not a folder")
    settings = Settings.load(tmp_path / "config" / "editor.json")
    settings.changed()
    with pytest.raises(NodegraphError, match="cannot be saved"):
        settings.save()


@given(st.binary(max_size=200) | st.from_type(type(None)).map(lambda _: b"[1]"))
def test_no_file_whatever_it_holds_keeps_the_editor_from_starting(tmp_path_factory, data):
    file = tmp_path_factory.mktemp("settings") / "editor.json"
    file.write_bytes(data)
    assert Settings.load(file).theme in ("dark", "light")
