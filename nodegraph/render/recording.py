"""Noting what happens in a worker for those at the other end: whose frames a part holds, and what was warned of."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from nodegraph.core.node import Stamp
from nodegraph.core.registry import Definition, Registry
from nodegraph.render.job import Job, Segment
from nodegraph.session.ends import file_param


def recording(
    registry: Registry, job: Job, segment: Segment, files: Mapping[str, Path], stamps: Mapping[str, list[Stamp]]
) -> Registry:
    """The registry, with the sinks of the job made such that they write a part and note whose frames it holds."""
    ids = {str(path): id for id, path in files.items()}
    changed = {}
    for type in {job.graph.nodes[id].type for id in job.sinks}:
        found = registry.definitions[type]
        param = file_param(found.spec)
        assert param is not None, "the sinks of a job write files"

        def make(params: Mapping[str, Any], place: Mapping[str, Any], found: Definition, name: str) -> Any:
            made: Any = found.make(params, place)
            made.origin = job.origin
            made.abandon = made.close  # an unfinished part is removed: nobody is told where it is
            made.process = partial(_noted, made.process, segment.kept, stamps[ids[str(params[name])]])
            return made

        changed[type] = replace(found, make=partial(make, found=found, name=param.name))
    return replace(registry, definitions={**registry.definitions, **changed})


def _noted(process: Any, kept: int, stamps: list[Stamp], *inputs: Any) -> None:
    stamp: Stamp = inputs[-1]
    if stamp.index >= kept:
        process(*inputs)
        stamps.append(stamp)


class _Keeping(logging.Handler):
    """Puts what is warned of into a list."""

    def __init__(self, told: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        """One warning."""
        self._told.append(record.getMessage())


@contextmanager
def warnings_of() -> Iterator[list[str]]:
    """What nodes and the runtime warn about in this process, for the person at the other end."""
    told: list[str] = []
    handler = _Keeping(told)
    logger = logging.getLogger("nodegraph")
    logger.addHandler(handler)
    try:
        yield told
    finally:
        logger.removeHandler(handler)
