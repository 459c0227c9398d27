"""Verbs that show or render a graph: edit, run, render."""

import argparse
from functools import partial
from typing import Any

from nodegraph.cli.verbs.options import add_sources, add_verb, count, seconds


def add_edit(verbs: Any) -> None:
    """``edit``."""
    edit = add_verb(verbs, "edit", "open the editor's window", "edit", "edit")
    edit.add_argument("preset", nargs="?", metavar="PRESET", help="file or id (`nodegraph presets list`)")
    add_sources(edit)


def add_run(verbs: Any) -> None:
    """``run``."""
    run = add_verb(
        verbs, "run", "run a preset: a .json file, a PNG with a preset inside, or a shipped one's id", "run", "run"
    )
    _add_film(run)
    pace = run.add_mutually_exclusive_group()
    pace.add_argument("--live", action="store_true", help="at the clock's pace; frames may be dropped")
    pace.add_argument("--every-frame", action="store_true", help="every frame, as fast as it goes")
    run.add_argument("--trace", metavar="FILE.json", help="write a trace for chrome://tracing or Perfetto")
    add_sources(run)
    run.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")


def _add_film(verb: argparse.ArgumentParser) -> None:
    """What is rendered, and how much of it."""
    verb.add_argument("preset", metavar="PRESET", help="file or id (`nodegraph presets list`)")
    verb.add_argument(
        "--set", action="append", default=[], metavar="NODE.PARAM=VALUE", help="change a parameter; may be repeated"
    )
    where = (
        "container, process, a URL, or a Docker engine: ssh://USER@HOST, context:NAME; "
        "behind it, with commas: replicas=N, frames=raw|jpeg|auto, device=, memory=, network="
    )
    verb.add_argument("--place", action="append", default=[], metavar="NODE=PLACE", help=where)
    verb.add_argument("--input", metavar="FILE", help="read this video, image or folder instead")
    verb.add_argument(
        "--output",
        metavar="FILE",
        help="write to this file instead, in the format of its suffix; f_%%04d.png or FOLDER/: numbered pictures",
    )
    verb.add_argument("--frames", type=count, metavar="N", help="stop after so many frames")
    verb.add_argument(
        "--seconds", type=seconds, metavar="S", help="stop after so many seconds of the film, with --live of the clock"
    )
    verb.add_argument("--report", metavar="FILE.json", help="write figures of the run")


def add_render(verbs: Any) -> None:
    """``render``."""
    render = add_verb(verbs, "render", "render a long film in parts, by several processes or machines", "render", "run")
    _add_film(render)
    render.add_argument("--workers", type=count, metavar="N", help="processes that render; without it as many as pay")
    render.add_argument(
        "--address", metavar="HOST:PORT", help="the head of a Ray cluster; without it the workers are on this machine"
    )
    render.add_argument(
        "--overlap",
        type=partial(count, least=0),
        default=0,
        metavar="N",
        help="render so many frames before each segment too, and divide graphs that remember frames",
    )
    render.add_argument("--segment", type=count, metavar="N", help="frames in a segment")
    again = "how often a segment is tried again when its worker or model is lost (2)"
    render.add_argument("--retries", type=partial(count, least=0), default=2, metavar="N", help=again)
    render.add_argument("--fresh", action="store_true", help="do not go on where an earlier render was stopped")
    add_sources(render)
    render.add_argument("--json", action="store_true", help="print the figures as JSON, and no progress")
    render.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")
