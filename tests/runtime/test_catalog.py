import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.runtime.catalog.catalog import Catalog, load_catalog, parse_catalog
from nodegraph.runtime.entry import HttpQuery, SocketQuery

DATA = Path(__file__).parents[1] / "data" / "catalog"


def one(**fields: Any) -> Catalog:
    return parse_catalog(json.dumps([{"name": "YOLO", "tag": "someone/yolo:1", **fields}]))


def problem_of(**fields: Any) -> str:
    catalog = one(**fields)
    assert catalog.entries == ()
    assert len(catalog.problems) == 1, catalog.problems
    return str(catalog.problems[0])


def warning_of(**fields: Any) -> str:
    catalog = one(**fields)
    assert len(catalog.entries) == 1
    assert [problem.severity for problem in catalog.problems] == ["warning"]
    return str(catalog.problems[0])


def test_every_entry_of_the_2018_file_loads_without_a_problem() -> None:
    catalog = load_catalog(DATA / "runway_2018.json")
    assert catalog.problems == ()
    assert [entry.id for entry in catalog.entries] == [
        *("im2txt", "openpose", "yolo", "gazecapture", "detectron", "deepspeech")
    ]


def test_a_2018_entry_keeps_everything_it_says() -> None:
    entry = load_catalog(DATA / "runway_2018.json").find("OpenPose")
    assert entry is not None
    assert entry.protocol == "runway-alpha"
    assert entry.http == HttpQuery("test", "get")
    assert entry.socket == SocketQuery("/query", "update_request", "update_response")
    assert entry.constants == {"model": "mobilenet_thin"}
    assert entry.data_prefix == "data:image/jpg;base64,"
    assert (entry.cpu, entry.gpu, entry.port, entry.size) == (False, True, 33200, 2_690_000_000)
    assert entry.description.paper == "https://arxiv.org/abs/1611.08050"
    assert entry.accepts == ("Image", "Video")
    assert [(port.name, port.types) for port in entry.inputs] == [("image", ("image",))]
    assert entry.raw["options"]["HostConfig"]["AutoRemove"] is True


def test_an_announced_model_is_data_like_any_other() -> None:
    entry = load_catalog(DATA / "runway_2018.json").find("detectron")
    assert entry is not None
    assert not entry.available
    assert (entry.container_id, entry.tag, entry.port, entry.http, entry.size) == ("", "", None, None, 0)
    assert [port.name for port in entry.inputs] == ["image"]


