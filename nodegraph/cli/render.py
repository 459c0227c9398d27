"""``nodegraph render``: a long film in parts, by several processes or machines, with progress and figures."""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from nodegraph.cli.codes import DONE
from nodegraph.cli.interrupt import Interrupts
from nodegraph.cli.progress import progress
from nodegraph.cli.run import changed_graph, server_teller, writable
from nodegraph.cli.sessions import session_for
from nodegraph.cli.telling import warnings_told
from nodegraph.cli.text import say
from nodegraph.core.errors import NodegraphError, UsageError
from nodegraph.core.graph import Graph
from nodegraph.core.words import counted
from nodegraph.engine.events import RunStats
from nodegraph.render.job import Job, Stopped
from nodegraph.render.order import Order, Rendered
from nodegraph.render.pool import Pool
from nodegraph.render.render import render
from nodegraph.render.schedule import Progress, RenderFailed
from nodegraph.session import Found, Session
from nodegraph.session.machine import machine_facts
from nodegraph.session.one_picture import frames_wanted
from nodegraph.session.report import Warned, write_report

_NAMED = 4
"""Segments at work that are named one by one in the progress."""


def run(arguments: argparse.Namespace) -> int:
    """Render the preset; the exit code."""
    report, quiet = writable(arguments.report, "--report"), arguments.quiet or arguments.json
    if arguments.address is not None and arguments.workers is None:
        raise UsageError("--address: how many workers shall the cluster have?", "Add --workers N.")
    with (
        Interrupts() as interrupts,
        warnings_told() as warnings,
        session_for(arguments.models, arguments.nodes, server_teller(quiet)) as session,
    ):
        found = session.open(arguments.preset)
        order = _order(session, changed_graph(found, session, arguments), arguments)
        began, rendered, error = time.monotonic(), Rendered(), None
        try:
            with _shown(quiet) as show:
                rendered = render(session, order, partial(_pool, arguments.address), show, lambda: interrupts.asked)
        except Stopped:
            pass
        except NodegraphError as failure:
            error = failure
        document = _report(found, rendered, time.monotonic() - began, error, interrupts.asked, warnings)
        _hand_out(document, report, arguments.json)
        if error is not None:
            raise error
        if interrupts.asked:
            return interrupts.code
        if not quiet:
            _say(rendered, arguments.workers, document["seconds"])
        return DONE


def _order(session: Session, graph: Graph, arguments: argparse.Namespace) -> Order:
    return Order(
        graph,
        arguments.workers,
        frames=frames_wanted(session, graph, arguments.frames, arguments.seconds),
        seconds=arguments.seconds,
        overlap=arguments.overlap,
        length=arguments.segment,
        retries=arguments.retries,
        shared=arguments.address is None,
        here=arguments.address is None,
        fresh=arguments.fresh,
        catalogs=tuple(Path(one).resolve() for one in arguments.models),
        node_folders=tuple(Path(one).resolve() for one in arguments.nodes),
    )


def _hand_out(document: Mapping[str, Any], report: Path | None, printed: bool) -> None:
    if report:
        write_report(report, document)
    if printed:
        say(json.dumps(document, indent=2, sort_keys=True))


def _pool(address: str | None, job: Job, workers: int) -> AbstractContextManager[Pool]:
    from nodegraph.render.cluster import RayPool

    return RayPool(job, workers, address)


@contextmanager
def _shown(quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """Progress as `nodegraph run` shows it, with the segments; begun when the length of the film is known."""
    with ExitStack() as stack:
        shows: list[Callable[[RunStats], None]] = []
        notes = [""]

        def show(now: Progress) -> None:
            if not shows:
                note = partial(notes.__getitem__, 0)
                shows.append(stack.enter_context(progress(now.total or None, None, quiet=quiet, note=note)))
            notes[0] = _note(now)
            shows[0](RunStats(_fair(now), now.done, now.done, 0, now.fps, {}, {}))

        yield show


def _fair(now: Progress) -> float:
    """Seconds all that is done would have taken at this render's pace: from these the rest is estimated."""
    own = now.done - now.kept
    return now.seconds * now.done / own if own > 0 else now.seconds


def _note(now: Progress) -> str:
    made, of = now.segments
    if of < 2:
        return ""
    named = ", ".join(
        f"{number + 1} ({counted(done, 'frame')})" for number, done in sorted(now.working.items())[:_NAMED]
    )
    more = f" and {len(now.working) - _NAMED} more" if len(now.working) > _NAMED else ""
    return f"{made} of {of} segments" + (f", at work on {named}{more}" if named else "")


def _say(rendered: Rendered, workers: int | None, seconds: float) -> None:
    if rendered.whole and workers != 1:
        say("Rendered in one piece:")
        for reason in rendered.whole:
            say(f"  {reason}")
    if rendered.alone:
        say("Rendered by this process alone: to start workers takes longer than there was to do.")
    rate = f" ({rendered.fresh / seconds:.1f} fps)" if seconds > 0 else ""
    parts = f", {counted(len(rendered.segments), 'segment')}" if rendered.segments else ""
    parts += f", {rendered.resumed} of them from before" if rendered.resumed else ""
    again = f", {rendered.retried} of them again" if rendered.retried else ""
    say(f"{counted(rendered.frames, 'frame')} in {seconds:.1f} s{rate}{parts}{again}")
    for path in rendered.outputs:
        if path.exists():
            say(f"wrote {path}")


def _report(
    found: Found,
    rendered: Rendered,
    seconds: float,
    error: NodegraphError | None,
    interrupted: bool,
    warnings: Mapping[str, Warned],
) -> dict[str, Any]:
    """What `--report` and `--json` hold."""
    failed: dict[str, Any] = {"message": error.message, "hint": error.hint} if error else {}
    if isinstance(error, RenderFailed):
        failed |= {"node": error.node, "frame": error.frame}
    return {
        "format": 1,
        "preset": {"id": found.preset.id, "title": found.preset.title},
        "result": "failed" if error else "interrupted" if interrupted else "done",
        "seconds": round(seconds, 3),
        "frames": rendered.frames,
        "fps": round(rendered.fresh / seconds, 3) if seconds > 0 else 0.0,
        "one_piece": rendered.whole,
        "segments": [{"first": first, "frames": frames, "seconds": took} for first, frames, took in rendered.segments],
        "retried": rendered.retried,
        "resumed": rendered.resumed,
        "outputs": [str(path) for path in rendered.outputs],
        "errors": [failed] if failed else [],
        "warnings": [{"message": one.message, "count": one.count} for one in warnings.values()],
        "machine": machine_facts(),
    }
