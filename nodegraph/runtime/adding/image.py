"""A Docker image: looked at on the engine and in its registry before it is pulled, pinned to what was agreed to."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from nodegraph.core.errors import ModelError, ModelUnreachable, Problem, UsageError
from nodegraph.runtime.adding.facts import container_facts, facts_about, read_entry, size_text
from nodegraph.runtime.adding.ids import id_for, problems_with
from nodegraph.runtime.adding.image_facts import (
    OCI,
    PROTOCOL,
    cog_entry,
    description_in,
    labels_of,
    pin,
    repository,
    wants_gpu,
)
from nodegraph.runtime.adding.plan import Fact, Plan, Wishes, Written
from nodegraph.runtime.adding.trial import PATIENCE, first_of, ports_of, tried
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.engines.labels import IMAGE
from nodegraph.runtime.state import ServerListener

_NAME: Final = re.compile(
    r"(?=.{1,255}$)(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]{1,5})?/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
    r"(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
_EXAMPLES: Final = (
    "For example http://127.0.0.1:5000, ./folder, hf:owner/name, upscaler.safetensors, or an image: owner/name:tag."
)
_UNREACHED: Final = re.compile(r"dial tcp|no such host|i/o timeout|Client\.Timeout|connection refused|EOF", re.I)


def plan_image(image: str, wishes: Wishes) -> Plan:
    """Look at the image and plan its entry. Raises UsageError for what is no name, ModelError when there is none."""
    from nodegraph.runtime.engines.engines import engine_at  # imports docker, which takes its time

    if not _NAME.fullmatch(image):
        raise UsageError(f"{image[:100]!r} is no address, folder, file or image.", _EXAMPLES)
    engine = engine_at(wishes.engine).engine
    found = engine.image(image)
    agreed = "" if found is not None else _digest_in_registry(engine, image)
    part = repository(image).rpartition("/")[2]
    name = wishes.name or part.replace("-", " ").replace("_", " ").capitalize()
    id = id_for(wishes, wishes.name or part)
    known = cog_entry(labels_of(found))

    def work(tell: ServerListener, cancel: Cancel) -> Written:
        seen = "" if found is None else str(found["Id"])
        return [_entry(image, id, name, agreed, seen, wishes, tell, cancel)]

    steps = (
        *(() if found is not None else (f"pull {image}",)),
        *(() if known is not None else (f"start it, without a network, to ask what it is (≤ {PATIENCE:.0f} s)",)),
        f"write {id} into {wishes.catalogue}, with exactly this image",
    )
    facts = (*_image_facts(image, found, agreed), *_entry_facts(found, {"id": id, "name": name, "tag": image}))
    problems = (*_doubts(found, wishes), *problems_with((id,), wishes))
    return Plan(image, "image", name, (id,), facts, steps, wishes.catalogue, wishes.replace, work, problems)


def _image_facts(image: str, found: Mapping[str, Any] | None, agreed: str) -> Iterator[Fact]:
    yield Fact("image", image)
    if found is None:
        yield Fact("digest", agreed or "its registry does not say before it is pulled")
        yield Fact("size", "not known before it is pulled; it is not on this engine")
        return
    yield Fact("digest", next(iter(pin(image, found).values())))
    yield Fact("size", size_text(int(found.get("Size") or 0)))
    yield Fact("made", f"{str(found.get('Created') or '')[:10]} for {found.get('Os')}/{found.get('Architecture')}")


def _entry_facts(found: Mapping[str, Any] | None, draft: Mapping[str, Any]) -> Iterator[Fact]:
    labels = labels_of(found)
    known = cog_entry(labels)
    about = {"description": description_in(labels)}
    entry, _ = read_entry({"protocol": "native", **(known or {}), **about, **draft}, str(draft["tag"]))
    if known is not None:
        yield from facts_about(entry)
    else:
        yield Fact("node", f"model.{entry.id}: what its server says")
        gpu = "not known" if found is None else "used if there is one" if wants_gpu(found) else "not used"
        yield Fact("gpu", gpu)
        yield Fact("licence", labels.get(f"{OCI}licenses") or "not said")
    yield from container_facts(entry, known is not None)


def _doubts(found: Mapping[str, Any] | None, wishes: Wishes) -> Iterator[Problem]:
    labels = labels_of(found)
    if found is None or PROTOCOL in labels or IMAGE in labels or cog_entry(labels) is not None:
        return
    protocol = wishes.protocol or "native, Cog, the Runway Model SDK's or Runway's of 2018"
    where = " or ".join(map(str, ports_of(str(found["Id"]), wishes)))
    message = f"The image has no label of nodegraph or Cog: it is taken for a server of {protocol}, at port {where}."
    yield Problem("", message, "", "warning")


def _digest_in_registry(engine: Any, image: str) -> str:
    """The digest its registry has for an image. Raises ModelError when it has none or cannot be asked."""
    try:
        return str(engine.digest_in_registry(image))
    except ModelUnreachable:
        raise
    except ModelError as error:
        words = error.message.rstrip(".")
        if _UNREACHED.search(words):
            message = f"The image {image} is not on this engine, and its registry cannot be asked: {words}."
            raise ModelError(message, "Check the network, and the name of the registry.") from error
        message = f"There is no image {image}, neither on this engine nor in its registry: {words}."
        raise ModelError(message, "Check its name, or log in (docker login) if it is private.") from error


def _entry(
    image: str, id: str, name: str, agreed: str, seen: str, wishes: Wishes, tell: ServerListener, cancel: Cancel
) -> dict[str, Any]:
    """Pull it if need be, find out what it is, and pin it. agreed: its digest; seen: its id if it was here."""
    from nodegraph.runtime import manage
    from nodegraph.runtime.engines.engines import engine_at

    engine = engine_at(wishes.engine).engine
    digest = agreed or image.partition("@")[2]
    draft: dict[str, Any] = {"id": id, "name": name, "tag": image.partition("@")[0]}
    exactly = f"{repository(image)}@{digest}" if digest else image
    if engine.image(exactly) is None:
        manage.pull(read_entry(draft | ({"digest": digest} if digest else {}), image)[0], tell, cancel, wishes.engine)
    found = engine.image(exactly)
    if found is None:
        raise ModelError(f"The image {exactly} is not on the engine although it was pulled.", "Try it again.")
    if seen and found["Id"] != seen:
        raise ModelError(f"The image {image} is another one than was shown a moment ago.", "Look at it again.")
    draft |= pin(image, found)
    ports, labels = ports_of(exactly, wishes), labels_of(found)
    raw = cog_entry(labels)
    port = 5000 if 5000 in ports else ports[0]
    if raw is None:
        port, said = tried(read_entry(draft, image)[0], ports, tell, cancel, wishes.engine)
        raw = first_of(said, wishes)
    about = {**(raw.get("description") or {}), **description_in(labels)}
    return {
        **draft,
        "size": size_text(int(found.get("Size") or 0)),
        "specs": {"cpu": True, "gpu": wants_gpu(found)},
        **raw,
        "description": about,
        "options": {"image": draft["tag"], "ExposedPorts": {f"{port}/tcp": {}}},
    }
