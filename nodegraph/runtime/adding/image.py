"""A Docker image: looked at on the engine and in its registry before it is pulled, pinned to what was agreed to."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from nodegraph.core.errors import ModelError, ModelUnreachable, Problem, UsageError
from nodegraph.runtime.adding.facts import container_facts, facts_about, read_entry, size_text
from nodegraph.runtime.adding.ids import id_for, problems_with
from nodegraph.runtime.adding.plan import Fact, Plan, Wishes, Written
from nodegraph.runtime.adding.trial import PATIENCE, config_of, first_of, ports_of, tried
from nodegraph.runtime.protocols import cog_schema
from nodegraph.runtime.protocols.recognise import PATIENT
from nodegraph.runtime.runners.cancel import Cancel
from nodegraph.runtime.state import ServerListener

_IMAGE: Final = re.compile(
    r"(?=.{1,255}$)(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]{1,5})?/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
    r"(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
_COG: Final = ("run.cog.", "org.cogmodel.")
_OURS: Final = "app.nodegraph.protocol"
_OCI: Final = "org.opencontainers.image."


def is_image_name(text: str) -> bool:
    """Whether `text` is ``name[:tag][@sha256:…]`` as Docker reads it."""
    return _IMAGE.fullmatch(text) is not None


def plan_image(image: str, wishes: Wishes) -> Plan:
    """Look at the image and plan its entry. Raises UsageError for what is no name, ModelError when there is none."""
    from nodegraph.runtime.runners.engines import engine_at  # imports docker, which takes its time

    if not is_image_name(image):
        raise UsageError(f"{image[:100]!r} is no address, folder, file or image.", _EXAMPLES)
    engine = engine_at(wishes.engine).engine
    engine.info()
    found = engine.image(image)
    remote = "" if found is not None else _digest_there(engine, image)
    name = wishes.name or _last_part(image).replace("-", " ").replace("_", " ").capitalize()
    id = id_for(wishes, wishes.name or _last_part(image))
    labels = _labels(found)
    known = _cog_entry(labels)

    def work(tell: ServerListener, cancel: Cancel) -> Written:
        return [_entry(image, id, name, remote, wishes, tell, cancel)]

    facts = list(_facts(image, found, remote, id, labels))
    problems = list(_doubts(found, labels, wishes))
    if known is not None:
        entry, _ = read_entry({**known, "id": id, "name": name, "tag": image}, image)
        facts = [one for one in facts if one.name not in ("node", "protocol", "gpu")] + [*facts_about(entry)]
        facts = [one for one in facts if one.name != "licence" or one.value != "not said"]
    facts += _confined(known, id, name, image)
    steps = (
        *(() if found is not None else (f"pull {image}",)),
        *(() if known is not None else (f"start it once, without a network, to ask what it is (≤ {PATIENCE:.0f} s)",)),
        f"write {id} into {wishes.catalogue}, with exactly this image",
    )
    problems += problems_with((id,), wishes)
    return Plan(
        image, "image", name, (id,), tuple(facts), steps, wishes.catalogue, wishes.replace, work, tuple(problems)
    )


_EXAMPLES: Final = (
    "For example http://127.0.0.1:5000, ./folder, hf:owner/name, upscaler.safetensors, or an image: owner/name:tag."
)


def _entry(
    image: str, id: str, name: str, agreed: str, wishes: Wishes, tell: ServerListener, cancel: Cancel
) -> dict[str, Any]:
    """Pull it if need be, find out what it is, and pin it."""
    from nodegraph.runtime import manage
    from nodegraph.runtime.runners.engines import engine_at

    engine = engine_at(wishes.engine).engine
    draft: dict[str, Any] = {"id": id, "name": name, "tag": image.partition("@")[0]}
    if agreed:
        draft["digest"] = agreed
    entry, _ = read_entry(draft | ({"digest": image.partition("@")[2]} if "@" in image else {}), image)
    if engine.image(image) is None:
        manage.pull(entry, tell, cancel, wishes.engine)
    pinned = image if "@" in image or not agreed else f"{_repository(image)}@{agreed}"
    found = engine.image(pinned) or engine.image(image)
    if found is None:
        raise ModelError(f"The image {image} is not on the engine although it was pulled.", "Try it again.")
    draft |= _pin(image, found)
    entry, _ = read_entry(draft, image)
    described = _cog_entry(_labels(found))
    if described is not None:
        ports = [int(one) for one in ports_of(pinned, wishes)]
        port, raw = (5000 if 5000 in ports else ports[0]), described
    else:
        port, said = tried(entry, ports_of(pinned, wishes), tell, cancel, wishes.engine)
        raw = first_of(said, wishes)
    about = {**(raw.get("description") or {}), **_described(_labels(found))}
    size = {"size": int(found["Size"])} if isinstance(found.get("Size"), int) else {}
    options = {"image": draft["tag"], "ExposedPorts": {f"{port}/tcp": {}}}
    return {
        **raw,
        **draft,
        **size,
        "description": about,
        "specs": {"cpu": True, "gpu": _wants_gpu(found)},
        "options": options,
    }


def _pin(image: str, found: Mapping[str, Any]) -> dict[str, str]:
    """What makes it this image and no other: its registry's digest, else the engine's id."""
    digests = [str(one) for one in found.get("RepoDigests") or ()]
    mine = [one.partition("@")[2] for one in digests if one.partition("@")[0] in _spellings(_repository(image))]
    return {"digest": mine[0]} if mine else {"imageId": str(found["Id"])}


def _facts(
    image: str, found: Mapping[str, Any] | None, remote: str, id: str, labels: Mapping[str, str]
) -> Iterator[Fact]:
    yield Fact("image", image)
    if found is None:
        yield Fact("digest", remote or "its registry does not say before it is pulled")
        yield Fact("size", "not known before it is pulled; it is not on this engine")
    else:
        yield Fact("digest", next(iter(_pin(image, found).values())))
        yield Fact("size", size_text(int(found.get("Size") or 0)))
        yield Fact("made", f"{str(found.get('Created') or '')[:10]} for {found.get('Os')}/{found.get('Architecture')}")
    yield Fact("node", f"model.{id}: what its server says")
    yield Fact("gpu", "used if there is one" if found is not None and _wants_gpu(found) else "not known")
    yield Fact("licence", labels.get(f"{_OCI}licenses") or "not said")


def _confined(known: Mapping[str, Any] | None, id: str, name: str, image: str) -> Iterator[Fact]:
    entry, _ = read_entry({"protocol": "native", **(known or {}), "id": id, "name": name, "tag": image}, image)
    yield from container_facts(entry)


def _doubts(found: Mapping[str, Any] | None, labels: Mapping[str, str], wishes: Wishes) -> Iterator[Problem]:
    if found is None or _OURS in labels or _cog_entry(labels) is not None:
        return
    protocol = wishes.protocol or "native, Cog, the Runway Model SDK's or Runway's of 2018"
    where = ", ".join(map(str, ports_of(str(found["Id"]), wishes)))
    message = (
        f"The image has no label of nodegraph or Cog. It is taken for a model that speaks {protocol} at port {where}."
    )
    yield Problem("", message, "", "warning")


def _digest_there(engine: Any, image: str) -> str:
    """The digest its registry has for an image; "" when that does not tell. Raises ModelError when it has none."""
    try:
        return str(engine.digest_in_registry(image))
    except ModelUnreachable:
        raise
    except ModelError as error:
        message = f"There is no image {image}, neither on this engine nor in its registry: {error.message.rstrip('.')}."
        raise ModelError(message, "Check its name, or log in (docker login) if it is private.") from error


def _cog_entry(labels: Mapping[str, str]) -> dict[str, Any] | None:
    """What Cog wrote about its image: the schema of its inputs and outputs."""
    for prefix in _COG:
        try:
            openapi = json.loads(labels.get(f"{prefix}openapi_schema") or "null")
        except ValueError:
            continue
        if cog_schema.fields_of(openapi):
            return {"protocol": "cog", "timeout": PATIENT, **cog_schema.entry_pieces(openapi)}
    return None


def _described(labels: Mapping[str, str]) -> dict[str, str]:
    keys = {"first": "description", "licence": "licenses", "authors": "authors", "github": "source"}
    said = {key: labels.get(f"{_OCI}{label}", "")[:500] for key, label in keys.items()}
    return {key: value for key, value in said.items() if value}


def _labels(found: Mapping[str, Any] | None) -> dict[str, str]:
    labels = config_of(found or {}).get("Labels")
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, Mapping) else {}


def _wants_gpu(found: Mapping[str, Any]) -> bool:
    """Images made for a GPU say so in the variables of NVIDIA's base images."""
    return any(
        str(one).startswith(("NVIDIA_VISIBLE_DEVICES=", "CUDA_VERSION=")) for one in config_of(found).get("Env") or ()
    )


def _repository(image: str) -> str:
    return re.sub(r":[^/:]*\Z", "", image.partition("@")[0])


def _spellings(repository: str) -> set[str]:
    """Docker leaves out its own registry's name, or writes it."""
    short = repository.removeprefix("docker.io/").removeprefix("library/")
    return {repository, short, f"docker.io/{short}", f"docker.io/library/{short}", f"library/{short}"}


def _last_part(image: str) -> str:
    return _repository(image).rpartition("/")[2]
