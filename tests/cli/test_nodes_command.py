import json


def test_list_names_every_type_and_models_among_them(cli):
    result = cli("nodes", "list")
    assert result.code == 0
    assert "filter.gaussian_blur" in result.out
    assert "model.people" in result.out


def test_list_narrows_to_words(cli):
    out = cli("nodes", "list", "gaussian", "blur").out
    assert [line.split()[0] for line in out.splitlines()] == ["filter.gaussian_blur"]


def test_json_holds_whole_specs(cli):
    specs = json.loads(cli("nodes", "list", "--json").out)
    blur = next(spec for spec in specs if spec["id"] == "filter.gaussian_blur")
    assert blur["params"][0]["name"] == "radius"
    assert json.loads(cli("nodes", "info", "filter.gaussian_blur", "--json").out)["inputs"][0]["types"] == ["image"]


def test_info_tells_ports_parameters_and_ranges(cli):
    out = cli("nodes", "info", "filter.gaussian_blur").out
    assert "[0..100 px]" in out
    assert "inputs" in out


def test_an_unknown_type_gets_a_suggestion(cli):
    result = cli("nodes", "info", "filter.gausian_blur")
    assert result.code == 2
    assert "Did you mean filter.gaussian_blur?" in result.err


def test_a_pack_that_fails_to_import_costs_only_itself(cli, tmp_path, monkeypatch):
    folder = tmp_path / "data" / "nodegraph" / "nodes"
    folder.mkdir(parents=True)
    (folder / "bad.py").write_text("raise RuntimeError('no good')")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    result = cli("nodes", "list")
    assert result.code == 0
    assert "filter.gaussian_blur" in result.out
    assert "bad.py" in result.err
    assert "no good" in result.err
