"""Verbs that look at what there is: presets and nodes."""

from typing import Any

from nodegraph.cli.verbs.options import add_group, add_sources, add_verb


def add_presets(verbs: Any) -> None:
    """The group ``presets``."""
    presets = add_group(verbs, "presets", "list, check, describe, embed and extract presets")
    listing = add_verb(presets, "list", "the shipped presets", "presets", "listing")
    listing.add_argument("--json", action="store_true", help="print JSON")
    check = add_verb(presets, "check", "say what is wrong with presets", "presets", "check")
    check.add_argument("presets", nargs="+", metavar="PRESET", help="file or id")
    add_sources(check)
    info = add_verb(presets, "info", "describe a preset", "presets", "info")
    info.add_argument("preset", metavar="PRESET", help="file or id")
    info.add_argument("--json", action="store_true", help="print JSON")
    embed = add_verb(presets, "embed", "put a preset into a picture (PNG)", "presets", "embed")
    embed.add_argument("preset", metavar="PRESET", help="file or id")
    embed.add_argument("picture", metavar="PICTURE", help="any still picture")
    embed.add_argument("output", metavar="OUT.png", help="the PNG to write")
    extract = add_verb(presets, "extract", "take the preset out of a PNG", "presets", "extract")
    extract.add_argument("picture", metavar="PICTURE.png", help="a PNG with a preset inside")
    extract.add_argument("output", nargs="?", metavar="OUT.json", help="the file to write; printed without it")
    extract.add_argument("--force", action="store_true", help="overwrite OUT.json")


def add_nodes(verbs: Any) -> None:
    """The group ``nodes``."""
    nodes = add_group(verbs, "nodes", "list and describe the types of node")
    listing = add_verb(nodes, "list", "every type of node, models included", "nodes", "listing")
    listing.add_argument("words", nargs="*", metavar="WORD", help="only those with every word in id, title or keywords")
    info = add_verb(nodes, "info", "describe a type of node", "nodes", "info")
    info.add_argument("node", metavar="TYPE", help="for example filter.gaussian_blur")
    for parser in (listing, info):
        add_sources(parser)
        parser.add_argument("--json", action="store_true", help="print JSON")
