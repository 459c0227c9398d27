import json
import re
from pathlib import Path

from nodegraph.core.types import NAMES
from nodegraph.runtime.catalog.catalog import load_catalog, parse_catalog
from nodegraph.runtime.catalog.json_schema import json_schema
from nodegraph.runtime.catalog.schema import EntryField
from nodegraph.runtime.model_spec import DERIVED_OUTPUTS, spec_of

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "models-json.md").read_text()
BLOCKS = re.findall(r"```json5?\n(.*?)```", PAGE, re.DOTALL)


def test_every_example_on_the_page_loads_without_a_problem() -> None:
    assert len(BLOCKS) >= 5
    for block in BLOCKS:
        catalog = parse_catalog(block)
        assert catalog.problems == ()
        assert catalog.entries
        assert [spec_of(entry).id for entry in catalog.entries] == [f"model.{entry.id}" for entry in catalog.entries]


def test_the_mistakes_on_the_page_are_said_as_shown() -> None:
    poets = [{"name": "Poet", "tag": "a"}, {"name": "poet", "tag": "a"}]
    length = {"name": "Poet", "tag": "a", "parameters": {"length": {"default": 900, "minimum": 1, "maximum": 500}}}
    said = [
        str(problem).replace("[0]", "[5]").replace("[1]", "[6]")
        for text in (json.dumps([length]), json.dumps(poets))
        for problem in parse_catalog(text).problems
    ]
    assert len(said) == 2
    assert all(sentence in PAGE for sentence in said), said


def test_the_page_names_every_field_and_type() -> None:
    for name in [*EntryField.model_fields, *NAMES, *(port.name for port in DERIVED_OUTPUTS)]:
        assert f"`{name}`" in PAGE or f'"{name}"' in PAGE, name


def test_the_published_schema_is_up_to_date() -> None:
    published = json.loads((ROOT / "docs" / "models.schema.json").read_text())
    assert published == json.loads(json.dumps(json_schema())), "run: python scripts/make_schema.py"


def test_the_catalogue_we_ship_has_no_problem() -> None:
    catalog = load_catalog(ROOT / "models.json")
    assert catalog.problems == ()
    assert catalog.entries
