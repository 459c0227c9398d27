"""Which protocol answers at an address, and what the model there is: an entry for models.json."""

import json
import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from nodegraph.core.errors import (
    ModelAnswerError,
    ModelError,
    ModelNotReady,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
)
from nodegraph.runtime.catalog.catalog import parse_catalog, slug
from nodegraph.runtime.protocols import LOOPBACK, cog_schema, native_schema, runway_sdk_schema
from nodegraph.runtime.protocols.cog_refusals import setup_logs
from nodegraph.runtime.protocols.described import Described, words
from nodegraph.runtime.protocols.native_message import Deadline
from nodegraph.runtime.protocols.no_model import no_model_at, silent, unreachable
from nodegraph.runtime.protocols.web import Web
from nodegraph.runtime.protocols.wire import fetch, loads

__all__ = ["Described", "describe"]

COG_STATES: Final = {"STARTING", "READY", "BUSY", "SETUP_FAILED", "DEFUNCT", "UNHEALTHY"}
PATIENT: Final = 300.0
"""The `timeout` of entries whose models may think long over one answer."""
_MAX_COMMANDS: Final = 20
_PAUSE: Final = 0.1


def describe(url: str, timeout: float = 10.0) -> Described:
    """Look at the server at `url` (only GETs) and describe it: one entry dict per node, as models.json has them.

    Every entry passes the catalogue's rules; it has `id`, `name` and `protocol`, and of `inputs`, `outputs`,
    `parameters`, `setup`, `command`, `query`, `secrets`, `description` what the protocol tells. It names no image: the
    server runs at `url`, which belongs into the node's place ``{"kind": "url", "url": url}``.
    Raises ModelRefused for what is no address and for a model whose set-up failed, ModelNotReady for one that is still
    setting up after `timeout` seconds, ModelUnreachable, ModelTimeout, or ModelAnswerError when something answers that
    speaks no protocol of ours.
    """
    base = _address(url)
    with Web(trust_env=urlsplit(base).hostname not in LOOPBACK) as http:
        try:
            found = _Looking(http, base, Deadline(timeout)).described()
        except ModelTimeout:
            raise silent(base, timeout) from None
    entries, notes = [], list(found.notes)
    for entry in found.entries:
        wrong = [one for one in parse_catalog(json.dumps([entry])).problems if one.severity == "error"]
        notes += [f"Left out: {one}" for one in wrong[:3]]
        entries += [] if wrong else [entry]
    if not entries:
        hint = " ".join(notes[:2])
        raise ModelAnswerError(f"{base} speaks {found.protocol}, but says nothing that makes a node.", hint)
    return Described(found.protocol, entries, notes)


