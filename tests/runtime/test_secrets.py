import sys
from types import SimpleNamespace

import numpy as np
import pytest

from nodegraph.cli.crash import report
from nodegraph.core.errors import ModelError, ModelRefused, NodegraphError, UsageError
from nodegraph.runtime import consent, secrets
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.lifecycle.durations import Durations
from nodegraph.runtime.lifecycle.logbook import LogBook
from nodegraph.runtime.lifecycle.record import Record
from nodegraph.runtime.model_node import definition_of
from nodegraph.runtime.state import Stage


class Ring:
    """A keyring in memory, with the two-level names of the real one."""

    def __init__(self):
        self.held = {}

    def get_password(self, service, name):
        return self.held.get((service, name))

    def set_password(self, service, name, value):
        self.held[service, name] = value

    def delete_password(self, service, name):
        del self.held[service, name]


@pytest.fixture
def data_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def ring(monkeypatch):
    monkeypatch.setattr(secrets, "_known", {})
    ring = Ring()
    monkeypatch.setitem(sys.modules, "keyring", ring)
    return ring


def test_a_stored_secret_is_read_back_and_forgotten(ring):
    secrets.store("CAT_TOKEN", "tkn-123456")
    assert secrets.secret("CAT_TOKEN") == "tkn-123456"
    assert secrets.forget("CAT_TOKEN")
    assert secrets.secret("CAT_TOKEN") is None
    assert not secrets.forget("CAT_TOKEN")


def test_the_environment_goes_before_the_keyring(ring, monkeypatch):
    secrets.store("CAT_TOKEN", "from-the-keyring")
    monkeypatch.setenv("CAT_TOKEN", "from-the-environment")
    assert secrets.secret("CAT_TOKEN") == "from-the-environment"


def test_a_missing_secret_says_how_to_store_it(ring):
    with pytest.raises(ModelError) as caught:
        secrets.secrets_of(["CAT_TOKEN"], "cats", "Cats")
    assert caught.value.message.startswith("Cats needs the secret CAT_TOKEN,")
    assert caught.value.hint == "Store it: nodegraph models secret CAT_TOKEN --for cats"


def test_a_server_is_given_exactly_the_secrets_it_names(ring, monkeypatch, data_home):
    consent.agree_to_secrets("cats", ["CAT_TOKEN", "DOG_TOKEN"])
    monkeypatch.setenv("CAT_TOKEN", "cat-value")
    monkeypatch.setenv("DOG_TOKEN", "dog-value")
    assert secrets.secrets_of(["CAT_TOKEN"], "cats", "Cats") == {"CAT_TOKEN": "cat-value"}


def test_a_catalogue_that_names_a_variable_is_not_given_it_until_the_person_said_so(ring, monkeypatch, data_home):
    monkeypatch.setenv("CAT_TOKEN", "cat-value")
    consent.agree_to_secrets("dogs", ["CAT_TOKEN"])
    with pytest.raises(ModelError) as caught:
        secrets.secrets_of(["CAT_TOKEN"], "cats.check", "Cats")
    assert "nobody has said yet that it may have it" in caught.value.message
    assert caught.value.hint.endswith("nodegraph models secret CAT_TOKEN --for cats")
    assert secrets.secret_for("CAT_TOKEN", "cats") is None
    consent.agree_to_secrets("cats", ["CAT_TOKEN"])
    assert secrets.secrets_of(["CAT_TOKEN"], "cats.check", "Cats") == {"CAT_TOKEN": "cat-value"}
    assert secrets.secret_for("CAT_TOKEN", "cats") == "cat-value"


def test_without_a_keyring_the_environment_still_works(ring, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setenv("CAT_TOKEN", "cat-value")
    assert secrets.secret("CAT_TOKEN") == "cat-value"
    assert secrets.secret("DOG_TOKEN") is None
    with pytest.raises(NodegraphError, match="the package keyring is missing"):
        secrets.store("DOG_TOKEN", "dog-value")


def test_a_locked_keyring_is_a_sentence_without_the_value(ring, monkeypatch):
    def locked(*_):
        raise RuntimeError("cannot write tkn-123456")

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(set_password=locked, get_password=locked))
    assert secrets.secret("CAT_TOKEN") is None
    with pytest.raises(NodegraphError) as caught:
        secrets.store("CAT_TOKEN", "tkn-123456")
    assert "tkn-123456" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("name", ["", "A B", "1A", "A=B", "é", "A" * 129, "A\n"])
