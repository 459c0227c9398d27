"""The model directory: every model of the catalogue as a card, and the search in it. Plain data; nothing is started."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from nodegraph.core.resources import data_folder
from nodegraph.core.spec import Param, Port
from nodegraph.runtime.entry import ModelEntry

Category = Literal["extract", "generate", "transform"]
CATEGORIES: Final[tuple[Category, ...]] = ("extract", "generate", "transform")
_NO_WORD: Final = re.compile(r"[^\w]+")
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True)
class ModelCard:
    """One model as its card and page show it; texts may be empty.

    type_id: its type of node. summary: what it does, in a line. paragraphs: the whole description. places: where it can
    run, of "container", "process", "url". runs: what runs there, for the licence sheet: an image's name or a command.
    picture: a file on this machine, None for none.
    """

    id: str
    type_id: str
    name: str
    category: Category | None
    summary: str
    paragraphs: tuple[str, ...]
    authors: str
    organization: str
    framework: str
    paper: str
    code: str
    licence: str
    keywords: tuple[str, ...]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    parameters: tuple[Param, ...]
    size: str
    cpu: bool
    gpu: bool
    places: tuple[str, ...]
    runs: str
    available: bool
    needs_training: bool
    picture: Path | None

    @property
    def input_types(self) -> frozenset[str]:
        """The types of what goes in."""
        return frozenset(type for port in self.inputs for type in port.types)

    @property
    def output_types(self) -> frozenset[str]:
        """The types of what comes out."""
        return frozenset(type for port in self.outputs for type in port.types)


def card_of(entry: ModelEntry) -> ModelCard:
    """The card of a catalogue entry."""
    about = entry.description
    short = entry.raw.get("shortDescription")
    paragraphs = tuple(text for text in (about.first, about.second, about.third) if text)
    outputs = entry.outputs or (Port("result", ("json",)),)
    return ModelCard(
        id=entry.id,
        type_id=f"model.{entry.id}",
        name=entry.name,
        category=entry.category,
        summary=short if isinstance(short, str) and short else _first_sentence(about.first),
        paragraphs=paragraphs,
        authors=about.authors,
        organization=about.organization,
        framework=about.framework,
        paper=about.paper,
        code=about.github,
        licence=about.licence,
        keywords=entry.keywords,
        inputs=entry.inputs,
        outputs=outputs,
        parameters=entry.parameters,
        size=entry.size_text or _size_text(entry.size),
        cpu=entry.cpu,
        gpu=entry.gpu,
        places=_places(entry),
        runs=entry.tag or (" ".join(entry.process.command) if entry.process else ""),
        available=entry.available,
        needs_training=entry.needs_training,
        picture=_picture(about.image),
    )


def search(
    cards: Iterable[ModelCard],
    text: str = "",
    category: Category | None = None,
    input_type: str = "",
    output_type: str = "",
) -> list[ModelCard]:
    """The cards that have every word of `text` somewhere and fit the filters; best first, then by name."""
    words = text.lower().split()
    found = [
        (rank, card.name.lower(), card)
        for card in cards
        if (category is None or card.category == category)
        and (not input_type or input_type in card.input_types or "any" in card.input_types)
        and (not output_type or output_type in card.output_types or "any" in card.output_types)
        and (rank := _rank(card, words)) is not None
    ]
    return [card for _, _, card in sorted(found, key=lambda one: one[:2])]


def types_of(cards: Sequence[ModelCard], side: Literal["input", "output"]) -> list[str]:
    """The types that occur, for a filter."""
    every = (card.input_types if side == "input" else card.output_types for card in cards)
    return sorted({type for types in every for type in types})


def _rank(card: ModelCard, words: Sequence[str]) -> tuple[int, bool] | None:
    """The worst of the words' best places: 0 name, 1 keywords, types, 2 summary, 3 the rest; then whether they are not
    next to each other there. None: one is missing.

    In a name and the keywords a part of a word counts, in sentences its beginning: the car is not in "scarce".
    """
    types = " ".join((*card.input_types, *card.output_types, card.category or ""))
    places = (
        f"{card.name} {card.id}",
        f"{' '.join(card.keywords)} {types}",
        card.summary,
        " ".join((*card.paragraphs, card.authors, card.organization, card.framework, card.licence)),
    )
    lowered = [place.lower() for place in places]
    lowered[2:] = [" " + _NO_WORD.sub(" ", place) for place in lowered[2:]]
    worst = 0
    for word in words:
        begins = " " + _NO_WORD.sub(" ", word)
        best = next((at for at, place in enumerate(lowered) if (word if at < 2 else begins) in place), None)
        if best is None:
            return None
        worst = max(worst, best)
    return worst, " ".join(words) not in lowered[worst]


def _places(entry: ModelEntry) -> tuple[str, ...]:
    container = ("container",) if entry.tag or entry.container_id or entry.digest or entry.build else ()
    return (*container, *(("process",) if entry.process else ()), "url")


def _size_text(size: int) -> str:
    if size <= 0:
        return ""
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.0f} MB"


def _first_sentence(text: str) -> str:
    head, dot, _ = text.partition(". ")
    return head + dot.strip()


def _picture(name: str) -> Path | None:
    """A picture file; a relative path begins where the shipped catalogue is. Addresses of the web are not fetched."""
    if not name or "://" in name or "\0" in name:
        return None
    path = data_folder() / name
    try:
        return path if path.suffix.lower() in _PICTURES and path.is_file() else None
    except OSError:  # a name that is longer than any file's
        return None
