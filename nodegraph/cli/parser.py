"""The verbs and options. Each command is imported when it is used, so that ``--help`` costs nothing."""

import argparse
import importlib
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

_EPILOG = """\
exit codes: 0 done, 1 the run failed, 2 wrong usage, 3 preset or catalogue invalid, 130 interrupted
"""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments, with the function to call as `command`. Raises SystemExit after help or a usage message."""
    parser = argparse.ArgumentParser(
        "nodegraph",
        description="Live video and models as a graph of nodes.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_edit(verbs)
    _add_run(verbs)
    _add_render(verbs)
    _add_presets(verbs)
    _add_nodes(verbs)
    _add_models(verbs)
    doctor = _verb(verbs, "doctor", "what this machine has and what is missing", "doctor", "doctor")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    _add_engine(doctor)
    return parser.parse_args(argv)


class _Version(argparse.Action):
    """``--version``; looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"nodegraph {version('nodegraph')}")  # noqa: T201
        except PackageNotFoundError:
            print("nodegraph (not installed)")  # noqa: T201
        parser.exit()


def _verb(verbs: Any, name: str, help: str, module: str, function: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=help, description=help, allow_abbrev=False)
    parser.set_defaults(command=_later(module, function))
    return parser


def _later(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    def command(arguments: argparse.Namespace) -> int:
        return int(getattr(importlib.import_module(f"nodegraph.cli.{module}"), function)(arguments))

    return command


def _group(verbs: Any, name: str, help: str) -> Any:
    parser = verbs.add_parser(name, help=help, description=help, allow_abbrev=False)
    return parser.add_subparsers(metavar="COMMAND", required=True)


def _add_edit(verbs: Any) -> None:
    edit = _verb(verbs, "edit", "open the editor's window", "edit", "edit")
    edit.add_argument("preset", nargs="?", metavar="PRESET", help="file or id (`nodegraph presets list`)")
    _add_sources(edit)


def _add_run(verbs: Any) -> None:
    run = _verb(
        verbs, "run", "run a preset: a .json file, a PNG with a preset inside, or a shipped one's id", "run", "run"
    )
    _add_film(run)
    pace = run.add_mutually_exclusive_group()
    pace.add_argument("--live", action="store_true", help="at the clock's pace; frames may be dropped")
    pace.add_argument("--every-frame", action="store_true", help="every frame, as fast as it goes")
    run.add_argument("--trace", metavar="FILE.json", help="write a trace for chrome://tracing or Perfetto")
    _add_sources(run)
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
    verb.add_argument("--frames", type=_count, metavar="N", help="stop after so many frames")
    verb.add_argument(
        "--seconds", type=_seconds, metavar="S", help="stop after so many seconds of the film, with --live of the clock"
    )
    verb.add_argument("--report", metavar="FILE.json", help="write figures of the run")


def _add_render(verbs: Any) -> None:
    render = _verb(verbs, "render", "render a long film in parts, by several processes or machines", "render", "run")
    _add_film(render)
    render.add_argument("--workers", type=_count, metavar="N", help="processes that render; without it as many as pay")
    render.add_argument(
        "--address", metavar="HOST:PORT", help="the head of a Ray cluster; without it the workers are on this machine"
    )
    render.add_argument(
        "--overlap",
        type=partial(_count, least=0),
        default=0,
        metavar="N",
        help="render so many frames before each segment too, and divide graphs that remember frames",
    )
    render.add_argument("--segment", type=_count, metavar="N", help="frames in a segment")
    again = "how often a segment is tried again when its worker or model is lost (2)"
    render.add_argument("--retries", type=partial(_count, least=0), default=2, metavar="N", help=again)
    render.add_argument("--fresh", action="store_true", help="do not go on where an earlier render was stopped")
    _add_sources(render)
    render.add_argument("--json", action="store_true", help="print the figures as JSON, and no progress")
    render.add_argument("--quiet", action="store_true", help="no progress, only warnings and errors")


def _add_sources(verb: argparse.ArgumentParser) -> None:
    _add_catalogs(verb)
    verb.add_argument(
        "--nodes",
        action="append",
        default=[],
        metavar="FOLDER",
        help="load the nodes in this folder's .py files too: they run as you, so trust them",
    )


def _add_catalogs(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--models", action="append", default=[], metavar="FILE", help="a catalogue read before the shipped one"
    )


def _count(text: str, least: int = 1) -> int:
    if not text.isascii() or not text.isdigit() or not int(text[:12]) >= least or len(text) > 12:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number above {least - 1}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value <= 0:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number of seconds above 0")
    return value


def _add_presets(verbs: Any) -> None:
    presets = _group(verbs, "presets", "list, check, describe, embed and extract presets")
    listing = _verb(presets, "list", "the shipped presets", "presets", "listing")
    listing.add_argument("--json", action="store_true", help="print JSON")
    check = _verb(presets, "check", "say what is wrong with presets", "presets", "check")
    check.add_argument("presets", nargs="+", metavar="PRESET", help="file or id")
    _add_sources(check)
    info = _verb(presets, "info", "describe a preset", "presets", "info")
    info.add_argument("preset", metavar="PRESET", help="file or id")
    info.add_argument("--json", action="store_true", help="print JSON")
    embed = _verb(presets, "embed", "put a preset into a picture (PNG)", "presets", "embed")
    embed.add_argument("preset", metavar="PRESET", help="file or id")
    embed.add_argument("picture", metavar="PICTURE", help="any still picture")
    embed.add_argument("output", metavar="OUT.png", help="the PNG to write")
    extract = _verb(presets, "extract", "take the preset out of a PNG", "presets", "extract")
    extract.add_argument("picture", metavar="PICTURE.png", help="a PNG with a preset inside")
    extract.add_argument("output", nargs="?", metavar="OUT.json", help="the file to write; printed without it")
    extract.add_argument("--force", action="store_true", help="overwrite OUT.json")


def _add_nodes(verbs: Any) -> None:
    nodes = _group(verbs, "nodes", "list and describe the types of node")
    listing = _verb(nodes, "list", "every type of node, models included", "nodes", "listing")
    listing.add_argument("words", nargs="*", metavar="WORD", help="only those with every word in id, title or keywords")
    info = _verb(nodes, "info", "describe a type of node", "nodes", "info")
    info.add_argument("node", metavar="TYPE", help="for example filter.gaussian_blur")
    for parser in (listing, info):
        _add_sources(parser)
        parser.add_argument("--json", action="store_true", help="print JSON")


def _add_models(verbs: Any) -> None:
    models = _group(verbs, "models", "list, describe, check, start and stop models")
    _add_engine(_model_verb(models, "list", "the models of the catalogue", "listing", model=False))
    search = _model_verb(
        models, "search", "models with every word in name, description or keywords", "search", model=False
    )
    search.add_argument("words", nargs="+", metavar="WORD")
    _add_engine(search)
    _add_engine(_model_verb(models, "info", "describe a model", "info"))
    _add_authoring(models)
    _add_adding(models)
    _add_keeping(models)
    for name, help in (
        ("pull", "download a model's image"),
        ("build", "build a model's image from its folder"),
        ("start", "start a model's container and leave it running; runs then use it"),
        ("logs", "what a model's server printed last"),
    ):
        verb = _model_verb(models, name, help, name)
        _add_engine(verb)
        if name == "build":
            verb.add_argument("--gpu", action="store_true", help="the image for a GPU, of a model that has two")
        if name == "start":
            verb.add_argument("--device", choices=("auto", "cpu", "gpu"), default="auto", help="what it runs on")


def _add_keeping(models: Any) -> None:
    """Weights, room on the disk, and what is left running; see cli/models_keep.py."""
    fetch = _model_verb(models, "fetch", "have a model's weights on this machine", "fetch", module="models_keep")
    fetch.add_argument(
        "--from",
        dest="source",
        action="append",
        default=[],
        metavar="FOLDER",
        help="take the files from this folder if they are the right ones, before the network; may be repeated",
    )
    fetch.add_argument("--checkpoint", default="", metavar="NAME", help="with this checkpoint, not the usual one")
    fetch.add_argument("--check", action="store_true", help="fetch nothing, read the files again and compare them")
    disk = _model_verb(models, "disk", "what images and weights take", "disk", model=False, module="models_keep")
    disk.add_argument("--clean", action="store_true", help="first remove the images that newer builds replaced")
    stop = _model_verb(
        models, "stop", "stop the containers that start left running", "stop", model=False, module="models_keep"
    )
    stop.add_argument("model", nargs="?", metavar="MODEL", help="id (`nodegraph models list`)")
    stop.add_argument("--all", action="store_true", help="of every model, and what programs that died left behind")
    remove = _model_verb(
        models, "remove", "stop what start left running and remove the image", "remove", module="models_keep"
    )
    remove.add_argument("--weights", action="store_true", help="remove the weights that can be fetched again instead")
    remove.add_argument("--image", action="store_true", help="with --weights: the image too")
    for verb in (disk, stop, remove):
        _add_engine(verb)


def _add_engine(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--engine",
        default="",
        metavar="ADDRESS",
        help="another Docker engine: context:NAME, ssh://user@host, tcp://host:2376 or unix:///path",
    )


def _add_authoring(models: Any) -> None:
    """Making models and adding them; see cli/models_new.py, models_check.py and models_add.py."""
    new = _verb(models, "new", "write a folder with a new model that works, to be changed", "models_new", "new")
    new.add_argument("name", metavar="NAME", help="what it is called, for example 'Warm light'")
    new.add_argument("--folder", metavar="FOLDER", help="where to; a folder of its name here without")
    check = _verb(
        models, "check", "try a model's server, or say what is wrong with catalogues", "models_check", "check"
    )
    check.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="a model's folder or id, a server's URL, or models.json files; ours without",
    )
    check.add_argument(
        "--update", action="store_true", help="first write into the folder's entry.json what its server says"
    )
    check.add_argument("--container", action="store_true", help="run a folder's model in its image")
    check.add_argument("--picture", metavar="FILE", help="try it with this picture instead of a drawn one")
    check.add_argument(
        "--calls", type=_count, default=200, metavar="N", help="calls over which memory is watched (200)"
    )
    check.add_argument("--json", action="store_true", help="print JSON")


