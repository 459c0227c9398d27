"""What a Cog predictor answered, as the values of the entry's outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nodegraph.core.errors import ModelAnswerError
from nodegraph.core.spec import Port
from nodegraph.runtime import codecs
from nodegraph.runtime.answers import NOT_AS_PROMISED, Size, by_declaration, by_shape
from nodegraph.runtime.protocols import SEE_LOG
from nodegraph.runtime.protocols.cog_files import Content, Fetch, Shelf, content_of, is_address
from nodegraph.runtime.protocols.described import our_names


@dataclass(frozen=True)
class Reader:
    """Reads answers of one prediction. base, fetch: where the server's own files are, and how to get one.

    size: of the picture that was sent. who: the model's name.
    """

    base: str
    fetch: Fetch
    shelf: Shelf
    size: Size
    who: str

    def outputs(self, output: Any, ports: Sequence[Port]) -> dict[str, Any]:
        """A value for every port. Raises ModelAnswerError naming the output, and what fetching a file raises."""
        if not ports:
            return self._shapes(output)
        parts = _by_port(output, ports)
        return {port.name: self._value(parts[port.name], port) for port in ports}

    def _shapes(self, output: Any) -> dict[str, Any]:
        pictures = [one for one in _listed(output) if codecs.is_data_uri(one)]
        values = by_shape(pictures[0] if pictures else output, self.size, self.who)
        text = "".join(output) if _is_texts(output) and not pictures else values["text"]
        return values | {"result": output, "text": text}

    def _value(self, part: Any, port: Port) -> Any:
        if part is None:
            return None
        try:
            return self._converted(part, port)
        except NOT_AS_PROMISED as error:
            message = (
                f"{self.who} answered something that is not {' or '.join(port.types)} on '{port.name}': {error!s:.300}."
            )
            raise ModelAnswerError(message, f"Correct `outputs` of its entry. {SEE_LOG}") from None
        except OSError as error:
            raise ModelAnswerError(f"A file {self.who} answered cannot be kept: {error.strerror}.") from None

    def _converted(self, part: Any, port: Port) -> Any:
        if port.types[0] in ("json", "any"):
            return part
        if "image" in port.types or "file" in port.types:
            return self._file(part, port)
        if port.types[0] in ("text", "category"):
            return self._text(part)
        if is_address(part):
            content = content_of(part, self.base, self.fetch)
            part = part if content is None else codecs.to_data_uri(content.data, content.kind)
        return by_declaration({port.name: part}, [port], self.size, self.who)[port.name]

    def _file(self, part: Any, port: Port) -> Any:
        """The first of the addresses that fits the port; None when they are of another kind that the port may lack."""
        addresses = [one for one in _listed(part) if is_address(one)]
        for one in addresses:
            found = self._one_file(one, port.types)
            if found is not None:
                return found
        if isinstance(part, str) and not addresses and "text" in port.types:
            return part
        if port.optional and (addresses or part == []):
            return None
        raise ValueError(f"{len(addresses)} files, none of that kind" if addresses else f"it is {type(part).__name__}")

    def _one_file(self, uri: str, types: Sequence[str]) -> Any:
        content = content_of(uri, self.base, self.fetch)
        if content is None:
            return uri if "text" in types else None
        if content.is_picture:
            return codecs.decode_image(content.data) if "image" in types else None
        if content.is_text and "text" in types:
            return _decoded(content)
        return self.shelf.keep(content, uri.partition("?")[0][-40:]) if "file" in types else None

    def _text(self, part: Any) -> str:
        if is_address(part):
            content = content_of(part, self.base, self.fetch)
            return _decoded(content) if content is not None and content.is_text else str(part)
        if _is_texts(part):
            return "".join(part)
        if isinstance(part, str):
            return part
        if isinstance(part, int | float):  # a choice can be a number
            return str(part)
        raise ValueError(f"it is {type(part).__name__}")


def _by_port(output: Any, ports: Sequence[Port]) -> Mapping[str, Any]:
    """An object's properties by port; any other answer whole for each port."""
    if isinstance(output, Mapping):
        ours = our_names([one for one in output if isinstance(one, str)])
        named = {ours[wire]: value for wire, value in output.items()}
        if any(port.name in named for port in ports):
            return {port.name: named.get(port.name) for port in ports}
    return {port.name: output for port in ports}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _decoded(content: Content) -> str:
    return content.data.decode("utf-8", "replace")