def test_an_entry_pasted_from_javascript_loads_as_it_stands() -> None:
    text = (DATA / "runway_2018_pasted.txt").read_text()
    for written in (text, f"```javascript\n{text}```\n", f"[{text}]", text + text.replace("'im2txt'", "'other'")):
        catalog = parse_catalog(written)
        assert catalog.problems == ()
        assert catalog.entries[0].name == "im2txt"
        assert catalog.entries[0].description.second.endswith('and then "decoding" it.')


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"specs": {"gpu": "yes"}}, "models.json[0] (YOLO).specs.gpu: 'yes' is not true or false. Use true or false"),
        ({"port": "99999"}, "models.json[0] (YOLO).port: '99999' is not a port number. Use a whole number from 1"),
        ({"query": {"http": {"route": "q", "method": "put"}}}, ".query.http.method: 'put' is not one of the choices."),
        ({"query": {"http": {}}}, ".query.http.route: is missing."),
        ({"query": {"socket": {"emit": ""}}}, ".query.socket.emit: is empty."),
        (
            {"query": {"format": {"data": "image"}}},
            ".query.format.data: 'image' is not a data prefix. Start with 'data:'",
        ),
        ({"size": "huge"}, ".size: 'huge' is not a size."),
        ({"options": ["a"]}, ".options: a list of 1 is not an object."),
        ({"inputs": {"a b": "image"}}, ".inputs.a b: 'a b' is not a name for a port"),
        ({"inputs": {"a": {"type": "imgae"}}}, ".inputs.a.type: 'imgae' is not a port type. Use one of image, mask"),
        ({"inputs": ["Image", {"name": "a"}]}, ".inputs: mixes kinds and objects."),
        ({"outputs": [{"type": "image"}]}, ".outputs: an object with type has no name."),
        ({"outputs": "image"}, ".outputs: 'image' is not an object."),
        ({"parameters": {"p": {"type": "slider"}}}, ".parameters.p.type: 'slider' is not a kind of parameter."),
        ({"parameters": {"p": {}}}, ".parameters.p.type: cannot be told."),
        ({"parameters": {"p": {"type": "choice"}}}, ".parameters.p.choices: is missing."),
        (
            {"parameters": {"p": {"default": 7, "maximum": 5}}},
            ".parameters.p.default: 7 is not allowed here. Use 5 or less.",
        ),
        ({"parameters": {"p": {"default": 1, "minimum": 2, "maximum": 1}}}, "p.minimum: 2 is above the maximum 1."),
        ({"parameters": {"image": {"default": 1}}}, ".parameters.image: has the name of an input."),
        ({"category": "art"}, ".category: 'art' is not one of the choices. Use 'extract', 'generate' or 'transform'"),
        ({"protocol": "grpc"}, ".protocol: 'grpc' is not one of the choices. Use 'native', 'runway-alpha'"),
        ({"digest": "latest"}, ".digest: 'latest' is not a digest. Use sha256:"),
        ({"process": {"command": "python server.py"}}, ".process.command: 'python server.py' is not a list."),
        ({"process": {"command": []}}, ".process.command: is empty."),
        ({"build": 5}, ".build: 5 is not an object."),
        ({"weights": [{"name": "../../etc/passwd"}]}, ".weights[0].name: '../../etc/passwd' is not a name."),
        ({"weights": [{"name": ".."}]}, ".weights[0].name: '..' is not a name."),
        ({"weights": [{"name": "a", "sha256": "12"}]}, ".weights[0].sha256: '12' is not a SHA-256 sum."),
        ({"maxInflight": 0}, ".maxInflight: 0 is outside the range. Use 1 or more."),
        ({"timeout": "1"}, ".timeout: '1' is not a number."),
        ({"id": "Has Spaces"}, ".id: 'Has Spaces' is not an id. Use lower-case letters"),
        ({"name": ""}, "models.json[0].name: is empty."),
        ({"name": "a\nb"}, "name: 'a?b' is not a name."),
        ({"name": "漢字"}, ".id: is missing, and the name '漢字' gives none."),
    ],
)
def test_a_mistake_is_told_with_its_place_its_value_and_what_is_allowed(fields: dict[str, Any], sentence: str) -> None:
    assert sentence in problem_of(**fields)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"inputs": ["Hologram"]}, ".inputs: the kind 'Hologram' is unknown; the port accepts anything."),
        ({"catgory": "extract"}, ": the key 'catgory' has no meaning here. Did you mean 'category'?"),
        ({"parameters": {"p": {"default": 1, "minimun": 0}}}, ".parameters.p: the key 'minimun' has no meaning here."),
        ({"options": {"HostConfig": {"Privileged": True}}}, ".options.HostConfig.Privileged: is ignored (true)"),
        ({"tag": ""}, "names nothing that can be run; it works only with a server's URL."),
    ],
)
def test_what_can_be_lived_with_is_a_warning(fields: dict[str, Any], sentence: str) -> None:
    assert sentence in warning_of(**fields)


def test_a_bad_entry_costs_only_itself() -> None:
    good = {"name": "Good", "tag": "a/b"}
    catalog = parse_catalog(json.dumps([5, {"tag": "x"}, good, {"name": "Bad", "specs": {"cpu": 1, "gpu": 2}}, None]))
    assert [entry.name for entry in catalog.entries] == ["Good"]
    assert [problem.where for problem in catalog.problems] == [
        "models.json[0]",
        "models.json[1].name",
        "models.json[3] (Bad).specs.cpu",
        "models.json[3] (Bad).specs.gpu",
        "models.json[4]",
    ]


