"""The figures of a run as one JSON document: ``nodegraph run --report``."""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodegraph.core.errors import NodegraphError
from nodegraph.core.plain import plain
from nodegraph.core.preset import Preset, write_atomically
from nodegraph.engine.events import NodeStats, RunStats
from nodegraph.engine.run import Run
from nodegraph.session.machine import machine_facts


@dataclass
class Warned:
    """A warning, and how often one of its kind came; `message` is the first."""

    message: str
    count: int = 0


def report_of(preset: Preset, run: Run, interrupted: bool, warnings: Iterable[Warned] = ()) -> dict[str, Any]:
    """The report of a run that is over, as plain data."""
    stats = run.stats()
    return {
        "format": 1,
        "preset": {"id": preset.id, "title": preset.title},
        "mode": run.mode,
        "result": "failed" if run.failure else "interrupted" if interrupted else "done",
        "seconds": round(stats.seconds, 3),
        "frames": {"in": stats.frames_in, "out": stats.frames_out, "dropped": stats.dropped},
        "fps": round(stats.fps, 3),
        "nodes": {id: _node(run, id, one) for id, one in stats.nodes.items()},
        "sinks": {id: _rounded(dataclasses.asdict(one)) for id, one in stats.sinks.items()},
        "restarts": sum(int(one.extra.get("restarts", 0)) for one in stats.nodes.values()),
        "errors": _errors(stats),
        "warnings": [dataclasses.asdict(one) for one in warnings],
        "machine": machine_facts(),
    }


def write_report(path: Path, report: Mapping[str, Any]) -> None:
    """Write a report. Raises NodegraphError when that is impossible."""
    text = json.dumps(report, indent=2, sort_keys=True, allow_nan=False) + "\n"
    try:
        write_atomically(path.resolve(), text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise NodegraphError(f"Cannot write {path}: {error.strerror}.", "Check the folder and the disk.") from error


def _node(run: Run, id: str, stats: NodeStats) -> dict[str, Any]:
    document = {key: value for key, value in dataclasses.asdict(stats).items() if key != "extra"}
    extra = {key: _plain(value) for key, value in stats.extra.items()}
    return {"type": run.nodes[id].spec.id, **_rounded(document), **extra}


def _plain(value: Any) -> Any:
    """What a node says about itself may hold anything."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return getattr(value, "label", None) or {key: _plain(one) for key, one in vars(value).items()}
    try:
        json.dumps(made := plain(value), allow_nan=False)
    except (TypeError, ValueError, NodegraphError):
        return str(value)
    return made


def _errors(stats: RunStats) -> list[dict[str, Any]]:
    return [dataclasses.asdict(failure) for failure in stats.failures]


def _rounded(document: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in document.items()}
