"""The Docker contexts of this machine, read from where the docker command keeps them."""

import json
from pathlib import Path

import pytest

from nodegraph.editor.state.inspector.contexts import docker_contexts


def test_contexts_are_offered_by_name_and_broken_ones_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert docker_contexts() == []
    for name, text in {
        "b": json.dumps({"Name": "studio", "Endpoints": {"docker": {"Host": "ssh://me@studio"}}}),
        "a": json.dumps({"Name": "lab ü", "Endpoints": {"docker": {"Host": "tcp://lab:2376"}}}),
        "c": "{",
        "d": json.dumps({"Name": "pods", "Endpoints": {"kubernetes": {}}}),
    }.items():
        (tmp_path / "contexts" / "meta" / name).mkdir(parents=True)
        (tmp_path / "contexts" / "meta" / name / "meta.json").write_text(text, encoding="utf-8")
    assert docker_contexts() == [("context:lab ü", "tcp://lab:2376"), ("context:studio", "ssh://me@studio")]