def test_an_id_is_used_once_and_the_first_keeps_it() -> None:
    models = [
        {"name": "Cut Out", "tag": "a"},
        {"name": "cut-out", "tag": "b"},
        {"name": "Other", "tag": "c", "id": "cut-out"},
    ]
    catalog = parse_catalog(json.dumps(models))
    assert [(entry.id, entry.tag) for entry in catalog.entries] == [("cut-out", "a")]
    assert [problem.where for problem in catalog.problems] == ["models.json[1] (cut-out)", "models.json[2] (Other)"]
    assert "is used twice, first by models.json[0] (Cut Out)" in catalog.problems[1].message


def test_extensions_make_a_fully_typed_node() -> None:
    catalog = one(
        inputs=[{"name": "frame", "type": "Video"}, {"name": "mask", "type": ["mask", "image"], "optional": True}],
        outputs={"boxes": {"type": "detections", "description": "People."}, "n": "integer"},
        parameters={
            "threshold": {"default": 0.5, "minimum": 0, "maximum": 1, "step": 0.05, "unit": "%"},
            "count": {"type": "integer", "minimum": 2},
            "style": {"choices": ["pencil", "oil"]},
            "tint": {"type": "color", "default": "#102030"},
            "on": {"default": True},
        },
    )
    assert catalog.problems == ()
    entry = catalog.entries[0]
    assert [(port.name, port.types, port.optional) for port in entry.inputs] == [
        ("frame", ("image",), False),
        ("mask", ("mask", "image"), True),
    ]
    assert [(port.name, port.types) for port in entry.outputs] == [("boxes", ("detections",)), ("n", ("integer",))]
    assert [(param.name, param.kind, param.default) for param in entry.parameters] == [
        ("threshold", "number", 0.5),
        ("count", "integer", 2),
        ("style", "choice", "pencil"),
        ("tint", "color", (0x30, 0x20, 0x10)),
        ("on", "boolean", True),
    ]


def test_an_empty_object_says_that_there_are_no_inputs() -> None:
    assert one(inputs={}).entries[0].inputs == ()


def test_folders_are_relative_to_the_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "models.json"
    path.write_text('[{"name": "Edges", "build": "models/edges", "process": {"command": ["{python}", "server.py"]}}]')
    entry = load_catalog(path).entries[0]
    assert entry.build is not None
    assert entry.process is not None
    assert entry.build.dockerfile == tmp_path / "models" / "edges" / "Dockerfile"
    assert (entry.process.folder, entry.process.command) == (tmp_path, ("{python}", "server.py"))


def test_an_image_for_a_gpu_is_built_with_other_arguments_and_by_a_model_that_uses_one() -> None:
    build = {"context": "models", "gpu": {"BASE": "someone/large:1"}}
    found = one(build=build, specs={"gpu": True})
    assert found.problems == ()
    assert found.entries[0].build is not None
    assert (found.entries[0].build.gpu, found.entries[0].build.arguments) == ({"BASE": "someone/large:1"}, {})
    assert ".build.gpu: says how an image for a GPU is built" in warning_of(build=build)
    wrong = problem_of(build={"context": "models", "gpu": {"not a name": "1"}})
    assert ".build.gpu: 'not a name' is not the name of an ARG." in wrong
    assert "build.gpu.BASE" in problem_of(build={"context": "models", "gpu": {"BASE": 1}})


def test_unknown_keys_are_kept() -> None:
    entry = one(homepage="https://example.org", description={"first": "a", "mood": "calm"}).entries[0]
    assert entry.raw["homepage"] == "https://example.org"
    assert entry.description.more == {"mood": "calm"}


