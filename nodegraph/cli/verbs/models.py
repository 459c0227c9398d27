"""Verbs about models: listed, made, added, fetched, started, removed."""

import argparse
from typing import Any

from nodegraph.cli.verbs.options import add_catalogs, add_engine, add_group, add_verb, count


def add_models(verbs: Any) -> None:
    """The group ``models``."""
    models = add_group(verbs, "models", "list, describe, check, start and stop models")
    add_engine(_model_verb(models, "list", "the models of the catalogue", "listing", model=False))
    search = _model_verb(
        models, "search", "models with every word in name, description or keywords", "search", model=False
    )
    search.add_argument("words", nargs="+", metavar="WORD")
    add_engine(search)
    add_engine(_model_verb(models, "info", "describe a model", "info"))
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
        add_engine(verb)
        if name == "build":
            verb.add_argument("--gpu", action="store_true", help="the image for a GPU, of a model that has two")
        if name == "start":
            verb.add_argument("--device", choices=("auto", "cpu", "gpu"), default="auto", help="what it runs on")
            about = "so many containers, for runs whose place has replicas"
            verb.add_argument("--replicas", type=count, default=1, metavar="N", help=about)


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
        add_engine(verb)


def _add_authoring(models: Any) -> None:
    """Making models and adding them; see cli/models_new.py, models_check.py and models_add.py."""
    new = add_verb(models, "new", "write a folder with a new model that works, to be changed", "models_new", "new")
    new.add_argument("name", metavar="NAME", help="what it is called, for example 'Warm light'")
    new.add_argument("--folder", metavar="FOLDER", help="where to; a folder of its name here without")
    check = add_verb(
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
    check.add_argument("--calls", type=count, default=200, metavar="N", help="calls over which memory is watched (200)")
    check.add_argument("--json", action="store_true", help="print JSON")


def _add_adding(models: Any) -> None:
    """Adding models of others; see cli/models_add.py and models_secret.py."""
    add = add_verb(models, "add", "add a model: shows what will run, and asks", "models_add", "add")
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
    add_engine(add)
    forget = add_verb(models, "forget", "take an added model out of your catalogue", "models_add", "forget")
    forget.add_argument("model", metavar="MODEL", help="id (`nodegraph models list`)")
    for verb in (add, forget):
        verb.add_argument("--catalogue", metavar="FILE", help="the catalogue to write; your own without")
        verb.add_argument("--json", action="store_true", help="print JSON; add shows its plan only, unless --yes")
    secret = add_verb(models, "secret", "store a token in the keyring (typed, never shown)", "models_secret", "secret")
    secret.add_argument("name", metavar="NAME", help="the variable that models ask for, for example HF_TOKEN")
    secret.add_argument("--for", dest="model", default="", metavar="MODEL", help="let this model's server have it")
    secret.add_argument("--delete", action="store_true", help="remove it from the keyring; with --for, from that model")


def _model_verb(
    verbs: Any, name: str, help: str, function: str, model: bool = True, module: str = "models"
) -> argparse.ArgumentParser:
    parser = add_verb(verbs, name, help, module, function)
    if model:
        parser.add_argument("model", metavar="MODEL", help="id (`nodegraph models list`)")
    add_catalogs(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser
