"""What the person agreed to is kept apart from catalogues, and is all that counts."""

import json

import pytest

from nodegraph.core.errors import NodegraphError
from nodegraph.runtime import consent
from nodegraph.runtime.catalog.catalog import load_catalog


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "nodegraph" / "agreed.json"


@pytest.fixture
def folder(tmp_path):
    """A folder with a Dockerfile that is not below the catalogue's."""
    made = tmp_path / "elsewhere"
    made.mkdir()
    (made / "Dockerfile").write_text("FROM scratch\n")
    return made


def read(tmp_path, build, id="glow"):
    path = tmp_path / "mine" / "models.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([{"name": "Glow", "id": id, "build": build}]))
    return load_catalog(path)


def test_what_is_agreed_to_is_remembered_by_model_until_it_is_taken_back(folder):
    consent.agree_to_folder("glow", folder)
    consent.agree_to_secrets("glow", ["B_TOKEN"])
    consent.agree_to_secrets("glow", ["A_TOKEN"])
    consent.agree_to_secrets("other", ["A_TOKEN"])
    assert consent.agreed_folder("glow") == folder
    assert consent.agreed_secrets("glow") == {"A_TOKEN", "B_TOKEN"}
    assert consent.refuse_secret("glow", "A_TOKEN")
    assert not consent.refuse_secret("glow", "A_TOKEN")
    assert consent.agreed_secrets("glow") == {"B_TOKEN"}
    consent.take_back("glow")
    assert consent.agreed_folder("glow") is None
    assert not consent.agreed_secrets("glow")
    assert consent.agreed_secrets("other") == {"A_TOKEN"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"glow": 5}', '{"glow": {"build": 5, "secrets": "A_TOKEN"}}'])
def test_a_damaged_file_agrees_to_nothing(data, text):
    data.parent.mkdir(parents=True)
    data.write_text(text)
    assert consent.agreed_folder("glow") is None
    assert not consent.agreed_secrets("glow")
    consent.agree_to_secrets("glow", ["A_TOKEN"])
    assert consent.agreed_secrets("glow") == {"A_TOKEN"}


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "data").touch()
    with pytest.raises(NodegraphError, match="What you agreed to cannot be kept in"):
        consent.agree_to_secrets("glow", ["A_TOKEN"])


def test_a_catalogue_may_build_from_below_its_own_folder(tmp_path):
    assert [entry.id for entry in read(tmp_path, "models/glow").entries] == ["glow"]


def test_a_folder_elsewhere_is_built_from_only_when_that_was_agreed_to(tmp_path, folder):
    catalog = read(tmp_path, str(folder))
    assert not catalog.entries
    (problem,) = catalog.problems
    assert "is not below the catalogue's folder" in problem.message
    assert problem.hint.endswith(f"nodegraph models add {folder} --id glow --replace")
    consent.agree_to_folder("glow", folder)
    assert read(tmp_path, str(folder)).entries
    assert not read(tmp_path, str(folder), id="another").entries
    assert not read(tmp_path, str(folder.parent)).entries


def test_neither_a_link_nor_a_dockerfile_leads_out_of_the_catalogues_folder(tmp_path, folder):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "link").symlink_to(folder)
    assert not read(tmp_path, "link").entries
    (problem,) = read(tmp_path, {"context": "a", "dockerfile": "../../elsewhere/Dockerfile"}).problems
    assert problem.where.endswith(".build.dockerfile")
    assert "is not in the folder that the image is built from" in problem.message


@pytest.mark.parametrize("build", ["/", "..", "."])
def test_the_whole_disk_or_home_is_never_built_from(tmp_path, monkeypatch, build):
    monkeypatch.setenv("HOME", str(tmp_path / "mine"))
    consent.agree_to_folder("glow", tmp_path)
    (problem,) = read(tmp_path, build).problems
    assert "is the whole disk or a home" in problem.message


def test_links_in_a_circle_do_not_end_the_catalogue(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "circle").symlink_to(tmp_path / "mine" / "circle")
    catalog = read(tmp_path, "circle")
    assert catalog.problems or catalog.entries, "from Python 3.13 on such a link is followed no further, and is allowed"


@pytest.mark.parametrize("build", ["a\0b", {"context": "a", "dockerfile": "b\0c"}])
def test_what_can_be_no_folder_is_a_mistake_of_its_entry(tmp_path, build):
    (problem,) = read(tmp_path, build).problems
    assert "cannot be a folder that an image is built from" in problem.message


def test_no_model_of_a_catalogue_passes_for_the_trial_of_another(tmp_path, folder):
    catalog = read(tmp_path, None, id="glow.check")
    assert catalog.entries == ()
    assert "ends in .check, which is for trials." in catalog.problems[0].message