def test_older_keys_complete_the_description() -> None:
    entry = one(description="", shortDescription="Finds.", company="A Lab", size="1.02GB").entries[0]
    assert (entry.description.first, entry.description.organization) == ("Finds.", "A Lab")
    assert entry.size == 1_020_000_000
    assert one(size=99_173_660).entries[0].size == 99_173_660


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "models.json: is empty."),
        ("  \n", "models.json: is empty."),
        ("hello", "models.json: line 1, column 1: Unexpected"),
        ("[\n  {'name': }\n]", "models.json: line 2, column 12: Unexpected"),
        ("{\n  name: 'a',\n  tag: ,\n},", "models.json: line 3, column 8: Unexpected"),
        ("5", "models.json: holds 5 instead of a list of models."),
        ("export default [{name: 'a'}]", "is a JavaScript program, not a catalogue."),
        ("[" * 1_000_000, "is nested too deeply."),
        ('{"a":' * 500_000, "is nested too deeply."),
        ("[NaN]", "holds a number that cannot be used: NaN is not a number."),
        ("[1" + "0" * 5000 + "]", "holds a number that cannot be used: it has thousands of digits."),
        ("[{name: 'a', timeout: NaN}]", "models.json[0] (a).timeout: nan is not a number"),
        ('[{"name": "a", "timeout": 1e999}]', "models.json[0] (a).timeout: inf is not a number"),
        ('[{"name": "a", "x": ' + "[" * 60 + "]" * 60 + "}]", "is nested more than 40 deep."),
        ("\x00\x01\x02", "models.json: line 1, column 1"),
    ],
)
def test_a_file_that_is_no_catalogue_is_one_problem(text: str, sentence: str) -> None:
    catalog = parse_catalog(text)
    assert catalog.entries == ()
    assert len(catalog.problems) == 1
    assert sentence in str(catalog.problems[0])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "is empty"), (b"\xff\xfe\x00", "is not UTF-8 text"), (b"\xef\xbb\xbf[]", "")],
)
def test_files_of_all_kinds_are_read_or_told_about(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "models.json"
    path.write_bytes(content)
    assert sentence in " ".join(map(str, load_catalog(path).problems))


def test_a_missing_file_is_named_with_its_path(tmp_path: Path) -> None:
    problem = load_catalog(tmp_path / "none.json").problems[0]
    assert str(problem).startswith(f"{tmp_path / 'none.json'}: cannot be read: No such file")


@pytest.mark.parametrize(
    "text",
    [
        "[" + '"x",' * 2_500_000 + "1]",
        "[" + "{}," * 3_300_000 + "1]",
        "[" * 10_000_000,
        '[{"name": "' + "x" * 10_000_000 + '"}]',
        "[{name: '" + "x" * 10_000_000 + "'}]",
        "[" + '"x",' * 1_200_000 + "1]",
        "[" + "{}," * 1_600_000 + "1]",
        "[" * 4_900_000,
        '[{"name": "' + "x" * 4_900_000 + '"}]',
        "[{name: '" + "x" * 4_900_000 + "'}]",
    ],
    ids=[
        "texts",
        "objects",
        "brackets",
        "name",
        "json5",
        "5MB-texts",
        "5MB-objects",
        "5MB-brackets",
        "5MB-name",
        "5MB-json5",
    ],
)
def test_hostile_megabytes_are_answered_quickly(text: str) -> None:
    started = time.thread_time()
    catalog = parse_catalog(text)
    assert catalog.entries == ()
    assert 0 < len(catalog.problems) <= 202
    assert time.thread_time() - started < 2.0  # at most 0.5 s here; the rest is for slow machines
    assert all(len(str(problem)) < 500 for problem in catalog.problems)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    *("id", "containerId", "available", "tag", "specs", "port", "query", "size", "options", "needsTraining", "inputs"),
    *("description", "outputs", "parameters", "category", "keywords", "protocol", "digest", "build", "process"),
    *("weights", "checkpoints", "maxInflight", "timeout", "shortDescription"),
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4), st.text(max_size=8) | JSON)
def test_no_entry_whatever_makes_the_reader_raise(fields: dict[str, Any], name: Any) -> None:
    catalog = parse_catalog(json.dumps([{"name": name, **fields}]))
    assert catalog.entries or catalog.problems


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_no_text_whatever_makes_the_reader_raise(text: str) -> None:
    parse_catalog(text)


@pytest.mark.parametrize("size", [10**400, "9" * 400, ["9" * 400, "GB"], -1, f"0.{'9' * 400} GB"])
@pytest.mark.parametrize("where", ["size", "weights"])
def test_a_size_beyond_all_disks_is_a_mistake_of_its_entry_alone(size: object, where: str) -> None:
    broken = {"name": "Broken", "tag": "a/b", where: size if where == "size" else [{"name": "net", "size": size}]}
    found = parse_catalog(json.dumps([broken, {"name": "Good", "tag": "a/b"}]))
    assert [one.name for one in found.entries] == ["Good"]
    assert "is not a size" in found.problems[0].message
