import json


def test_doctor_looks_at_everything_and_says_how_to_mend_it(cli, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    findings = {one["name"]: one for one in json.loads(cli("doctor", "--json").out)}
    assert {"nodes", "engine", "gpu", "display", "editor", "cameras", "codecs", "disk"} <= set(findings)
    assert findings["engine"]["status"] == findings["display"]["status"] == "missing"
    assert "DOCKER_HOST" in findings["engine"]["fix"]
    assert "no display" in findings["editor"]["detail"]
    assert all(one["status"] == "ok" or one["fix"] for one in findings.values())


def test_doctor_tries_every_codec_for_real(cli, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    result = cli("doctor")
    assert result.code == 0
    codecs = next(line for line in result.out.splitlines() if line.startswith("codecs"))
    assert all(name in codecs for name in ("h264", "h265", "vp9", "prores", "ffv1"))


def test_a_codec_that_fails_is_missing(tmp_path):
    from nodegraph.cli.doctor import _try_codec
    from nodegraph.session import Session

    with Session(catalog_paths=[], node_folders=[]) as session:
        assert _try_codec(session, "h264", tmp_path) == ""
        assert "nodes.file.codec" in _try_codec(session, "nonsense", tmp_path)
