"""``nodegraph run``: a preset, what the person changes about it, progress, figures."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from nodegraph.cli.codes import DONE, FAILED
from nodegraph.cli.interrupt import Interrupts
from nodegraph.cli.progress import progress
from nodegraph.cli.sessions import session_for
from nodegraph.cli.telling import event_teller, say_failing, warnings_told
from nodegraph.cli.text import say, say_problems
from nodegraph.core.errors import DocumentError, NodegraphError, Problem, UsageError
from nodegraph.core.graph import Graph
from nodegraph.core.validate import errors_of
from nodegraph.core.words import counted
from nodegraph.engine.events import NodeFailed, RunStats
from nodegraph.engine.run import Run
from nodegraph.runtime.state import ServerEvent
from nodegraph.session import Found, Session, overrides
from nodegraph.session.one_picture import frames_wanted
from nodegraph.session.report import report_of, write_report
from nodegraph.session.session import Mode

_UNTOLD = ("absent", "creating", "stopping", "stopped", "failed")
"""Stages of a server not worth a line; that it failed is told by the node that needs it."""
_STEP = 0.1
"""Seconds between two looks at the run."""


def run(arguments: argparse.Namespace) -> int:
    """Run the preset; the exit code."""
    report = writable(arguments.report, "--report")
    trace = writable(arguments.trace, "--trace")
    with (
        Interrupts() as interrupts,
        warnings_told() as warnings,
        session_for(arguments.models, arguments.nodes, server_teller(arguments.quiet)) as session,
    ):
        found = session.open(arguments.preset)
        graph = changed_graph(found, session, arguments)
        mode: Mode = "live" if _is_live(arguments, session, graph) else "offline"
        asked = arguments.frames
        frames = asked if mode == "live" else frames_wanted(session, graph, asked, arguments.seconds)
        running = session.run(
            graph,
            mode,
            frames=frames,
            seconds=arguments.seconds,
            listener=event_teller(arguments.quiet) if mode == "live" else None,
            trace=trace is not None,
        )
        _go(running, session, graph, interrupts, arguments)
        code = _outcome(running, session, graph, interrupts, arguments.quiet)
        if report:
            write_report(report, report_of(found.preset, running, interrupts.asked, warnings.values()))
        if trace:
            _write_trace(running, trace)
        return code


def changed_graph(found: Found, session: Session, arguments: argparse.Namespace) -> Graph:
    """The preset's graph as this run wants it, paths resolved. Raises UsageError, DocumentError."""
    graph, registry = found.preset.graph, session.registry
    if arguments.input is not None:
        graph = overrides.set_file(graph, registry, "input", arguments.input)
    if arguments.output is not None:
        graph = overrides.set_file(graph, registry, "output", arguments.output)
    for assignment in arguments.place:
        graph = overrides.set_place(graph, registry, assignment)
    for assignment in arguments.set:
        graph = overrides.set_param(graph, registry, assignment)
    problems = [*found.preset.problems, *session.problems_of(graph)]
    if errors_of(problems):
        raise _invalid(arguments.preset, session, problems)
    say_problems(problems)
    return session.resolve_paths(graph, found.base)


def _invalid(name: str, session: Session, problems: list[Problem]) -> DocumentError:
    errors = [*errors_of(problems), *session.registry.problems]
    first = errors[0]
    return DocumentError(f"{name} cannot run: {first.where}: {first.message}", first.hint, errors)


def _is_live(arguments: argparse.Namespace, session: Session, graph: Graph) -> bool:
    return bool(arguments.live or (not arguments.every_frame and session.is_live(graph)))


def _go(run: Run, session: Session, graph: Graph, interrupts: Interrupts, arguments: argparse.Namespace) -> None:
    """Run to the end, or until somebody presses Ctrl-C; files are closed either way."""
    total = session.frames_of(graph, arguments.frames, arguments.seconds)
    with progress(total, arguments.seconds if run.live else None, quiet=arguments.quiet) as show:
        with run:
            while not run.wait(_STEP) and not interrupts.asked:
                show(run.stats())
        show(run.stats())


def _outcome(run: Run, session: Session, graph: Graph, interrupts: Interrupts, quiet: bool) -> int:
    stats = run.stats()
    failure = run.failure or (stats.failures[-1] if stats.failures and not stats.frames_out else None)
    if failure:
        _say_failure(failure)
        return interrupts.code if interrupts.asked and not run.failure else FAILED
    made = _made(stats)
    if stats.sinks and not made and not interrupts.asked:
        say("error: The run is over and nothing came out: no source gave anything.", sys.stderr)
        say("       Look at the warnings above, or give it more --seconds.", sys.stderr)
        return FAILED
    if not quiet:
        say_failing(stats)
        dropped = f", {stats.dropped} dropped" if stats.dropped else ""
        speed = f" ({stats.fps:.1f} fps{dropped})" if stats.frames_out else ""
        say(f"{counted(made, 'frame')} in {stats.seconds:.1f} s{speed}")
        for path in session.outputs_of(graph):
            say(f"wrote {path}")
    return interrupts.code if interrupts.asked else DONE


def _made(stats: RunStats) -> int:
    """How much came out. A still picture is no frame of a stream: then it is how often a sink took something."""
    return stats.frames_out or max((stats.nodes[id].runs for id in stats.sinks if id in stats.nodes), default=0)


def _say_failure(failure: NodeFailed) -> None:
    where = f"{failure.node}, frame {failure.frame}: " if failure.node else ""
    say(f"error: {where}{failure.message}", sys.stderr)
    if failure.hint:
        say(f"       {failure.hint}", sys.stderr)


def _write_trace(run: Run, path: Path) -> None:
    try:
        run.write_trace(path)
    except OSError as error:
        raise NodegraphError(f"Cannot write {path}: {error.strerror}.", "Check the folder and the disk.") from error


def writable(name: str | None, option: str) -> Path | None:
    """The path, its folder made: a bad one is told before the work, not after."""
    if name is None:
        return None
    path = Path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() or not name:
            raise UsageError(f"{option}: {name!r} is a folder.", "Add a file name.")
        new = not path.exists()
        with path.open("ab"):
            pass
        if new:
            path.unlink()
    except (OSError, ValueError) as error:
        raise UsageError(f"{option}: {name!r} cannot be written: {error}.", "Choose another place.") from error
    return path


def server_teller(quiet: bool) -> Callable[[ServerEvent], None]:
    """Says each new stage of a model's server on stderr, and what is to know about how it runs."""
    stages: dict[tuple[str, ...], str] = {}
    notes: dict[tuple[str, ...], str] = {}

    def tell(event: ServerEvent) -> None:
        key, stage, note = (event.entry, event.place, *event.key), str(event.state.stage), event.state.note
        if note and notes.get(key) != note and not quiet:
            say(note, sys.stderr)
        if stages.get(key) != stage and stage not in _UNTOLD and not quiet:
            say(str(event), sys.stderr)
        stages[key], notes[key] = stage, note

    return tell
