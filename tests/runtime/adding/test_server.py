import json

import pytest

from nodegraph.core.errors import DocumentError, ModelError, ModelUnreachable, UsageError
from nodegraph.runtime.adding.adding import apply, plan_for
from nodegraph.runtime.catalog.catalog import load_catalog
from nodegraph.runtime.launch import launch_of

GLOW = {
    "protocol": "native",
    "protocolVersion": 1,
    "title": "Glow",
    "description": "Make it glow.",
    "inputs": {"image": {"type": "image", "description": "", "optional": False}},
    "outputs": {"image": {"type": "image", "description": "", "optional": False}},
    "parameters": {"radius": {"type": "number", "default": 3.0, "minimum": 0, "maximum": 9, "description": ""}},
    "maxInflight": 2,
}
SDK = {
    "modelSDKVersion": "0.6.1",
    "options": [],
    "commands": [
        {"name": name, "inputs": [{"name": "photo", "type": "image"}], "outputs": [{"name": "out", "type": "image"}]}
        for name in ("paint", "erase")
    ],
}


def test_a_running_server_becomes_an_entry_whose_node_asks_there(web, wishes):
    url = web({"/": GLOW})
    plan = plan_for(f" {url}/ ", wishes())
    assert plan.kind == "server"
    assert plan.ids == ("glow",)
    assert ("server", f"{url}, run by somebody else: pictures are sent there") in [
        (fact.name, fact.value) for fact in plan.facts
    ]
    assert not plan.catalogue.exists(), "looking writes nothing"
    assert apply(plan, print) == ("glow",)
    (entry,) = load_catalog(plan.catalogue).entries
    assert entry.server == url
    launch = launch_of(entry, {})
    assert (launch.kind, launch.url) == ("url", url)
    assert launch_of(entry, {"kind": "url", "url": "http://other:1"}).url == "http://other:1"


def test_looking_at_a_server_only_gets(web, wishes):
    plan_for(web({"/": GLOW}), wishes())
    assert {method for method, _ in web.asked} == {"GET"}


def test_name_and_id_can_be_chosen(web, wishes):
    plan = plan_for(web({"/": GLOW}), wishes(name="Warm light"))
    assert (plan.title, plan.ids) == ("Warm light", ("warm-light",))
    assert plan_for(web({"/": GLOW}), wishes(id="my.glow_2")).ids == ("my.glow_2",)
    with pytest.raises(UsageError, match="is no id"):
        plan_for(web({"/": GLOW}), wishes(id="My Glow"))


def test_each_command_of_a_server_is_a_model(web, wishes):
    plan = plan_for(web({"/meta": SDK, "/": SDK}), wishes())
    assert plan.ids == ("paint", "erase")
    apply(plan, print)
    assert [entry.id for entry in load_catalog(plan.catalogue).entries] == ["paint", "erase"]
    assert plan_for(web({"/meta": SDK, "/": SDK}), wishes(id="mine")).ids == ("mine-paint", "mine-erase")
    apply(plan_for(web({"/meta": SDK, "/": SDK}), wishes(name="My Art")), print)
    added = load_catalog(plan.catalogue).entries[2:]
    assert [(entry.id, entry.name) for entry in added] == [
        ("my-art-paint", "My Art: paint"),
        ("my-art-erase", "My Art: erase"),
    ]


def test_an_id_of_another_catalogue_or_of_ones_own_forbids_it_until_another_is_chosen(web, wishes):
    url = web({"/": GLOW})
    plan = plan_for(url, wishes(taken={"glow": "Glow, of models.json"}))
    assert not plan.can_be_done
    with pytest.raises(DocumentError, match="glow is the id of another model: Glow, of "):
        apply(plan, print)
    apply(plan_for(url, wishes()), print)
    assert not plan_for(url, wishes()).can_be_done
    assert plan_for(url, wishes(id="other")).can_be_done
    apply(plan_for(url, wishes(replace=True, name="Glow")), print)
    assert len(json.loads(plan.catalogue.read_text())) == 1


def test_a_page_that_is_no_server_of_a_model_is_a_sentence(web, wishes):
    with pytest.raises(ModelError, match="speaks no protocol of a model's server"):
        plan_for(web({"/": (200, "text/html", "<html>hello</html>")}), wishes())


@pytest.mark.parametrize("what", ["http://127.0.0.1:1", "http://127.0.0.1:1/path"])
def test_a_dead_address_is_a_sentence(wishes, what):
    with pytest.raises(ModelUnreachable, match="cannot be reached"):
        plan_for(what, wishes())


@pytest.mark.parametrize("what", ["ftp://x/y", "http://", "file:///etc/passwd", "http://["])
def test_what_is_no_address_is_a_sentence(wishes, what):
    with pytest.raises(ModelError, match="is no address"):
        plan_for(what, wishes())


@pytest.mark.parametrize("what", ["", "  ", "\0", "a\nb"])
def test_nothing_at_all_is_a_sentence(wishes, what):
    with pytest.raises(UsageError, match="Nothing to add was named"):
        plan_for(what, wishes())


def test_a_catalogue_that_cannot_be_written_is_told_before(web, wishes, tmp_path):
    (tmp_path / "models.json").mkdir()
    plan = plan_for(web({"/": GLOW}), wishes())
    assert not plan.can_be_done
    (tmp_path / "models.json").rmdir()
    (tmp_path / "models.json").write_text("[{")
    plan = plan_for(web({"/": GLOW}), wishes())
    with pytest.raises(DocumentError, match="line 1"):
        apply(plan, print)
    assert (tmp_path / "models.json").read_text() == "[{"
