"""A validated entry of the file -> ModelEntry, with the checks that need more than one field."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nodegraph.core.errors import Problem
from nodegraph.core.spec import Param, Port
from nodegraph.runtime.catalog.ports import param_of, ports_of
from nodegraph.runtime.catalog.schema import (
    IMAGE_KINDS,
    KNOWN_KINDS,
    EntryField,
    ParameterField,
    QueryField,
    WeightsField,
)
from nodegraph.runtime.catalog.values import shown, size_bytes
from nodegraph.runtime.entry import Build, Description, HttpQuery, ModelEntry, Process, SocketQuery, Weights

_IMAGE = (Port("image", ("image",)),)
_GENERIC = SocketQuery("/query", "update_request", "update_response")


def entry_of(
    field: EntryField, raw: Mapping[str, Any], id: str, where: str, folder: Path
) -> tuple[ModelEntry | None, list[Problem]]:
    """The entry, or None when a parameter or name makes it unusable; and every Problem."""
    params, problems = _params_of(field.parameters, f"{where}.parameters")
    setup, more = _params_of(field.setup, f"{where}.setup")
    problems += more
    # "inputs": [] is how real files say nothing; "inputs": {} says that there are none.
    inputs = ports_of(field.inputs or {}) if field.inputs or isinstance(raw.get("inputs"), dict) else _IMAGE
    problems += _name_clashes(inputs, (*params, *setup), where)
    if problems:
        return None, problems
    query = field.query or QueryField()
    specs = field.specs
    entry = ModelEntry(
        id=id,
        name=field.name,
        where=where,
        protocol=field.protocol,
        available=field.available,
        container_id="" if field.containerId in (None, "00") else field.containerId or "",
        tag=field.tag or "",
        digest=field.digest or "",
        cpu=specs.cpu if specs else True,
        gpu=specs.gpu if specs else False,
        port=field.port,
        **_query_of(query, field),
        size=size_bytes(field.size),
        size_text=field.size,
        options=field.options or {},
        needs_training=field.needsTraining,
        description=_description_of(field),
        category=field.category,
        keywords=tuple(field.keywords),
        accepts=_kinds(raw),
        inputs=inputs,
        outputs=ports_of(field.outputs),
        parameters=params,
        **_started_by(field, folder),
        weights=tuple(map(_weights_of, field.weights)),
        checkpoints=tuple(map(_weights_of, field.checkpoints)),
        max_inflight=field.maxInflight,
        timeout=field.timeout,
        command=field.command or "",
        setup=setup,
        secrets=tuple(field.secrets),
        server=(field.server or "").rstrip("/"),
        image_id=field.imageId or "",
        cache=field.cache,
        raw=raw,
    )
    return entry, [*_unknown_kinds(entry.accepts, where), *_unused_variant(entry)]


def _params_of(fields: Mapping[str, ParameterField], where: str) -> tuple[tuple[Param, ...], list[Problem]]:
    found = [param_of(name, one, f"{where}.{name}") for name, one in fields.items()]
    params = tuple(one for one in found if isinstance(one, Param))
    return params, [one for one in found if isinstance(one, Problem)]


def _query_of(query: QueryField, field: EntryField) -> dict[str, Any]:
    http = query.http and HttpQuery(query.http.route.strip("/"), query.http.method)
    socket = query.socket and SocketQuery(
        "/" + query.socket.namespace.strip("/"), query.socket.emit, query.socket.event
    )
    if field.protocol == "runway-alpha" and http is None and socket is None:
        socket = _GENERIC
    format = query.format.model_dump() if query.format else {"data": "data:image/jpg;base64,"}
    return {"http": http, "socket": socket, "format": format}


def _started_by(field: EntryField, folder: Path) -> dict[str, Any]:
    root = folder.absolute()
    build = process = None
    if field.build:
        context = root / field.build.context
        build = Build(context, context / field.build.dockerfile, gpu=dict(field.build.gpu))
    if field.process:
        process = Process(tuple(field.process.command), root / field.process.folder, dict(field.process.env))
    return {"build": build, "process": process}


def _description_of(field: EntryField) -> Description:
    """The description, completed from the keys older files used."""
    written = field.description.model_dump()
    more = dict(field.description.model_extra or {})
    known = {key: value for key, value in written.items() if key not in more}
    older = {
        "first": field.shortDescription,
        "authors": field.developer,
        "organization": field.company,
        "framework": field.framework,
        "github": field.github,
        "paper": field.url,
    }
    known |= {key: value for key, value in older.items() if value and not known[key]}
    return Description(**known, more=more)


def _weights_of(field: WeightsField) -> Weights:
    return Weights(field.name, field.url, field.sha256.lower(), size_bytes(field.size), field.licence)


def _kinds(raw: Mapping[str, Any]) -> tuple[str, ...]:
    inputs = raw.get("inputs")
    return tuple(one for one in inputs if isinstance(one, str)) if isinstance(inputs, list) else ()


def _unknown_kinds(kinds: tuple[str, ...], where: str) -> Iterator[Problem]:
    for kind in kinds:
        if kind.lower() not in IMAGE_KINDS | KNOWN_KINDS:
            message = f"the kind {shown(kind)} is unknown; the port accepts anything."
            yield Problem(f"{where}.inputs", message, "Use Image, Video or an object with types.", "warning")


def _unused_variant(entry: ModelEntry) -> Iterator[Problem]:
    if entry.build and entry.build.gpu and not entry.gpu:
        message = "says how an image for a GPU is built, and `specs` that the model uses none."
        yield Problem(f"{entry.where}.build.gpu", message, 'Use "specs": {"cpu": true, "gpu": true}.', "warning")


def _name_clashes(inputs: tuple[Port, ...], params: tuple[Param, ...], where: str) -> Iterator[Problem]:
    names = {port.name for port in inputs}
    for param in params:
        if param.name in names:
            message = "has the name of an input."
            yield Problem(f"{where}.parameters.{param.name}", message, "Inputs and parameters share one set of names.")
