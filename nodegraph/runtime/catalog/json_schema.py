"""The JSON Schema of models.json, made from the classes that read it; published as docs/models.schema.json."""

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from nodegraph.runtime.catalog.schema import EntryField


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a catalogue: a list of models, or one model."""
    _, found = models_json_schema([(EntryField, "validation")], ref_template="#/$defs/{model}")
    names = {name: name.removesuffix("Field") for name in found["$defs"]}
    text = json.dumps(found["$defs"])
    for name, plain in names.items():
        text = text.replace(f'"#/$defs/{name}"', f'"#/$defs/{plain}"').replace(
            f'"title": "{name}"', f'"title": "{plain}"'
        )
    entry = {"$ref": "#/$defs/Entry"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "models.json",
        "description": "A catalogue of models for nodegraph, in the format of 2018 and with our extensions.",
        "anyOf": [{"type": "array", "items": entry}, entry],
        "$defs": {names[name]: value for name, value in json.loads(text).items()},
    }
