"""Recognising what answers at an address, and turning what it says into entries."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nodegraph.core.errors import ModelAnswerError, ModelNotReady, ModelRefused, ModelUnreachable
from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols.cog_schema import entry_pieces, fields_of
from nodegraph.runtime.protocols.described import our_names
from nodegraph.runtime.protocols.recognise import describe
from nodegraph.runtime.protocols.runway_sdk_schema import command_of, options_of
from nodegraph.runtime.protocols.runway_sdk_schema import entry_pieces as sdk_pieces
from tests.runtime.cog_server import field, openapi
from tests.runtime.hostile import Hostile
from tests.runtime.sdk_server import type_of

ROOT = Path(__file__).parents[2]
Pages = Callable[[dict[str, Any]], str]


@pytest.fixture
def pages() -> Iterator[Pages]:
    """An address that gives these values as JSON by path, and 404 elsewhere."""
    made: list[Hostile] = []

    def serve(values: dict[str, Any]) -> str:
        def answer(method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
            assert method == "GET"
            value = values.get(path)
            text = value if isinstance(value, bytes) else json.dumps(value).encode()
            return (404, "text/html", b"<h1>Not Found</h1>") if value is None else (200, "application/json", text)

        made.append(Hostile(answer))
        return made[-1].url

    yield serve
    for one in made:
        one.close()


def the_entry(url: str) -> ModelEntry:
    catalog = parse_catalog(json.dumps(describe(url).entries))
    assert [one for one in catalog.problems if one.severity == "error"] == []
    (entry,) = catalog.entries
    return entry


def test_a_native_server_is_described_as_it_describes_itself(pages: Pages) -> None:
    said = {
        "protocol": "native",
        "protocolVersion": 1,
        "status": "200",
        "query_route": "/query",
        "name": "glow",
        "title": "Glow",
        "description": "Make it glow.",
        "maxInflight": 3,
        "inputs": {"image": {"type": "image", "description": "", "optional": False}, "area": {"type": "mask"}},
        "outputs": {"image": {"type": "image"}},
        "parameters": {
            "radius": {"type": "number", "default": 3.0, "minimum": 0, "maximum": 9, "unit": "px"},
            "style": {"type": "choice", "default": "b", "choices": ["a", "b"]},
        },
    }
    entry = the_entry(pages({"/": said}))
    assert (entry.id, entry.name, entry.protocol, entry.max_inflight) == ("glow", "Glow", "native", 3)
    assert [(port.name, port.types) for port in entry.inputs] == [("image", ("image",)), ("area", ("mask",))]
    radius, style = entry.parameters
    assert (radius.default, radius.le, radius.unit) == (3.0, 9, "px")
    assert (style.default, style.choices) == ("b", ("a", "b"))


def test_a_server_of_2018_has_outputs_for_every_shape(pages: Pages) -> None:
    url = pages({"/": {"status": "200", "message": "openpose is running", "query_route": "/pose", "test_route": "/t"}})
    entry = the_entry(url)
    assert (entry.name, entry.protocol, entry.outputs) == ("openpose", "runway-alpha", ())
    assert entry.socket is not None
    assert entry.socket.namespace == "/pose"


def test_cog_is_asked_again_until_it_has_set_up(pages: Pages) -> None:
    values: dict[str, Any] = {"/health-check": {"status": "STARTING"}}
    url = pages(values)
    with pytest.raises(ModelNotReady, match="still setting up"):
        describe(url, 0.3)
    schemas = {"Input": {"properties": {"n": field("integer", 0, default=3)}}, "Output": {"type": "string"}}
    values["/openapi.json"] = openapi(schemas)
    entry = the_entry(url)
    assert entry.protocol == "cog"
    assert [(param.name, param.default) for param in entry.parameters] == [("n", 3)]
    assert [(port.name, port.types) for port in entry.outputs] == [("text", ("text",))]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"/info": {"inputs": [], "outputs": []}}, "the local API of the Runway app"),
        ({"/v1": {"queryRoute": "/v1/query"}}, "hosted by Runway"),
        ({}, "speaks no protocol of a model's server"),
        ({"/": {"protocol": "http"}}, "speaks no protocol"),
        ({"/": b"[" * 5000}, "speaks no protocol"),
        ({"/meta": {"modelSDKVersion": "0.6.1", "commands": []}}, "says nothing that makes a node"),
    ],
)
def test_what_is_no_model_is_said_so(pages: Pages, values: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelAnswerError, match=said):
        describe(pages(values))


def test_nobody_there_is_told_from_a_bad_address() -> None:
    with pytest.raises(ModelUnreachable, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        describe("http://127.0.0.1:9")
    for bad in ("", "nonsense", "ftp://there", "http://", "http://host:99999", "http://[::1", "http://a\nb"):
        with pytest.raises(ModelRefused, match="is no address"):
            describe(bad)


# ---- Cog's schema ----------------------------------------------------------------------------------------------------


def inputs_of(**properties: dict[str, Any]) -> dict[str, Any]:
    schemas = {
        "Input": {"properties": properties, "required": list(properties)},
        "Two": {"enum": [2, 4], "type": "integer"},
    }
    return openapi(schemas)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"type": "string", "format": "uri"}, "file"),
        ({"type": "string", "format": "uri", "description": "A photo of a cat."}, "image"),
        ({"type": "string", "format": "uri", "description": "A sound.", "x-cog-accept": "image/png"}, "image"),
        ({"type": "string", "format": "uri", "description": "A photo.", "x-cog-accept": ".mp4,video/*"}, "file"),
        ({"type": "string", "format": "password"}, "secret"),
        ({"type": "array", "items": {"type": "number"}}, "vector"),
        ({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}, "json"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer"),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "json"),
        ({"$ref": "#/components/schemas/Two"}, "choice"),
        ({"anyOf": [{"$ref": "#/components/schemas/Two"}, {"type": "null"}]}, "choice"),
        ({"type": "object"}, "json"),
    ],
)
def test_the_kind_of_an_input_of_cog(said: dict[str, Any], kind: str) -> None:
    (found,) = fields_of(inputs_of(thing=said))
    assert found.kind == kind


def test_inputs_of_cog_become_ports_parameters_and_secrets() -> None:
    said = inputs_of(
        image=field("string", 3, format="uri"),
        prompt=field("string", 1),
        style=field("string", 2),
        key=field("string", 0, **{"x-cog-secret": True}),
        frames=field("array", 4, items={"type": "string", "format": "uri"}),
    )
    pieces = entry_pieces(said)
    assert list(pieces["inputs"]) == ["prompt", "image", "frames"]
    assert pieces["inputs"]["frames"]["type"] == ["image", "json"]
    assert list(pieces["parameters"]) == ["style"]
    assert pieces["secrets"] == ["COG_KEY"]


def test_a_cog_model_without_inputs_is_a_node_without_inputs(pages: Pages) -> None:
    document = openapi({"Input": {"type": "object", "properties": {}}, "Output": {"type": "number"}})
    url = pages({"/health-check": {"status": "READY"}, "/openapi.json": document})
    assert describe(url).notes == []
    entry = the_entry(url)
    assert (entry.inputs, [port.name for port in entry.outputs]) == ((), ["number"])


def test_a_choice_of_cog_keeps_its_own_words_and_not_those_of_its_kind() -> None:
    schemas = {
        "Input": {"properties": {"n": {"allOf": [{"$ref": "#/components/schemas/Size"}], "default": 4}}},
        "Size": {"enum": [2, 4], "type": "integer", "description": "An enumeration."},
    }
    assert entry_pieces(openapi(schemas))["parameters"] == {
        "n": {"type": "choice", "choices": ["2", "4"], "default": "4", "description": ""}
    }


def test_an_object_of_cog_has_an_output_for_each_property() -> None:
    properties = {
        "mask": {"type": "string", "format": "uri"},
        "score": {"type": "number"},
        "words": {"type": "array", "items": {"type": "string"}},
    }
    outputs = entry_pieces(openapi({"Output": {"type": "object", "properties": properties}}))["outputs"]
    assert {name: one["type"] for name, one in outputs.items()} == {
        "mask": ["image", "file", "text"],
        "score": "number",
        "words": "json",
    }


def test_limits_that_contradict_the_default_or_each_other_give_a_parameter_that_works() -> None:
    said = inputs_of(
        a=field("integer", 0, default=9, maximum=4.7),
        b=field("number", 1, default=1, minimum=5, maximum=2),
        c=field("integer", 2, minimum=0.2, maximum=0.9),
    )
    catalog = parse_catalog(json.dumps([{"name": "x", "tag": "a/b", **entry_pieces(said)}]))
    assert catalog.problems == ()
    assert [param.default for param in catalog.entries[0].parameters] == [4, 1.0, 0]


# ---- names -----------------------------------------------------------------------------------------------------------


def test_names_become_ours_and_stay_apart() -> None:
    assert our_names(["a b", "a-b", "7up", "é", "a_b"]) == {
        "a b": "a_b",
        "a-b": "a_b_2",
        "7up": "n7up",
        "é": "value",
        "a_b": "a_b_3",
    }


def test_any_number_of_names_that_become_one_are_told_apart_without_trying_all() -> None:
    assert len(set(our_names(chr(0x4E00 + number) for number in range(20_000)).values())) == 20_000


def test_a_list_of_cog_that_holds_itself_is_plain_data() -> None:
    inner = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    said = {"components": {"schemas": {"Tree": inner, "Output": inner, "Input": {"properties": {"tree": inner}}}}}
    assert [(one.kind, one.many) for one in fields_of(said)] == [("json", False)]
    assert entry_pieces(said)["outputs"]["output"]["type"] == "json"


def test_a_number_of_the_sdk_whose_step_is_beyond_all_numbers_is_no_whole_one() -> None:
    inputs = [type_of("number", "size", default=1, step=10**400)]
    found = command_of({"commands": [{"name": "go", "inputs": inputs, "outputs": []}]}, "go")
    assert found is not None
    assert sdk_pieces({}, found)["parameters"]["size"]["type"] == "number"


def test_an_option_of_the_sdk_with_the_name_of_an_input_gets_another() -> None:
    command = {"name": "go", "inputs": [type_of("number", "size", default=1)], "outputs": []}
    manifest = {
        "commands": [command],
        "options": [type_of("number", "size", default=2), type_of("text", "x", default="")],
    }
    found = command_of(manifest, "")
    assert found is not None
    assert [(one.wire, one.name) for one in options_of(manifest, found.inputs)] == [("size", "setup_size"), ("x", "x")]


def test_odd_types_of_the_sdk_carry_anything() -> None:
    records = [{"name": "caption", "type": "text"}]
    outputs = [{"name": "results", "type": records}, type_of("hologram", "holo"), type_of("array", "list")]
    found = command_of({"commands": [{"name": "go", "outputs": outputs}]}, "go")
    assert found is not None
    assert {name: one["type"] for name, one in sdk_pieces({}, found)["outputs"].items()} == {
        "results": "json",
        "holo": "any",
        "list": "json",
    }


def test_the_examples_of_the_page_load_without_a_problem() -> None:
    blocks = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "other-models.md").read_text(), re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        assert parse_catalog(block).problems == ()