def test_a_name_that_is_no_variable_is_refused(ring, name):
    with pytest.raises(UsageError):
        secrets.store(name, "value")


@pytest.mark.parametrize("value", ["", "a\0b"])
def test_a_value_that_is_none_is_refused(ring, value):
    with pytest.raises(UsageError):
        secrets.store("CAT_TOKEN", value)


def test_a_server_that_prints_its_token_does_not_get_it_into_the_log(ring, tmp_path, monkeypatch):
    monkeypatch.setenv("CAT_TOKEN", "tkn-123456")
    secrets.secret("CAT_TOKEN")
    book = LogBook(tmp_path / "log")
    book.write("Authorization: Bearer tkn-123456")
    assert book.lines() == ["Authorization: Bearer [CAT_TOKEN]"]
    assert "tkn-123456" not in book.tail() + (tmp_path / "log").read_text()


def test_a_server_that_repeats_its_token_in_its_state_does_not_get_it_shown(ring, tmp_path, monkeypatch):
    monkeypatch.setenv("CAT_TOKEN", "tkn-123456")
    secrets.secret("CAT_TOKEN")
    told = []
    launch = Launch("container", "cats", "Cats")
    record = Record(launch, LogBook(tmp_path / "log"), Durations(tmp_path / "durations.json"), told.append)
    record.enter(Stage.LOADING, message="logs in with tkn-123456")
    record.note("uses tkn-123456")
    record.fail("cannot log in with tkn-123456", "")
    assert len(told) == 3
    assert "tkn-123456" not in repr(told)
    assert record.state.message == "cannot log in with [CAT_TOKEN]"


def test_a_mistake_of_ours_is_written_down_without_secrets(ring, tmp_path, monkeypatch):
    monkeypatch.setenv("CAT_TOKEN", "tkn-123456")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    secrets.secret("CAT_TOKEN")
    monkeypatch.setattr("sys.argv", ["nodegraph", "run", "a.json", "--set", "cat.token=tkn-123456"])
    said = report(RuntimeError("with tkn-123456"))
    (written,) = tmp_path.rglob("crash-*.log")
    assert "tkn-123456" not in f"{said} {written.read_text()}"


def test_each_line_of_a_long_key_is_hidden(ring, monkeypatch):
    monkeypatch.setenv("CAT_KEY", "-----BEGIN\nabcdefgh\n-----END KEY")
    secrets.secret("CAT_KEY")
    assert secrets.redacted("it says abcdefgh") == "it says [CAT_KEY]"


def test_a_short_value_does_not_blot_out_other_words(ring, monkeypatch):
    monkeypatch.setenv("FLAG", "true")
    secrets.secret("FLAG")
    assert secrets.redacted("it is true") == "it is true"


def test_a_server_that_repeats_its_token_in_a_refusal_does_not_get_it_into_the_message(ring, monkeypatch):
    class Server:
        """A lease and a client in one, whose every answer is a refusal."""

        def client(self):
            return self

        def infer(self, *_):
            raise ModelRefused("The model refuses the token tkn-123456.")

        def release(self):
            pass

        state, note, restarts, transport = "ready", "", 0, "fake"

    monkeypatch.setenv("CAT_TOKEN", "tkn-123456")
    secrets.secret("CAT_TOKEN")
    entry = ModelEntry("cats", "Cats", "test", tag="a/b")
    node = definition_of(entry, SimpleNamespace(acquire=lambda *_: Server())).make({}, {})
    node.open()
    with pytest.raises(ModelRefused) as caught:
        node.process(np.zeros((4, 4, 3), np.uint8))
    node.close()
    assert caught.value.message == "Cats refuses the token [CAT_TOKEN]."