def _add_adding(models: Any) -> None:
    """Adding models of others; see cli/models_add.py and models_secret.py."""
    add = _verb(models, "add", "add a model: shows what will run, and asks", "models_add", "add")
    add.add_argument(
        "what", metavar="WHAT", help="a server's URL, a Docker image, a folder, hf:OWNER/NAME, or an upscaler's file"
    )
    add.add_argument("--id", default="", help="the id its node gets; made from its name without")
    add.add_argument("--name", default="", help="what it is called")
    add.add_argument("--yes", action="store_true", help="do not ask")
    add.add_argument("--replace", action="store_true", help="replace the added model of this id")
    add.add_argument(
        "--protocol", default="", choices=("native", "cog", "runway-sdk", "runway-alpha"), help="what an image speaks"
    )
    add.add_argument("--task", default="", help="what a Hugging Face model is to do, if it can do several things")
    add.add_argument("--revision", default="", help="branch, tag or commit of a Hugging Face model (main)")
    _add_engine(add)
    forget = _verb(models, "forget", "take an added model out of your catalogue", "models_add", "forget")
    forget.add_argument("model", metavar="MODEL", help="id (`nodegraph models list`)")
    for verb in (add, forget):
        verb.add_argument("--catalogue", metavar="FILE", help="the catalogue to write; your own without")
        verb.add_argument("--json", action="store_true", help="print JSON; add shows its plan only, unless --yes")
    secret = _verb(models, "secret", "store a token in the keyring (typed, never shown)", "models_secret", "secret")
    secret.add_argument("name", metavar="NAME", help="the variable that models ask for, for example HF_TOKEN")
    secret.add_argument("--for", dest="model", default="", metavar="MODEL", help="let this model's server have it")
    secret.add_argument("--delete", action="store_true", help="remove it from the keyring; with --for, from that model")


def _model_verb(
    verbs: Any, name: str, help: str, function: str, model: bool = True, module: str = "models"
) -> argparse.ArgumentParser:
    parser = _verb(verbs, name, help, module, function)
    if model:
        parser.add_argument("model", metavar="MODEL", help="id (`nodegraph models list`)")
    _add_catalogs(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser
