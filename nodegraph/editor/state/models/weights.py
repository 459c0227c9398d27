"""The files a model needs besides its code: which there are, how large, from where, under which licence, and here."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from nodegraph.editor.state.sizes import megabytes
from nodegraph.runtime.entry import ModelEntry, Weights
from nodegraph.runtime.weights import complete
from nodegraph.runtime.weights.checkpoints import (
    checkpoint_names,
    chosen_checkpoint,
    has_checkpoints,
    is_local,
    train_hint,
)
from nodegraph.runtime.weights.places import weights_folder


@dataclass(frozen=True)
class WeightFile:
    """One file, or folder of a repository. size: bytes, 0 when its entry does not say. source: where it comes from.

    here: on this machine and checked. wanted: the model does not start without it; the others are checkpoints that can
    be chosen instead. checkpoint: it is one of those. own: the person's, not to be fetched.
    """

    name: str
    size: int
    licence: str
    source: str
    here: bool
    wanted: bool
    checkpoint: bool = False
    own: bool = False

    @property
    def about(self) -> str:
        """Size, licence and source in a line; what nobody said is left out, but not that there is no licence."""
        size = megabytes(self.size) if self.size else ""
        licence = "" if self.own else self.licence or "no licence named"
        return ", ".join(part for part in (size, licence, f"from {self.source}" if self.source else "") if part)


def weights_of(entry: ModelEntry, checkpoint: str = "") -> tuple[WeightFile, ...]:
    """What the model needs with this checkpoint ("": the default one), and what else can be chosen.

    Looks at the disk, reads no large file, asks no network.
    """
    chosen = chosen_checkpoint(entry, checkpoint)
    files = [_file(entry, one, wanted=True) for one in entry.weights]
    if has_checkpoints(entry):
        for name in checkpoint_names(entry):
            one = chosen_checkpoint(entry, name)
            if one is not None:
                files.append(_file(entry, one, wanted=chosen is not None and chosen.name == name, checkpoint=True))
    return tuple(files)


@dataclass(frozen=True)
class Stock:
    """What of a model's weights is here. size: bytes of what is missing, 0 also while its entry does not say.

    untrained: why it cannot start, where it has to be trained and was not; "" else.
    """

    missing: int = 0
    size: int = 0
    untrained: str = ""


def stock_of(entry: ModelEntry) -> Stock:
    """How much has to be fetched before it starts with its default checkpoint."""
    files = weights_of(entry)
    if has_checkpoints(entry) and not any(one.checkpoint for one in files):
        return Stock(untrained=train_hint(entry.id))
    missing = [one for one in files if one.wanted and not one.here]
    return Stock(len(missing), sum(one.size for one in missing))


def source_of(url: str) -> str:
    """The host a weight comes from, and of a hub the repository; "" when its entry does not say."""
    repository = ""
    if url.startswith("hf:"):
        from nodegraph.runtime.weights.web import hub  # it brings the web along: not at the start

        url, repository = hub(), f"/{url[3:].partition('@')[0]}"
    try:
        return f"{urlsplit(url).hostname or ''}{repository}"
    except ValueError:  # not an address
        return url


def licences_of(files: Sequence[Weights]) -> str:
    """What a person agrees to with these files, in one text that changes with any of it."""
    return "\n".join(f"{one.name}: {one.licence}" for one in files)


def _file(entry: ModelEntry, one: Weights, wanted: bool, checkpoint: bool = False) -> WeightFile:
    own = is_local(one)
    here = own or complete.is_here(weights_folder(entry.id), one)
    source = "your own files" if own else source_of(one.url)
    return WeightFile(one.name, one.size, one.licence, source, here, wanted, checkpoint, own)
