"""Adding a model from the command line: what is shown, who is asked, and what happens when nobody can be."""

import json
import os
import pty
import signal

import pytest

from nodegraph.runtime.adding.new_model import write_new


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A new model's folder; the person's own catalogue is in the test's folder."""
    monkeypatch.setenv("NODEGRAPH_CATALOGUE", str(tmp_path / "mine.json"))
    write_new("Warm light", tmp_path / "wl")
    return tmp_path / "wl"


def heed_ctrl_c():
    """As at a terminal: what a shell starts in the background, such as these tests, has SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def asked(spawn, folder):
    """asked(arguments): the program at a terminal, when it has asked; then `answer(bytes)` gives code and output."""
    ends = []

    def begin(*arguments):
        mine, its = pty.openpty()
        ends.append(mine)
        process = spawn(*arguments, stdin=its, start_new_session=True, preexec_fn=heed_ctrl_c)
        os.close(its)
        said = ""
        while not said.endswith("[y/N] "):
            letter = process.stderr.read(1)
            assert letter, said
            said += letter

        def answer(data):
            if isinstance(data, signal.Signals):
                process.send_signal(data)
            else:
                os.write(mine, data)
            out, err = process.communicate(timeout=60)
            return process.returncode, out, err

        return answer

    yield begin
    for end in ends:
        os.close(end)


def test_what_will_run_is_shown_before_the_question(asked, tmp_path):
    code, out, _ = asked("models", "add", "wl")(b"n\n")
    assert code == 1
    for words in ("network", "licence", "gpu", "python server.py", "local/warm-light:1", "This will", "mine.json"):
        assert words in out
    assert "Nothing was done." in out
    assert not (tmp_path / "mine.json").exists()


@pytest.mark.parametrize("answer", [b"y\n", b"YES\n"])
def test_a_yes_adds_it(asked, tmp_path, answer):
    code, out, _ = asked("models", "add", "wl")(answer)
    assert code == 0
    assert "added model.warm-light" in out
    assert json.loads((tmp_path / "mine.json").read_text())[0]["id"] == "warm-light"


@pytest.mark.parametrize("answer", [b"\n", b"maybe\n", b"\x04"])
def test_anything_but_yes_is_no(asked, tmp_path, answer):
    code, _, _ = asked("models", "add", "wl")(answer)
    assert code == 1
    assert not (tmp_path / "mine.json").exists()


def test_ctrl_c_at_the_question_does_nothing(asked, tmp_path):
    code, _, err = asked("models", "add", "wl")(signal.SIGINT)
    assert code == 130
    assert "Traceback" not in err
    assert not (tmp_path / "mine.json").exists()


def test_where_nobody_can_be_asked_nothing_is_done(spawn, folder, tmp_path):
    process = spawn("models", "add", "wl", stdin=-3)  # /dev/null
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "This will" in out
    assert "add --yes" in err
    assert not (tmp_path / "mine.json").exists()


def test_an_added_model_is_a_node_until_it_is_forgotten(cli, folder):
    assert cli("models", "add", "wl", "--yes").code == 0
    assert "model.warm-light" in cli("nodes", "list", "warm").out
    assert "warm-light" in cli("models", "list").out
    again = cli("models", "add", "wl", "--yes")
    assert again.code == 3
    assert "warm-light is in " in again.err
    assert "--replace" in again.err
    assert cli("models", "add", "wl", "--yes", "--replace").code == 0
    assert cli("models", "add", "wl", "--yes", "--id", "other", "--name", "Other light").code == 0
    assert "Other light" in cli("models", "info", "other").out
    assert cli("models", "forget", "warm-light").out == "warm-light: forgotten\n"
    assert "model.warm-light" not in cli("nodes", "list", "warm").out
    assert cli("models", "forget", "warm-light").code == 2


def test_the_id_of_a_shipped_model_cannot_be_taken(cli, folder):
    ran = cli("models", "add", "wl", "--yes", "--id", "people")
    assert ran.code == 3
    assert "people is the id of another model: People, of models.json." in ran.err


def test_json_without_yes_is_the_plan_alone(cli, folder, tmp_path):
    plan = json.loads(cli("models", "add", "wl", "--json").out)
    assert (plan["kind"], plan["ids"], plan["added"]) == ("folder", ["warm-light"], [])
    assert not (tmp_path / "mine.json").exists()
    assert json.loads(cli("models", "add", "wl", "--json", "--yes").out)["added"] == ["warm-light"]


def test_another_catalogue_can_be_written(cli, folder, tmp_path):
    assert cli("models", "add", "wl", "--yes", "--catalogue", "show.json").code == 0
    assert "warm-light" in cli("models", "list", "--models", "show.json").out
    assert not (tmp_path / "mine.json").exists()


def test_a_broken_catalogue_of_ones_own_is_told_and_left(cli, folder, tmp_path):
    (tmp_path / "mine.json").write_text("[{")
    ran = cli("models", "add", "wl", "--yes")
    assert ran.code == 3
    assert "mine.json" in ran.err
    assert (tmp_path / "mine.json").read_text() == "[{"
    assert cli("models", "check").code == 3


def test_a_new_model_can_be_checked_and_added_as_it_is(cli, folder):
    made = cli("models", "new", "Cold light")
    assert made.code == 0
    checked = cli("models", "check", "cold-light", "--calls", 8)
    assert checked.code == 0, checked.out
    assert "Cold light keeps the contract." in checked.out
    assert cli("models", "new", "Cold light").code == 2
    assert cli("models", "new", "People").code == 2


def test_a_model_of_the_catalogue_is_checked_by_its_id(cli):
    ran = cli("models", "check", "lineart", "--calls", 8)
    assert ran.code == 0, ran.out
    assert "Line art keeps the contract." in ran.out
    assert cli("models", "check", "lineart", "--update").code == 2


def test_check_says_what_fails_and_how_to_mend_it(cli, folder):
    entry = json.loads((folder / "entry.json").read_text())
    entry["parameters"]["detail"]["maximum"] = 999
    (folder / "entry.json").write_text(json.dumps(entry))
    ran = cli("models", "check", "wl", "--calls", 4)
    assert ran.code == 1
    assert "the parameter detail has the maximum 999" in ran.out
    assert "to mend it" in ran.out
    (report,) = json.loads(cli("models", "check", "wl", "--calls", 4, "--json").out)
    assert report["good"] is False
    assert report["figures"]["calls"] == 4


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("nothing/here", "There is no file, folder or model 'nothing/here'"),
        ("http://127.0.0.1:1", "cannot be reached"),
        (".", "has no entry.json"),
    ],
)
def test_check_of_what_is_not_there_is_a_sentence(cli, folder, what, words):
    ran = cli("models", "check", what)
    assert ran.code in (1, 2)
    assert words in ran.err


def test_a_secret_is_stored_from_a_pipe_and_never_shown(cli, monkeypatch, tmp_path):
    import io
    import sys

    held = {}
    ring = type(sys)("keyring")
    ring.get_password = lambda service, name: held.get(name)
    ring.set_password = lambda service, name, value: held.__setitem__(name, value)
    ring.delete_password = lambda service, name: held.pop(name)
    monkeypatch.setitem(sys.modules, "keyring", ring)
    monkeypatch.setattr(sys, "stdin", io.StringIO("tkn-123456\n"))
    ran = cli("models", "secret", "CAT_TOKEN")
    assert held == {"CAT_TOKEN": "tkn-123456"}
    assert "tkn-123456" not in ran.out + ran.err
    assert cli("models", "secret", "CAT_TOKEN", "--delete").code == 0
    assert held == {}
    assert cli("models", "secret", "CAT_TOKEN", "--delete").code == 2
    assert cli("models", "secret", "CAT TOKEN").code == 2


def test_a_model_is_let_have_a_secret_and_not_any_more(cli, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("CAT_TOKEN", "tkn-123456")
    ran = cli("models", "secret", "CAT_TOKEN", "--for", "model.cats")
    assert (ran.code, ran.out.strip()) == (0, "CAT_TOKEN: cats may have it")
    agreed = tmp_path / "data" / "nodegraph" / "agreed.json"
    assert json.loads(agreed.read_text()) == {"cats": {"secrets": ["CAT_TOKEN"]}}
    assert cli("models", "secret", "CAT_TOKEN", "--for", "cats", "--delete").code == 0
    assert "CAT_TOKEN" not in agreed.read_text()
    assert cli("models", "secret", "CAT_TOKEN", "--for", "cats", "--delete").code == 2


def test_a_models_page_names_its_secrets_and_not_their_values(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("CAT_TOKEN", "tkn-123456")
    (tmp_path / "m.json").write_text('[{"id": "cats", "name": "Cats", "tag": "a/b", "secrets": ["CAT_TOKEN"]}]')
    for arguments in (("info", "cats"), ("info", "cats", "--json"), ("list", "--json")):
        ran = cli("models", *arguments, "--models", "m.json")
        assert ran.code == 0
        assert "tkn-123456" not in ran.out + ran.err


def test_looking_at_a_preset_asks_no_engine_and_starts_nothing(cli, preset, tmp_path, monkeypatch):
    import socket
    import subprocess

    def never(*_, **__):
        raise AssertionError("a preset was only looked at")

    (tmp_path / "m.json").write_text(
        json.dumps([{"id": "cats", "name": "Cats", "tag": "a/b:1", "build": "wl", "server": "http://127.0.0.1:1"}])
    )
    nodes = {
        "pattern": {"type": "source.test_pattern"},
        "cats": {"type": "model.cats"},
        "out": {"type": "sink.video_file", "params": {"path": "o.mp4"}},
    }
    path = preset(nodes, ["pattern.image->cats.image", "cats.image->out.image"])
    monkeypatch.setattr(socket.socket, "connect", never)
    monkeypatch.setattr(subprocess, "Popen", never)
    assert cli("presets", "check", path, "--models", "m.json").code == 0
    assert cli("presets", "info", path).code == 0
