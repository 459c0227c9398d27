"""What a Dockerfile builds upon and takes from its folder. Reads no more of it than that."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

WHEELS = "wheels/"
"""What a Dockerfile copies from here may come from a folder of Python wheels on this machine; see wheels.py."""
_WHEELS = "wheel[s]/"  # how it is written so that the folder may be missing
_ARGUMENT = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True)
class Recipe:
    """bases: the images after FROM that are no stage of the file, ARGs filled in. sources: what COPY and ADD take from
    the folder, as they write it (``"."`` is all of it). arguments: the names after ARG."""

    bases: tuple[str, ...]
    sources: tuple[str, ...]
    arguments: tuple[str, ...]

    @property
    def wheels(self) -> tuple[str, ...]:
        """Patterns of the names of wheels it can use: ``COPY wheels/torch-* ...`` takes ``torch-*``."""
        return tuple(one.removeprefix(WHEELS) for one in self.sources if one.startswith(WHEELS))


def read_dockerfile(text: str, given: Mapping[str, str] | None = None) -> Recipe:
    """What `text` builds upon and takes. Instructions that make no sense are left to the engine to refuse.

    given: values of its ARGs, else they have those written in the file.
    """
    stages: set[str] = set()
    bases: dict[str, None] = {}
    sources: dict[str, None] = {}
    arguments: dict[str, str] = {}
    for instruction, rest in _instructions(text):
        if instruction == "FROM":
            name, *more = _words(_filled(rest, {**arguments, **(given or {})})) or [""]
            if name.lower() not in stages:
                bases[name] = None
            stages |= {more[-1].lower()} if len(more) == 2 else set()
        elif instruction in ("COPY", "ADD") and "--from=" not in rest:
            sources |= dict.fromkeys(map(_relative, _words(rest)[:-1]))
        elif instruction == "ARG":
            for word in _words(rest):
                name, _, value = word.partition("=")
                arguments[name] = value or arguments.get(name, "")
    return Recipe(tuple(bases), tuple(source for source in sources if source), tuple(arguments))


def _filled(rest: str, values: Mapping[str, str]) -> str:
    """`rest` with ``$NAME`` and ``${NAME}`` replaced; one without a value stays as it is, and is nobody's image."""
    return _ARGUMENT.sub(lambda found: values.get(found[1] or found[2]) or found[0], rest)


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """Each instruction in capitals with the rest of its line, lines that go on put together."""
    line = ""
    for part in text.splitlines():
        if part.lstrip().startswith("#"):
            continue
        line += part.rstrip()
        if line.endswith("\\"):
            line = line[:-1] + " "
            continue
        word, _, rest = line.strip().partition(" ")
        if word.upper() == "ONBUILD":
            word, _, rest = rest.strip().partition(" ")
        if word:
            yield word.upper(), rest.strip()
        line = ""


def _words(rest: str) -> list[str]:
    """The words of an instruction without its flags; also those written as a JSON list."""
    while rest.startswith("--"):
        rest = rest.partition(" ")[2].lstrip()
    if rest.startswith("["):
        try:
            return [str(word) for word in json.loads(rest)]
        except (ValueError, RecursionError):
            pass
    try:
        return shlex.split(rest)
    except ValueError:
        return rest.split()


def _relative(source: str) -> str:
    """A source as a path below the folder; "" for what does not come from there."""
    if "://" in source or source.startswith("<<"):
        return ""
    if "$" in source:  # only the engine knows what that is
        return "."
    source = source.removeprefix("./").strip("/") or "."
    return WHEELS + source.removeprefix(_WHEELS) if source.startswith(_WHEELS) else source
