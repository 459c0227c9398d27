"""The Runway Model SDK's HTTP API (runway-python 0.6): a manifest, a set-up, and commands that take JSON."""

from collections.abc import Mapping
from typing import Any, Final

from nodegraph.core.errors import ModelAnswerError, ModelError, ModelRefused, ModelTimeout, ModelUnreachable, NodeError
from nodegraph.runtime.answers import size_of
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols import SEE_LOG, Endpoint
from nodegraph.runtime.protocols.lines import Lines
from nodegraph.runtime.protocols.native_message import Deadline
from nodegraph.runtime.protocols.runway_sdk_answer import outputs_of
from nodegraph.runtime.protocols.runway_sdk_inputs import to_wire
from nodegraph.runtime.protocols.runway_sdk_jobs import Jobs
from nodegraph.runtime.protocols.runway_sdk_schema import SdkCommand, SdkField, command_of, commands_of, options_of
from nodegraph.runtime.protocols.runway_sdk_setup import set_up_at, told_by
from nodegraph.runtime.protocols.web import Web
from nodegraph.runtime.protocols.wire import dumps, fetch, loads, readable

_SILENT: Final = {"Internal server error.", "Error during inference: ."}
"""What the SDK says when it does not know why: most often an input it could not read."""


class RunwaySdk:
    """A `Client` for one command of one server. Thread-safe; calls to one address wait for each other."""

    def __init__(self, entry: ModelEntry, endpoint: Endpoint) -> None:
        self._entry, self._base = entry, endpoint.url
        self._lines, self._setup = Lines(endpoint), set_up_at(endpoint.url)
        self._told = told_by(endpoint.options)
        self._manifest: Mapping[str, Any] | None = None
        self._progress = ""
        self._jobs = Jobs(endpoint.url, self._hear) if entry.socket is not None else None

    @property
    def transport(self) -> str:
        """``http``, or ``websocket`` with how far the running job is."""
        return f"websocket{self._progress}" if self._jobs is not None else "http"

    def infer(self, inputs: Mapping[str, Any], params: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
        """See `Client.infer`."""
        deadline = Deadline(timeout)
        try:
            with self._setup.turn(deadline), self._lines.line() as web:
                command = self._ready(web, deadline)
                sent = self._sent(command, inputs, params)
                answer = self._run(web, command, sent, deadline)
            return outputs_of(command, self._entry.outputs, answer, size_of(inputs), self._entry.name)
        except ModelError as error:
            if isinstance(error, ModelUnreachable | ModelAnswerError):
                self._manifest = None  # another version may be there by the next call
            if self._lines.closed:
                raise ModelUnreachable("The connection to the model was closed.") from None
            # A set-up or a question may have had less time than the whole call; the turn has words of its own.
            if isinstance(error, ModelTimeout) and error.hint == SEE_LOG:
                raise deadline.error() from None
            raise

    def close(self) -> None:
        """Drop the connection; calls in flight raise ModelUnreachable. Jobs are cancelled; a POST cannot be."""
        if self._jobs is not None:
            self._jobs.close()
        self._lines.close()

    # ---- before a command ----------------------------------------------------------------------------------------

    def _ready(self, web: Web, deadline: Deadline) -> SdkCommand:
        """The command, on a server that is set up as the entry says."""
        manifest = self._manifest
        if manifest is None:
            manifest = self._get(web, "/meta", deadline)
            if "modelSDKVersion" not in manifest:
                hint = "Check the entry's protocol and the port."
                raise ModelAnswerError("The model's server is none of the Runway Model SDK.", hint)
            command = self._command(manifest)
            self._set_up(web, manifest, command, deadline)
        else:
            command = self._command(manifest)
            if not self._setup.has(self._options(manifest, command)):
                self._set_up(web, self._get(web, "/meta", deadline), command, deadline)
        self._manifest = manifest
        return command

    def _command(self, manifest: Mapping[str, Any]) -> SdkCommand:
        found = command_of(manifest, self._entry.command)
        if found is None:
            names = ", ".join(one.name for one in commands_of(manifest)[:10]) or "none"
            asked = f"no command {self._entry.command!r}" if self._entry.command else "several commands"
            raise ModelRefused(f"The model has {asked}; it has {names}.", "Correct `command` of its entry.")
        return found

    def _set_up(self, web: Web, manifest: Mapping[str, Any], command: SdkCommand, deadline: Deadline) -> None:
        options = self._options(manifest, command)
        # After a set-up that failed the server says STARTING for ever, and works with a model that is half there.
        running = self._get(web, "/healthcheck", deadline).get("status") != "STARTING"
        known = self._setup.has(options) and self._setup.is_from(manifest)
        # Its start has loaded the model already: a second set-up with the same values would only take its time.
        if running and (not options or known or self._setup.is_as_started(options, manifest, self._told)):
            self._setup.note(options, manifest)
            return
        self._setup.note(None, manifest)
        self._post(web, "/setup", options, deadline)
        self._setup.note(options, manifest)

    def _options(self, manifest: Mapping[str, Any], command: SdkCommand) -> dict[str, Any]:
        """The chosen values of the entry's `setup` by the server's names."""
        chosen = {param.name: param.default for param in self._entry.setup}
        fields = [one for one in options_of(manifest, command.inputs) if one.name in chosen]
        return {one.wire: self._wire(one, chosen[one.name]) for one in fields if _is_given(one, chosen[one.name])}

    # ---- a command -----------------------------------------------------------------------------------------------

    def _sent(self, command: SdkCommand, inputs: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        given, sent = {**params, **inputs}, {}
        for one in command.inputs:
            value = given.get(one.name)
            if _is_given(one, value):
                sent[one.wire] = self._wire(one, value)
            elif not one.has_default:
                raise ModelRefused(f"The model needs the input {one.name}.", "Connect it.")
        return sent

    def _wire(self, one: SdkField, value: Any) -> Any:
        try:
            return to_wire(one, value)
        except (ValueError, TypeError, OverflowError, NodeError) as error:
            raise ModelRefused(f"The input {one.name} of {self._entry.name}: {error}.") from None

    def _run(self, web: Web, command: SdkCommand, sent: Mapping[str, Any], deadline: Deadline) -> Any:
        if self._jobs is None:
            return self._post(web, f"/{command.name}", sent, deadline)
        self._progress = ""
        return self._jobs.run(command.name, sent, deadline)

    def _hear(self, progress: float) -> None:
        self._progress = f" {min(max(progress, 0.0), 1.0):.0%}"

    def _get(self, web: Web, path: str, deadline: Deadline) -> Mapping[str, Any]:
        status, _, body = fetch(web, "GET", self._base + path, deadline.left())
        return self._object(path, status, body)

    def _post(self, web: Web, path: str, sent: Mapping[str, Any], deadline: Deadline) -> Mapping[str, Any]:
        content = dumps(sent).encode()
        headers = {"Content-Type": "application/json"}
        status, _, body = fetch(web, "POST", self._base + path, deadline.left(), content=content, headers=headers)
        return self._object(path, status, body)

    def _object(self, path: str, status: int, body: bytes) -> Mapping[str, Any]:
        """The JSON object that was answered. Raises ModelRefused with the server's words for an error."""
        try:
            answer = loads(body)
        except ValueError:
            answer = None
        if status >= 400:
            raise _refusal(path, status, answer, body)
        if not isinstance(answer, Mapping):
            raise ModelAnswerError(f"The model answered {readable(body)!r:.120} to {path}, not a JSON object.", SEE_LOG)
        return answer


def _refusal(path: str, status: int, answer: Any, body: bytes) -> ModelRefused:
    said = answer.get("error") if isinstance(answer, Mapping) else None
    words = str(said or readable(body) or "nothing else")[:500]
    if words in _SILENT:
        return ModelRefused(
            f"The model failed at {path} and does not say why.", f"Often an input it could not read. {SEE_LOG}"
        )
    return ModelRefused(f"The model answered {status} to {path}: {words.rstrip('.')}.", SEE_LOG)


def _is_given(one: SdkField, value: Any) -> bool:
    """An empty path, and an empty choice of none, stand for the server's own default."""
    empty = one.type in ("file", "directory", "category") and value == ""
    return value is not None and not empty
