"""What is said when an image cannot be asked what it is; asking real ones is in tests/docker."""

import pytest

from nodegraph.core.errors import ModelError
from nodegraph.runtime.adding import trial
from nodegraph.runtime.entry import ModelEntry

ENTRY = ModelEntry("cats", "Cats", "", tag="local/cats:1")
PORTS = [33000, 9000, 5000]


@pytest.fixture
def asked(monkeypatch):
    """asked(error): the error that is told when every asking raises `error`, and the launches that were tried."""

    def begin(error):
        launches = []

        def fail(launch, *_):
            launches.append(launch)
            raise error

        monkeypatch.setattr(trial, "_asked", fail)
        with pytest.raises(ModelError) as caught:
            trial.tried(ENTRY, PORTS, print, None)
        return caught.value, launches

    return begin


def test_a_container_that_ends_by_itself_is_not_started_again_for_every_port(asked):
    error, launches = asked(trial._Ended("The container of cats stopped by itself with exit code 1."))
    assert [(one.port, one.legacy) for one in launches] == [(33000, False), (33000, True)]
    assert error.message.startswith("The image local/cats:1 could not be asked what it is. The container of cats")
    assert "must serve a model at a port" in error.hint


def test_one_that_wants_the_network_is_told_that_it_has_none(asked):
    error, _ = asked(trial._Ended('Its last words: "Temporary failure in name resolution".'))
    assert error.hint.startswith("It wants the network, which it has not while it is asked.")


def test_one_that_does_not_answer_is_asked_at_every_port_and_all_of_them_are_named(asked):
    error, launches = asked(ModelError("It runs, but nothing answers at its port 33000."))
    assert [one.port for one in launches] == [33000, 33000, 9000, 5000]
    assert "at port 33000 or 9000 or 5000, on 0.0.0.0" in error.hint


def test_a_model_that_no_catalogue_has_is_named_its_log_file():
    with pytest.raises(ModelError) as caught, trial.naming_the_log("cats"):
        raise ModelError("It could not be built.", "The whole build log: nodegraph models logs cats")
    assert caught.value.hint.endswith("cats-container.log")
    assert "models logs" not in caught.value.hint
