"""The contract tried on servers that others wrote: a real Cog server, and one that behaves as the SDK's."""

import pytest

from nodegraph.runtime.contract.contract import check_server
from nodegraph.runtime.contract.subjects import subjects_of
from tests.runtime.cog_server import PICTURES, CogServer, openapi
from tests.runtime.sdk_server import Sdk


def statuses(report):
    return {one.check: one.status for one in report.findings}


def test_a_cog_server_is_checked_as_it_is(tmp_path):
    with CogServer(tmp_path / "m", "pictures", openapi(PICTURES)) as server:
        server.until("READY")
        ((entry, place),) = subjects_of(server.url)
        report = check_server(entry, place, calls=4)
    assert report.good, report.findings
    said = statuses(report)
    assert report.place == server.url
    assert said["description"] == "skipped"
    assert said["memory"] == "skipped"
    for check in ("answers", "same answer", "refusals", "8 at once", "odd pictures"):
        assert said[check] == "ok"


@pytest.mark.parametrize("name", ["echo", "find"])
def test_each_command_of_an_sdk_server_is_a_model_to_check(name):
    with Sdk() as server:
        entry, place = next(one for one in subjects_of(server.url) if one[0].command == name)
        report = check_server(entry, place, calls=4)
    assert report.good, report.findings
    assert statuses(report)["answers"] == "ok"