def _address(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        good, login = good and not (parts.query or parts.fragment), "@" in parts.netloc
    except ValueError:
        good = login = False
    if login:
        hint = "Leave them out, and reach the server itself, for instance through a tunnel (ssh -L)."
        raise ModelRefused("An address is kept as it is, so it must not hold a name and a password.", hint)
    if not good or not url.strip().isprintable():
        raise ModelRefused(f"{url[:100]!r} is no address of a server.", "Write it like http://192.168.1.20:33000")
    return url.strip().rstrip("/")


class _Looking:
    """One look at one server; `deadline` is for all of it."""

    def __init__(self, http: Web, base: str, deadline: Deadline) -> None:
        self._http, self._base, self._deadline = http, base, deadline
        self._reached = False

    def described(self) -> Described:
        """Try what can be told apart, the surest first."""
        for path, recognised in (
            ("/health-check", self._cog),
            ("/meta", self._sdk),
            ("/", self._native_or_alpha),
            ("/info", self._app),
            ("/v1", self._hosted),
        ):
            said = self._get(path)
            found = recognised(said) if isinstance(said, dict) else None
            if found is not None:
                return found
        raise no_model_at(self._http, self._base, self._deadline.left())

    def _get(self, path: str) -> Any:
        """The JSON at a path, None for anything else. Raises ModelError when nobody answers at all."""
        try:
            status, body = self._page(path)
        except ModelUnreachable as error:
            if self._reached:
                return None
            raise unreachable(self._base, error) from None
        except ModelAnswerError:
            return None
        self._reached = True
        try:
            return loads(body) if status < 500 or path == "/" else None
        except ValueError:
            return None

    def _page(self, path: str) -> tuple[int, bytes]:
        """Status and body. Some servers hang up after an answer without saying so: those are asked again."""
        try:
            status, _, body = fetch(self._http, "GET", self._base + path, self._deadline.left())
        except ModelUnreachable:
            if not self._reached:
                raise
            status, _, body = fetch(self._http, "GET", self._base + path, self._deadline.left())
        return status, body

    def _cog(self, said: dict[str, Any]) -> Described | None:
        state = said.get("status")
        if not isinstance(state, str) or state not in COG_STATES:
            return None
        openapi = self._set_up_cog(said)
        notes: list[str] = []
        pieces: dict[str, Any] = {"inputs": {"image": "image"}}
        if cog_schema.tells_inputs(openapi):
            pieces = cog_schema.entry_pieces(openapi)
            notes += _optional_secrets(openapi)
        else:
            notes.append("It has no schema of its inputs (/openapi.json): the entry asks for a picture; correct it.")
        title = _title(openapi)
        return Described("cog", [self._entry(title, "cog", {**pieces, "timeout": PATIENT})], notes)

    def _set_up_cog(self, said: dict[str, Any]) -> Any:
        """The schema, which a server tells once it has set up. Raises ModelNotReady or ModelRefused if it has not."""
        while (openapi := self._get("/openapi.json")) is None and said.get("status") == "STARTING":
            if time.monotonic() + _PAUSE > self._deadline.end:
                raise ModelNotReady(f"The Cog model at {self._base} is still setting up.", "Try again a little later.")
            time.sleep(_PAUSE)
            again = self._get("/health-check")
            said = again if isinstance(again, dict) else said
        if openapi is None and said.get("status") in ("SETUP_FAILED", "DEFUNCT"):
            logs = setup_logs(said) or "It printed nothing."
            raise ModelRefused(f"The set-up of the Cog model at {self._base} failed. Its last words: {logs}")
        return openapi

    def _sdk(self, said: dict[str, Any]) -> Described | None:
        if "modelSDKVersion" not in said:
            return None
        commands = runway_sdk_schema.commands_of(said)
        notes = ["Only its first 20 commands are described."] if len(commands) > _MAX_COMMANDS else []
        entries = []
        for command in commands[:_MAX_COMMANDS]:
            pieces = runway_sdk_schema.entry_pieces(said, command)
            entry = self._entry(command.name, "runway-sdk", {**pieces, "timeout": PATIENT})
            entry["description"] = {"first": command.description}
            entries.append(entry)
            unknown = runway_sdk_schema.unknown_types(command)
            notes += [f"The type '{one}' of {command.name} is unknown; its port carries anything." for one in unknown]
        return Described("runway-sdk", _told_apart(entries), notes)

    def _native_or_alpha(self, said: dict[str, Any]) -> Described | None:
        if said.get("protocol") == "native":
            title = words(said.get("title"), 100) or words(said.get("name"), 100)
            entry = self._entry(title, "native", native_schema.entry_pieces(said))
            entry["description"] = {"first": words(said.get("description"))}
            return Described("native", [entry])
        if said.get("status") != "200" and "query_route" not in said:
            return None
        route = said.get("query_route")
        namespace = route if isinstance(route, str) and route.strip("/") else "/query"
        socket = {"namespace": words(namespace, 100), "emit": "update_request", "event": "update_response"}
        title = words(said.get("message"), 100).removesuffix(" is running")
        entry = self._entry(title, "runway-alpha", {"query": {"socket": socket}, "inputs": {"image": "image"}})
        note = "A server of 2018 does not say what it answers: the node has a port for every known kind of answer."
        return Described("runway-alpha", [entry], [note])

    def _app(self, said: dict[str, Any]) -> Described | None:
        if "inputs" not in said or "outputs" not in said:
            return None
        raise self._no_model("the local API of the Runway app")

    def _hosted(self, said: dict[str, Any]) -> Described | None:
        if "queryRoute" not in said:
            return None
        raise self._no_model("a model hosted by Runway")

    def _no_model(self, what: str) -> ModelError:
        hint = "Start the model itself (its container or server) and give that address."
        return ModelAnswerError(f"{self._base} is {what}, which cannot be a node.", hint)

    def _entry(self, title: str, protocol: str, pieces: dict[str, Any]) -> dict[str, Any]:
        name = title or f"Model at {urlsplit(self._base).netloc}"[:100]
        return {"id": slug(name) or "model", "name": name, "protocol": protocol, **pieces}


def _optional_secrets(openapi: Any) -> Iterator[str]:
    for one in cog_schema.fields_of(openapi):
        if one.kind == "secret" and one.optional:
            command = f"nodegraph models secret {one.variable} --for MODEL"
            yield f"It can use a secret, {one.name}, and goes without until you let it have one: {command}"


def _title(openapi: Any) -> str:
    """Cog calls every model Cog, unless its author gave it a name."""
    info = openapi.get("info") if isinstance(openapi, dict) else None
    title = words(info.get("title"), 100) if isinstance(info, dict) else ""
    return "" if title.lower() == "cog" else title


def _told_apart(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ids that differ: two names may make one id."""
    taken: set[str] = set()
    for entry in entries:
        id, number = entry["id"], 2
        while entry["id"] in taken:
            entry["id"], number = f"{id}-{number}", number + 1
        taken.add(entry["id"])
    return entries
